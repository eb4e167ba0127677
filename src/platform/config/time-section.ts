// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { key } from './section.ts';

/** DM 2/11/2005 art. 9 c. 2: no clock may be further off (TIME-2). */
const LEGAL_TOLERANCE_MS = 1000;

/** The clock, held against time servers (TIME-2). */
export const timeSection = z
  .strictObject({
    servers: key(
      z
        .array(z.string().regex(/^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i, 'write HOST or HOST:PORT'))
        .max(16)
        .default([]),
      'host',
      'NTP servers that the clock is measured against, as HOST or HOST:PORT; three, so that one that lies is outvoted. Without any the clock is not watched, and every start says so.',
    ),
    toleranceMs: key(
      z.int().min(100).max(LEGAL_TOLERANCE_MS).default(LEGAL_TOLERANCE_MS),
      'milliseconds',
      'How far off the clock may be before nothing is certified any more.',
    ),
    intervalSeconds: key(
      z.int().min(1).max(1024).default(64),
      'seconds',
      'How often the servers are asked; public ones want 15 at least.',
    ),
    answerMs: key(
      z.int().min(100).max(30_000).default(2000),
      'milliseconds',
      'How long a server may take to answer.',
    ),
    holdAfterHours: key(
      z.number().positive().nullable().default(4),
      'hours',
      'How long certification goes on when no server answers any more; a clock of 50 ppm takes five and a half to be a second off. Null: for ever.',
    ),
  })
  .prefault({});
