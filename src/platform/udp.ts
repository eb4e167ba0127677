// SPDX-License-Identifier: EUPL-1.2
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { Monotonic } from './monotonic.ts';
import type { Timers } from './timers.ts';

export interface UdpQuestion {
  readonly host: string;
  readonly port: number;
  readonly request: Buffer;
  readonly timeoutMs: number;
  /** Anything else that comes is passed over, up to a limit. */
  isAnswer(datagram: Buffer): boolean;
}

export interface UdpAnswer {
  readonly datagram: Buffer;
  /** By the monotonic clock. */
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** Sends one datagram and waits for one. Undefined when nobody answers in time, or cannot be reached. */
export type AskByUdp = (question: UdpQuestion) => Promise<UdpAnswer | undefined>;

/** What may come that is no answer, before we stop listening. */
const MOST_FOREIGN = 16;

/** Asks over the network of this machine. A host that has no address is one that does not answer. */
export function askByUdp(tools: { readonly timers: Timers; readonly monotonic: Monotonic }): AskByUdp {
  return async (question) => {
    const before = tools.monotonic.elapsedMs();
    const address = await withTimeout(
      lookup(question.host).catch(() => undefined),
      question.timeoutMs,
      tools.timers,
    );
    if (address === undefined) return undefined;
    const timeoutMs = question.timeoutMs - (tools.monotonic.elapsedMs() - before);
    const socket = createSocket(address.family === 6 ? 'udp6' : 'udp4');
    try {
      return await withTimeout(
        exchange(socket, { ...question, host: address.address }, tools.monotonic),
        timeoutMs,
        tools.timers,
      );
    } finally {
      socket.close();
    }
  };
}

function exchange(
  socket: Socket,
  question: UdpQuestion,
  monotonic: Monotonic,
): Promise<UdpAnswer | undefined> {
  return new Promise((resolve) => {
    let foreign = 0;
    let sentMs = 0;
    socket.on('error', () => resolve(undefined));
    socket.on('message', (datagram) => {
      const receivedMs = monotonic.elapsedMs();
      if (question.isAnswer(datagram)) resolve({ datagram, sentMs, receivedMs });
      else if (++foreign >= MOST_FOREIGN) resolve(undefined);
    });
    // Connected: the system lets nobody else's datagrams through, and says when no one is there.
    socket.connect(question.port, question.host, () => {
      sentMs = monotonic.elapsedMs();
      socket.send(question.request);
    });
  });
}

function withTimeout<Result>(
  work: Promise<Result>,
  timeoutMs: number,
  timers: Timers,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(timeoutMs, () => resolve(undefined));
    work.then(resolve, reject).finally(cancel);
  });
}
