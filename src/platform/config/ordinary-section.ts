// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { key } from './section.ts';

const spam = z
  .strictObject({
    url: key(
      z.url({ protocol: /^http$/ }),
      'url',
      'Where rspamd is asked (its normal worker, like http://127.0.0.1:11333); not asked when left out.',
    ).optional(),
    reject: key(
      z.enum(['file', 'refuse']).default('file'),
      'choice',
      'What happens to mail that rspamd would reject: filed among the unwanted, or refused by SMTP.',
    ),
  })
  .prefault({});

/** Mail that is not certified. */
export const ordinary = z
  .strictObject({
    policy: key(
      z.enum(['refuse', 'deliver', 'discard']).default('refuse'),
      'choice',
      'What happens to ordinary mail where the mailbox does not say: refuse, deliver in an anomaly envelope, or discard.',
    ),
    senderChecks: key(
      z.boolean().default(true),
      'switch',
      'Check SPF, DKIM and DMARC of ordinary mail that is delivered, and tell the recipient.',
    ),
    dmarc: key(
      z.enum(['tell', 'follow']).default('tell'),
      'choice',
      'What happens to mail that fails DMARC: the recipient is told, or what the domain asks for (reject, quarantine) is done.',
    ),
    spfFail: key(
      z.enum(['tell', 'refuse']).default('tell'),
      'choice',
      'What happens to mail from a host that SPF excludes, unless DMARC vouches for it: the recipient is told, or it is refused.',
    ),
    spam,
  })
  .prefault({});
