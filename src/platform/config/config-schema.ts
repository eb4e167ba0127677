// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { alertsSection } from './alerts-section.ts';
import { antivirus } from './antivirus-section.ts';
import { attachments } from './attachments-section.ts';
import { ordinary } from './ordinary-section.ts';
import { publicationSection } from './publication-section.ts';
import { queueSection } from './queue-section.ts';
import { address, domain, key, MEBIBYTE, path, port } from './section.ts';
import { signingSection } from './signing-section.ts';
import { timeSection } from './time-section.ts';
import { timestampingSection } from './timestamping-section.ts';
import { watchSection } from './watch-section.ts';

/** DM 2/11/2005 article 12: no provider may offer less for size times recipients (AP-13). */
export const LEGAL_SIZE_BYTES = 30 * MEBIBYTE;

const listener = (defaultPort: number, sentence: string) =>
  key(
    z
      .strictObject({
        host: key(z.string().default('127.0.0.1'), 'host', 'Address to listen on.'),
        port: key(port.default(defaultPort), 'port', 'Port to listen on; 0 lets the system choose.'),
      })
      .nullable()
      .prefault({}),
    'text',
    sentence,
  );

const provider = z.strictObject({
  name: key(z.string().min(1), 'text', 'Descriptive name, exactly as in the provider index.'),
  hostname: key(domain, 'domain', 'Name of this machine in banners and trace fields.'),
  serviceAddress: key(
    address,
    'address',
    'From of everything generated; must be the rfc822Name of the signing certificate.',
  ),
  serviceMailbox: key(
    address,
    'address',
    'Mailbox for take-charge receipts and virus notices, as published in mailReceipt.',
  ),
  postmaster: key(
    address,
    'address',
    'Where mail for `postmaster` without a domain goes; refused when left out.',
  ).optional(),
  domains: key(
    z.array(domain).min(1),
    'domain',
    'PEC domains served here; the service address and mailbox must lie in one of them.',
  ),
});

const listen = z
  .strictObject({
    submission: listener(465, 'Submission over implicit TLS.'),
    submissionStarttls: listener(587, 'Submission with STARTTLS.'),
    exchange: listener(25, 'SMTP from other providers and from ordinary mail.'),
    imaps: listener(993, 'IMAP over implicit TLS.'),
    imap: listener(143, 'IMAP with STARTTLS.'),
    pop3s: listener(995, 'POP3 over implicit TLS.'),
    pop3: listener(110, 'POP3 with STLS.'),
  })
  .prefault({});

const tls = z.strictObject({
  certificateFile: path('PEM certificate of this server, with the chain below it.'),
  keyFile: path('PEM private key of this server; readable by its owner only.'),
  peerCaFile: path("PEM certificates that other PEC providers' servers must chain to."),
});

const trust = z.strictObject({
  anchorsFile: path("PEM root certificates that providers' signing certificates must chain to."),
  intermediatesFile: path('PEM certificates of intermediate authorities.').optional(),
  revocationFiles: key(
    z.array(z.string().min(1)).default([]),
    'path',
    'Revocation lists, PEM or DER, of authorities that publish none over HTTP; each is read again every hour.',
  ),
});

const directory = z.strictObject({
  file: path('Signed provider index (.p7m) on disk.').optional(),
  url: key(
    z.url({ protocol: /^https$/ }),
    'url',
    'Where the signed provider index is downloaded from.',
  ).optional(),
  caFile: path('PEM certificates that the index server must chain to; needed with url.').optional(),
  clientCertificateFile: path(
    'PEM client certificate shown to the index server; needed with url.',
  ).optional(),
  clientKeyFile: path('PEM key of the client certificate; needed with url.').optional(),
  signerFile: path('PEM certificate of the Authority that signs the index.'),
  refreshHours: key(z.number().positive().max(24).default(24), 'hours', 'How often the index is read again.'),
});

const limits = z
  .strictObject({
    messageBytes: key(
      z
        .int()
        .min(LEGAL_SIZE_BYTES, `the law asks for ${LEGAL_SIZE_BYTES} at least`)
        .default(100 * MEBIBYTE),
      'octets',
      'Most that size times number of recipients of a submission may be.',
    ),
    hardMessageBytes: key(
      z
        .int()
        .positive()
        .default(150 * MEBIBYTE),
      'octets',
      'Above this a submission is refused by SMTP alone, without a notice.',
    ),
    exchangeBytes: key(
      z
        .int()
        .positive()
        .default(200 * MEBIBYTE),
      'octets',
      'Largest message taken from other providers.',
    ),
    recipients: key(
      z.int().min(50, 'the law asks for 50 at least').default(500),
      'count',
      'Most recipients of one submission.',
    ),
    quotaBytes: key(
      z
        .int()
        .positive()
        .default(1024 * MEBIBYTE),
      'octets',
      'Room of a mailbox that says nothing else; receipts do not count.',
    ),
    sessions: key(z.int().positive().default(2000), 'count', 'Connections at the same time at one door.'),
    sessionsPerAddress: key(
      z.int().positive().default(200),
      'count',
      'Connections at the same time from one address at one door.',
    ),
    imapSessions: key(
      z.int().positive().default(5000),
      'count',
      'IMAP connections at the same time; programs keep several open all day.',
    ),
    imapSessionsPerAddress: key(
      z.int().positive().default(500),
      'count',
      'IMAP connections at the same time from one address; an office behind one address has many.',
    ),
    imapSessionsPerMailbox: key(
      z.int().positive().default(100),
      'count',
      'IMAP sessions logged in to one mailbox at the same time.',
    ),
  })
  .prefault({});

const access = z
  .strictObject({
    everyHeaderRecipient: key(
      z.boolean().default(false),
      'switch',
      'Refuse a submission whose To or Cc names an address that is not served.',
    ),
    dateRequired: key(z.boolean().default(false), 'switch', 'Refuse a submission without a Date field.'),
  })
  .prefault({});

const variants = z
  .strictObject({
    senderField: key(
      z.boolean().default(false),
      'switch',
      'Envelopes also carry a Sender equal to From (U-1).',
    ),
    hashDecoded: key(
      z.boolean().default(false),
      'switch',
      'Brief receipts hash the decoded content of a part rather than the encoded one (U-6).',
    ),
    zoneWithColon: key(
      z.boolean().default(false),
      'switch',
      'Texts print the offset from UTC as (+01:00) rather than (+0100) (U-13).',
    ),
  })
  .prefault({});

const route = z.strictObject({
  host: key(z.string().min(1), 'host', 'Host to connect to.'),
  port: key(port.default(25), 'port', 'Port to connect to.'),
  tlsName: key(
    z.string().min(1),
    'host',
    'Name that the certificate of the host must have, when it is another.',
  ).optional(),
});

const journal = z
  .strictObject({
    level: key(
      z.enum(['error', 'warn', 'info', 'debug']).default('info'),
      'choice',
      'How much is written to the journal.',
    ),
    file: path('Where the journal goes; standard error when left out.').optional(),
  })
  .prefault({});

/** The whole configuration of a provider. Unknown keys are refused everywhere. */
export const configSchema = z.strictObject({
  folder: path('Folder for the store and the spool; made when missing.'),
  provider,
  listen,
  tls,
  signing: signingSection,
  trust,
  directory,
  publication: publicationSection,
  limits,
  access,
  variants,
  ordinary,
  antivirus,
  attachments,
  queue: queueSection,
  routes: key(
    z.record(z.string(), route).default({}),
    'text',
    'Mail domains that are not looked up in DNS, with the host that serves them.',
  ),
  time: timeSection,
  timestamping: timestampingSection,
  watch: watchSection,
  alerts: alertsSection,
  journal,
});

export type Config = z.infer<typeof configSchema>;
