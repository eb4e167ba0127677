// SPDX-License-Identifier: EUPL-1.2
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Above the ports that systems give to whoever asks for any, and those of demos, so that no test running beside gets it meanwhile. */
const FIRST = 61_000;
const LAST = 65_000;
const ATTEMPTS = 100;

/** A TCP port of 127.0.0.1 that nobody has now, for what is written down before anybody listens. */
export async function freePort(): Promise<number> {
  let why: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    const server = createServer();
    try {
      await once(server.listen({ host: '127.0.0.1', port }), 'listening');
    } catch (error) {
      why = error;
      continue;
    }
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  throw new Error('no port of 127.0.0.1 can be had', { cause: why });
}
