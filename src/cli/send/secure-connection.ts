// SPDX-License-Identifier: EUPL-1.2
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { Fault } from '../../platform/faults.ts';
import { TLS_MIN_VERSION } from '../../platform/tls.ts';
import type { Door } from './account.ts';

/** Longest silence of a server: it may be scanning a large message. */
const SILENCE_MS = 5 * 60_000;

/**
 * Runs a dialogue over a new connection with implicit TLS, the server's certificate checked, and closes it.
 * @throws Fault `server-unreachable` for whatever breaks it
 */
export async function talkSecurely<Result>(
  { door, ca }: { readonly door: Door; readonly ca?: string },
  dialogue: (socket: TLSSocket) => Promise<Result>,
): Promise<Result> {
  const place = `${door.host}:${door.port}`;
  let socket: TLSSocket | undefined;
  try {
    socket = await openSocket(door, ca);
    return await dialogue(socket);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('server-unreachable', `${place}: ${why}`, { temporary: true, cause });
  } finally {
    socket?.destroySoon();
  }
}

function openSocket({ host, port }: Door, ca: string | undefined): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      minVersion: TLS_MIN_VERSION,
      ...(ca !== undefined && { ca }),
      // RFC 6066 section 3: an address is no server name.
      ...(isIP(host) === 0 && { servername: host }),
    });
    socket.setNoDelay(true);
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error('the server does not answer')));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.off('error', reject);
      // What breaks later is told by the read or the write under way.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
