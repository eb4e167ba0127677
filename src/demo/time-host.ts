// SPDX-License-Identifier: EUPL-1.2
import { createSocket, type Socket } from 'node:dgram';
import type { Clock } from '../platform/clock.ts';
import { Fault } from '../platform/faults.ts';
import { writeNtpReply } from '../wire/ntp/ntp-packet.ts';

/** The time server of the demo: it has the demo's own time, and can be made to be wrong. */
export class TimeHost implements AsyncDisposable {
  /** How much what it says is ahead of the demo's time. */
  errorMs = 0;
  readonly #clock: Clock;
  readonly #socket: Socket;

  private constructor(socket: Socket, clock: Clock) {
    this.#clock = clock;
    this.#socket = socket;
    socket.on('message', (request, { port, address }) => {
      const now = this.#clock.now() + this.errorMs;
      const reply = writeNtpReply(request, { receivedAt: now, sentAt: now, stratum: 1 });
      if (reply !== undefined) socket.send(reply, port, address);
    });
    // Who asked may be gone when the answer comes.
    socket.on('error', () => undefined);
  }

  /** Throws the Fault `port-unavailable`. */
  static async listen(
    clock: Clock,
    { host, port }: { readonly host: string; readonly port: number },
  ): Promise<TimeHost> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (cause) => {
        socket.close();
        const sentence = `the demo cannot have ${host}:${port} over UDP for its time server: ${cause.message}; shift all ports with --port-base`;
        reject(new Fault('port-unavailable', sentence, { temporary: false, cause }));
      });
      socket.bind(port, host, () => {
        socket.removeAllListeners('error');
        resolve();
      });
    });
    return new TimeHost(socket, clock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}
