// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { key, path, port } from './section.ts';

/** What there is to write where the section is missing: nobody runs without a scanner by accident. */
const WHAT_TO_WRITE =
  'Who looks for viruses: `scanner: clamd` with `socket: /run/clamav/clamd.ctl`, or `scanner: none` to run without any antivirus.';

/** SEC-8: who looks for viruses. There is no default: running without one has to be said. */
export const antivirus = key(
  z.strictObject({
    scanner: key(
      z.enum(['clamd', 'none']),
      'choice',
      'Who looks for viruses: clamd of ClamAV, or none, which every start says aloud.',
    ),
    socket: path('Unix socket of clamd; instead of port.').optional(),
    host: key(z.string().default('127.0.0.1'), 'host', 'Address of clamd, with port.'),
    port: key(port.min(1), 'port', 'TCP port of clamd; instead of socket.').optional(),
    maximumSignatureAgeHours: key(
      z.number().positive().nullable().default(48),
      'hours',
      'With older signatures nothing is accepted (4xx) until they are renewed; null: however old.',
    ),
    connectSeconds: key(z.number().positive().default(5), 'seconds', 'Longest wait for a connection.'),
    answerSeconds: key(
      z.number().positive().default(120),
      'seconds',
      'Longest wait for a verdict; no less than MaxScanTime of clamd.',
    ),
    scansAtOnce: key(
      z.int().positive().default(16),
      'count',
      'Messages scanned while they come in; as many again may be scanned once they are there.',
    ),
    probeSeconds: key(
      z.number().positive().default(10),
      'seconds',
      'How often clamd is asked how it is, and how old its signatures are.',
    ),
  }),
  'text',
  WHAT_TO_WRITE,
);
