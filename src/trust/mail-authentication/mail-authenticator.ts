// SPDX-License-Identifier: EUPL-1.2
import { Readable } from 'node:stream';
import type { AuthenticateResult } from 'mailauth';
import type { Dns } from '../../platform/dns.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import { type AuthenticationResult, RESULTS } from '../../wire/mime/authentication-results.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { BoundedLookups } from './bounded-lookups.ts';
import type { ArrivedMail, MailAuthentication, MailVerdict } from './mail-authentication.ts';

/** Signatures looked at; a message with more of them is judged without any (RFC 6376 section 6.1 allows it). */
export const SIGNATURE_LIMIT = 10;
/** Octets hashed for the signatures of one message. */
const HASHED_BYTES = 256 * 1024 * 1024;
/** How long one message may keep us. */
const PATIENCE_MS = 10_000;

export interface MailAuthenticatorOptions {
  readonly dns: Dns;
  readonly timers: Timers;
  readonly journal: Journal;
  /** Our own name. */
  readonly hostname: string;
  /** Milliseconds; 10 seconds unless told. */
  readonly patienceMs?: number;
}

/** SPF, DKIM and DMARC by mailauth, with our DNS, in bounded time and with a bounded number of questions. */
export class MailAuthenticator implements MailAuthentication {
  readonly #options: MailAuthenticatorOptions;

  constructor(options: MailAuthenticatorOptions) {
    this.#options = options;
  }

  async check(mail: ArrivedMail): Promise<MailVerdict> {
    const { dns, timers, journal, hostname, patienceMs = PATIENCE_MS } = this.#options;
    const lookups = new BoundedLookups({ dns, timers, patienceMs });
    try {
      // Only now: it takes some 30 MB, and many providers never get ordinary mail.
      const { authenticate } = await import('mailauth');
      const work = authenticate(signedPart(mail), {
        ip: mail.address,
        helo: mail.helo,
        sender: mail.reversePath,
        mta: hostname,
        disableArc: true,
        disableBimi: true,
        resolver: (name, type) => lookups.resolve(name, type),
      });
      return verdictOf(await Promise.race([work, lookups.timeUp]));
    } catch (error) {
      journal.warn({ error, peer: mail.address }, 'the sender of ordinary mail could not be checked');
      return UNKNOWN;
    } finally {
      lookups.end();
    }
  }
}

const UNKNOWN: MailVerdict = {
  spf: { result: 'temperror', domain: '' },
  dkim: [],
  dmarc: { result: 'temperror', domain: '', policy: 'none' },
};

/** As much of the message as is needed: the body only when a signature covers it, and not for any price. */
function signedPart({ octets, header }: ArrivedMail): Readable | Buffer {
  const signatures = parseHeader(header).all('dkim-signature');
  const tooMany = signatures.length > SIGNATURE_LIMIT || octets.size * signatures.length > HASHED_BYTES;
  if (signatures.length > 0 && !tooMany) return Readable.from(octets.stream(), { objectMode: false });
  let kept = 0;
  const pieces: Buffer[] = [];
  for (const { start, end } of signatures) {
    pieces.push(header.subarray(kept, start));
    kept = end;
  }
  return Buffer.concat([...pieces, header.subarray(kept)]);
}

function verdictOf({ spf, dkim, dmarc }: AuthenticateResult): MailVerdict {
  return {
    spf: {
      result: known(spf === false ? 'none' : spf.status.result),
      domain: spf === false ? '' : spf.domain,
    },
    dkim: dkim.results.filter(isSignature).map(({ status, signingDomain, selector }) => ({
      // A body that is not what was signed is `neutral` to the package.
      result: status.result === 'neutral' ? 'fail' : known(status.result),
      domain: signingDomain ?? '',
      selector: selector ?? '',
    })),
    dmarc: {
      result: known(dmarc === false ? 'none' : dmarc.status.result),
      domain: dmarc === false ? '' : (dmarc.status.header?.from ?? dmarc.domain),
      policy: policyOf(dmarc === false ? '' : dmarc.policy),
    },
  };
}

/** A message without signature has one result that says so. */
function isSignature({ status }: AuthenticateResult['dkim']['results'][number]): boolean {
  return status.result !== 'none';
}

function known(result: string): AuthenticationResult {
  return RESULTS.find((each) => each === result) ?? 'permerror';
}

function policyOf(policy: string): MailVerdict['dmarc']['policy'] {
  return policy === 'reject' || policy === 'quarantine' ? policy : 'none';
}
