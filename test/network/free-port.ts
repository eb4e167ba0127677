// SPDX-License-Identifier: EUPL-1.2
import { createServer } from 'node:net';

/** A TCP port of 127.0.0.1 that nobody has now, for what is written down before anybody listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
