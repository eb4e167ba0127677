// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { key, path } from './section.ts';

/** The authority that stamps the seals of the certification log (LOG-5). */
export const timestampingSection = z
  .strictObject({
    url: key(
      z.url({ protocol: /^https?$/ }),
      'url',
      'Where a time-stamp authority answers (RFC 3161 over HTTP). Without it the daily seals of the log have no stamp, and every start says so.',
    ).optional(),
    anchorsFile: path(
      'PEM root certificates that its certificate must chain to; those of trust.anchorsFile when left out.',
    ).optional(),
    answerSeconds: key(z.int().min(1).max(120).default(20), 'seconds', 'How long it may take to answer.'),
  })
  .prefault({});
