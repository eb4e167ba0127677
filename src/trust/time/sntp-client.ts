// SPDX-License-Identifier: EUPL-1.2
import type { Clock } from '../../platform/clock.ts';
import type { Monotonic } from '../../platform/monotonic.ts';
import type { AskByUdp } from '../../platform/udp.ts';
import { readNtpReply, writeNtpRequest } from '../../wire/ntp/ntp-packet.ts';
import type { TimeSample } from './time-verdict.ts';

export interface TimeServer {
  readonly host: string;
  readonly port: number;
}

/** What asking one server brought. */
export type TimeAnswer =
  | { readonly answer: 'time'; readonly sample: TimeSample }
  /** RFC 5905 section 7.4: not to be asked again (DENY, RSTR), or less often (RATE). */
  | { readonly answer: 'kiss-of-death'; readonly code: string }
  /** It answers, and has no time to give. */
  | { readonly answer: 'unsynchronized' }
  | { readonly answer: 'silent' };

export interface SntpClientOptions {
  readonly ask: AskByUdp;
  readonly clock: Clock;
  readonly monotonic: Monotonic;
  /** Eight octets nobody can guess. */
  readonly newCookie: () => Buffer;
  /** How long a server may take. */
  readonly timeoutMs: number;
  /** A server that may itself be so far off by its own account is as good as none. */
  readonly mostDistanceMs: number;
}

/** Asks time servers, one question each (RFC 5905 section 8 as far as a client of the time needs it). */
export class SntpClient {
  readonly #options: SntpClientOptions;

  constructor(options: SntpClientOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async ask({ host, port }: TimeServer): Promise<TimeAnswer> {
    const { ask, clock, monotonic, newCookie, timeoutMs, mostDistanceMs } = this.#options;
    const cookie = newCookie();
    const near = clock.now();
    const answer = await ask({
      host,
      port,
      request: writeNtpRequest(cookie),
      timeoutMs,
      isAnswer: (datagram) => readNtpReply(datagram, { cookie, near }).is !== 'foreign',
    });
    if (answer === undefined) return { answer: 'silent' };
    const { datagram, sentMs, receivedMs } = answer;
    const reading = readNtpReply(datagram, { cookie, near });
    if (reading.is === 'kiss-of-death') return { answer: 'kiss-of-death', code: reading.code };
    if (reading.is !== 'time' || reading.reply.rootDistanceMs > mostDistanceMs) {
      return { answer: 'unsynchronized' };
    }
    // Taken when the answer is handled, and reckoned back to when it came and to when the question left.
    const arrivedAt = clock.now() - (monotonic.elapsedMs() - receivedMs);
    const leftAt = arrivedAt - (receivedMs - sentMs);
    const { receivedAt, sentAt } = reading.reply;
    // RFC 5905 section 8: theta and delta.
    const offsetMs = (receivedAt - leftAt + (sentAt - arrivedAt)) / 2;
    const delayMs = Math.max(receivedMs - sentMs - (sentAt - receivedAt), 0);
    return { answer: 'time', sample: { server: `${host}:${port}`, offsetMs, delayMs } };
  }
}
