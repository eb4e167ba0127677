// SPDX-License-Identifier: EUPL-1.2
import type { TimeAnswer } from './sntp-client.ts';

/** Longest wait between two questions to a server that wants fewer: 2^10 s, RFC 5905's MAXPOLL for such. */
const LONGEST_WAIT_MS = 1_024_000;
/** The first wait after RATE. */
const FIRST_WAIT_MS = 64_000;

/** RFC 5905 section 7.4: what one server has asked of us by kiss-of-death packets. */
export class ServerManners {
  #denied = false;
  #waitMs = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  /** It does not want to be asked at all, so long as this process runs. */
  get denied(): boolean {
    return this.#denied;
  }

  mayAsk(elapsedMs: number): boolean {
    return !this.#denied && elapsedMs >= this.#notBeforeMs;
  }

  note(answer: TimeAnswer, elapsedMs: number): void {
    if (answer.answer === 'time') this.#waitMs = 0;
    if (answer.answer !== 'kiss-of-death') return;
    if (answer.code === 'DENY' || answer.code === 'RSTR') this.#denied = true;
    if (answer.code !== 'RATE') return;
    this.#waitMs = this.#waitMs === 0 ? FIRST_WAIT_MS : Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    this.#notBeforeMs = elapsedMs + this.#waitMs;
  }
}
