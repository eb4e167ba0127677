// SPDX-License-Identifier: EUPL-1.2
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const REQUEST_MS = 10_000;

/** What a server of few and short pages bears from those who ask: octets of header, milliseconds of patience. */
export const SHORT_REQUESTS = {
  maxHeaderSize: 8 * 1024,
  requestTimeout: REQUEST_MS,
  headersTimeout: REQUEST_MS,
  connectionsCheckingInterval: REQUEST_MS,
} as const;

/** Connections such a server has at the same time. */
export const SHORT_REQUEST_CONNECTIONS = 64;

/** Opens the port, 0 for any free one. Rejects with the system's error when it is taken. */
export async function listenHttp(
  server: Server,
  where: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server.address() as AddressInfo;
}

/** Closes the port, and the connections that are open with it. */
export async function closeHttp(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
