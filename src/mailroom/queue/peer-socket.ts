// SPDX-License-Identifier: EUPL-1.2
import { connect, type Socket } from 'node:net';
import { Fault } from '../../platform/faults.ts';
import type { Timers } from '../../platform/timers.ts';
import type { Hop } from './routes.ts';

/** `mx.beta.test (192.0.2.1:25)`, as the journal and `ceralacca queue` name a machine. */
export function placeOf({ name, address, port }: Hop): string {
  return `${name} (${address.includes(':') ? `[${address}]` : address}:${port})`;
}

/**
 * A TCP connection to a machine. Rejects with the temporary Fault `peer-unreachable` when it is refused, or not
 * made in time: an address that swallows everything must not hold up the next one.
 */
export function connectTo(
  hop: Hop,
  limits: { readonly connectMs: number; readonly timers: Timers; readonly closing: AbortSignal },
): Promise<Socket> {
  const { connectMs, timers, closing } = limits;
  return new Promise((resolve, reject) => {
    if (closing.aborted) {
      reject(new Fault('peer-unreachable', `${placeOf(hop)}: closed`, { temporary: true }));
      return;
    }
    const socket = connect({ host: hop.address, port: hop.port, noDelay: true });
    const fail = (cause: Error) => {
      cancel();
      closing.removeEventListener('abort', give);
      socket.destroy();
      const message = `${placeOf(hop)}: ${cause.message}`;
      reject(new Fault('peer-unreachable', message, { temporary: true, cause }));
    };
    const give = () => fail(new Error('closed'));
    const cancel = timers.after(connectMs, () => fail(new Error('no connection in time')));
    closing.addEventListener('abort', give);
    socket.once('error', fail);
    socket.once('connect', () => {
      cancel();
      closing.removeEventListener('abort', give);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
