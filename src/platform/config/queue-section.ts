// SPDX-License-Identifier: EUPL-1.2
import { z } from 'zod';
import { key } from './section.ts';

const count = (byDefault: number, sentence: string) =>
  key(z.int().positive().default(byDefault), 'count', sentence);
const seconds = (byDefault: number, sentence: string) =>
  key(z.number().positive().max(86_400).default(byDefault), 'seconds', sentence);

/** How the queue is worked off. Receiving doors take 200 connections from one address unless told otherwise. */
export const queueSection = z
  .strictObject({
    attempts: count(400, 'Attempts to relay at the same time, to all destinations together.'),
    peerAttempts: count(
      32,
      'Of these to one PEC domain; also the connections to one machine of another PEC provider.',
    ),
    ordinaryAttempts: count(8, 'Of these to one ordinary domain; also the connections to one ordinary host.'),
    localAttempts: count(16, 'Of these within this provider.'),
    openingConnections: count(4, 'Connections being opened to one machine at the same time.'),
    idleSeconds: seconds(60, 'A connection without use is kept open so long.'),
    connectSeconds: seconds(30, 'How long one address may take to be connected to; then the next is tried.'),
    sessionSeconds: seconds(300, 'How long a machine may take to greet and to agree on TLS.'),
    replySeconds: seconds(
      600,
      'How long a machine may take for the recipients, for reading the message (a large one gets more), and for its last reply.',
    ),
  })
  .prefault({});
