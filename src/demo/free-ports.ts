// SPDX-License-Identifier: EUPL-1.2
import { createServer } from 'node:net';
import { Fault } from '../platform/faults.ts';
import { LAST_PORT } from './ports.ts';

/** How many taken ports the sentence names. */
const NAMED = 3;

/**
 * Sees that a demo could listen on all these ports, before anything is made. Throws the Fault
 * `port-unavailable`, naming those it cannot have.
 */
export async function requireFreePorts(host: string, numbers: readonly number[]): Promise<void> {
  const beyond = numbers.find((port) => port > LAST_PORT);
  if (beyond !== undefined) {
    const sentence = `the demo needs ports up to ${Math.max(...numbers)}, and ${LAST_PORT} is the last there is: choose a lower --port-base`;
    throw new Fault('port-unavailable', sentence, { temporary: false });
  }
  const refused = await Promise.all(numbers.map((port) => refusal(host, port)));
  const taken = refused.flatMap((found) => found ?? []);
  const [first] = taken;
  if (first === undefined) return;
  const places = taken.slice(0, NAMED).map(({ port }) => `${host}:${port}`);
  const more = taken.length > NAMED ? ` and ${taken.length - NAMED} more` : '';
  const why = first.inUse ? 'other programs, perhaps another demo, listen there' : first.why;
  const sentence = `the demo cannot have ${places.join(', ')}${more}: ${why}; stop them, or shift all ports with --port-base`;
  throw new Fault('port-unavailable', sentence, { temporary: false });
}

interface Taken {
  readonly port: number;
  readonly inUse: boolean;
  readonly why: string;
}

function refusal(host: string, port: number): Promise<Taken | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ port, inUse: error.code === 'EADDRINUSE', why: error.message }),
    );
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
