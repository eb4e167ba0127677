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

/** What a peer may say in one transaction, or until there is a session; its replies to many recipients come on top. */
const HEARD_LIMIT = { octets: 1024 * 1024, lines: 4096, linesPerRecipient: 8 };
const LF = 0x0a;

/**
 * Counts what a peer says until it is told to count anew, and speaks up once when that is more than replies can
 * be: whoever floods us with lines is left before they fill the memory.
 */
export class HearingLimit {
  readonly #onTooMuch: () => void;
  #octets = 0;
  #lines = 0;
  #linesLimit = HEARD_LIMIT.lines;

  constructor(onTooMuch: () => void) {
    this.#onTooMuch = onTooMuch;
  }

  listenTo(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      const before = this.#isTooMuch;
      this.#octets += chunk.length;
      for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) this.#lines++;
      if (this.#isTooMuch && !before) this.#onTooMuch();
    });
  }

  /** Begins anew, for a transaction with so many recipients. */
  anew(recipients: number): void {
    this.#octets = 0;
    this.#lines = 0;
    this.#linesLimit = HEARD_LIMIT.lines + recipients * HEARD_LIMIT.linesPerRecipient;
  }

  get #isTooMuch(): boolean {
    return this.#octets > HEARD_LIMIT.octets || this.#lines > this.#linesLimit;
  }
}
