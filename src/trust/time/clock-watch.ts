// SPDX-License-Identifier: EUPL-1.2
import type { Alerts } from '../../platform/alerts.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Monotonic } from '../../platform/monotonic.ts';
import type { Timers } from '../../platform/timers.ts';
import { type ClockHold, decideHold } from './clock-decision.ts';
import { ServerManners } from './server-manners.ts';
import type { TimeAnswer, TimeServer } from './sntp-client.ts';
import { judgeTime, type TimeVerdict } from './time-verdict.ts';

export interface ClockWatchTerms {
  readonly servers: readonly TimeServer[];
  /** How far off the clock may be. */
  readonly toleranceMs: number;
  /** From one measurement to the next. */
  readonly intervalMs: number;
  /** The same while the clock is not known to be right. */
  readonly retryMs: number;
  /** How long a clock that was right counts as right without anybody saying so; null: for ever. */
  readonly holdAfterMs: number | null;
}

export interface ClockWatchTools {
  readonly ask: (server: TimeServer) => Promise<TimeAnswer>;
  readonly clock: Clock;
  readonly monotonic: Monotonic;
  readonly timers: Timers;
  readonly alerts: Alerts;
  readonly journal: Journal;
  /** Certification goes on after it was held. */
  readonly onResumed: () => void;
  /** Told of each measurement. */
  readonly onMeasured: (verdict: TimeVerdict['verdict']) => void;
}

/** What is known of the clock now. */
export interface ClockReport {
  readonly hold: ClockHold | undefined;
  /** Of the last measurement that gave one: how much our clock is behind. */
  readonly offsetMs: number | undefined;
  readonly lastRightAt: Instant | undefined;
  readonly servers: readonly { readonly name: string; readonly answer: TimeAnswer['answer'] | 'not-asked' }[];
}

/** How often the clock is looked at for jumps when nobody asks. */
const LOOK_MS = 1000;
/** A clock that jumps all the time does not flood the servers. */
const JUMP_GAP_MS = 1000;

interface Server extends TimeServer {
  readonly name: string;
  readonly manners: ServerManners;
  answer: TimeAnswer['answer'] | 'not-asked';
}

/**
 * TIME-2: measures the clock against time servers for as long as it runs, and says whether anything may be
 * certified by it. Between measurements it compares the clock with a monotonic one: a jump is seen by
 * whoever asks next.
 */
export class ClockWatch implements Disposable {
  readonly #terms: ClockWatchTerms;
  readonly #tools: ClockWatchTools;
  readonly #servers: readonly Server[];
  #hold: ClockHold | undefined = 'not-confirmed';
  #offsetMs: number | undefined;
  /** Both clocks when they were last known to go together. */
  #anchor: { readonly wall: Instant; readonly elapsedMs: number } | undefined;
  #lastRight: { readonly at: Instant; readonly elapsedMs: number } | undefined;
  #measuring: Promise<void> | undefined;
  #measuredMs = Number.NEGATIVE_INFINITY;
  #running = false;
  #cancelMeasure: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(terms: ClockWatchTerms, tools: ClockWatchTools) {
    this.#terms = terms;
    this.#tools = tools;
    this.#servers = terms.servers.map((server) => ({
      ...server,
      name: `${server.host}:${server.port}`,
      manners: new ServerManners(),
      answer: 'not-asked',
    }));
  }

  /** Why nothing may be certified now; undefined: it may. Cheap: to be asked for each message. */
  held(): ClockHold | undefined {
    this.#lookForJump();
    return this.#hold;
  }

  report(): ClockReport {
    return {
      hold: this.held(),
      offsetMs: this.#offsetMs,
      lastRightAt: this.#lastRight?.at,
      servers: this.#servers.map(({ name, answer }) => ({ name, answer })),
    };
  }

  /** Goes on measuring; to be called after a first `measure`. */
  start(): void {
    this.#running = true;
    this.#plan();
    this.#look();
  }

  [Symbol.dispose](): void {
    this.#running = false;
    this.#cancelMeasure?.();
    this.#cancelLook?.();
  }

  /** Asks all servers now; two calls at a time are one measurement. Never rejects. */
  measure(): Promise<void> {
    this.#measuring ??= this.#measure().then((whole) => {
      this.#measuring = undefined;
      if (whole) this.#plan();
      else this.#measureSoon();
    });
    return this.#measuring;
  }

  /** False when the clock was moved meanwhile: what was measured is neither the one clock nor the other. */
  async #measure(): Promise<boolean> {
    const { monotonic, onMeasured } = this.#tools;
    this.#lookForJump();
    const anchor = this.#anchor;
    const elapsedMs = monotonic.elapsedMs();
    this.#measuredMs = elapsedMs;
    const askable = this.#servers.filter(({ manners }) => manners.mayAsk(elapsedMs));
    // Who asked for patience will be heard later; until then nothing is known that was not known before.
    if (askable.length === 0 && this.#servers.some(({ manners }) => !manners.denied)) return true;
    const answers = await Promise.all(askable.map((server) => this.#ask(server)));
    this.#lookForJump();
    if (anchor !== this.#anchor) return false;
    const samples = answers.flatMap((answer) => (answer.answer === 'time' ? [answer.sample] : []));
    const verdict = judgeTime(samples, this.#terms.toleranceMs);
    this.#settle(verdict);
    onMeasured(verdict.verdict);
    return true;
  }

  async #ask(server: Server): Promise<TimeAnswer> {
    const answer = await this.#tools.ask(server);
    server.manners.note(answer, this.#tools.monotonic.elapsedMs());
    server.answer = answer.answer;
    if (answer.answer === 'kiss-of-death') {
      const { code } = answer;
      this.#tools.journal.warn({ server: server.name, code }, 'a time server does not want to be asked');
    }
    return answer;
  }

  #settle(verdict: TimeVerdict): void {
    const { alerts, clock, monotonic } = this.#tools;
    const elapsedMs = monotonic.elapsedMs();
    const before = this.#hold;
    if ('offsetMs' in verdict) {
      this.#offsetMs = verdict.offsetMs;
      this.#anchor = { wall: clock.now(), elapsedMs };
    }
    if (verdict.verdict === 'right') this.#lastRight = { at: clock.now(), elapsedMs };
    const unconfirmedMs = this.#lastRight === undefined ? undefined : elapsedMs - this.#lastRight.elapsedMs;
    const { holdAfterMs } = this.#terms;
    this.#hold = decideHold({ verdict, hold: before, unconfirmedMs, holdAfterMs });
    if (this.#hold === undefined && before !== undefined) this.#resume();
    if ('offsetMs' in verdict) alerts.clear('clock-unchecked');
    else this.#alertUnchecked(verdict);
    if (this.#hold === 'wrong' && 'offsetMs' in verdict) this.#alertWrong({ offsetMs: verdict.offsetMs });
    if (this.#hold === 'not-confirmed' || this.#hold === 'unconfirmed-too-long') this.#alertUnknown();
  }

  #resume(): void {
    const { alerts, journal, onResumed } = this.#tools;
    alerts.clear('clock-wrong');
    alerts.clear('clock-unknown');
    journal.info({ offsetMs: this.#offsetMs }, 'the clock is confirmed: certification goes on');
    onResumed();
  }

  #alertWrong(facts: Readonly<Record<string, unknown>>): void {
    this.#tools.alerts.clear('clock-unknown');
    this.#tools.alerts.raise({
      code: 'clock-wrong',
      sentence: 'the clock is wrong: nothing is certified until it is right again',
      facts,
    });
  }

  #alertUnchecked({ verdict }: TimeVerdict): void {
    this.#tools.alerts.raise({
      code: 'clock-unchecked',
      sentence: 'no time server tells whether the clock is right',
      facts: { verdict, servers: this.#servers.map(({ name, answer }) => `${name} ${answer}`) },
    });
  }

  #alertUnknown(): void {
    this.#tools.alerts.raise({
      code: 'clock-unknown',
      sentence: 'no time server has confirmed the clock: nothing is certified until one does',
      facts: { hold: this.#hold, lastRightAt: this.#lastRight?.at },
    });
  }

  #lookForJump(): void {
    if (this.#anchor === undefined) return;
    const { clock, monotonic } = this.#tools;
    const [wall, elapsedMs] = [clock.now(), monotonic.elapsedMs()];
    const jumpedMs = wall - this.#anchor.wall - (elapsedMs - this.#anchor.elapsedMs);
    if (Math.abs(jumpedMs) <= this.#terms.toleranceMs / 2) return;
    this.#anchor = { wall, elapsedMs };
    this.#hold = 'jumped';
    this.#alertWrong({ jumpedMs: Math.round(jumpedMs) });
    this.#measureSoon();
  }

  #measureSoon(): void {
    const sinceMs = this.#tools.monotonic.elapsedMs() - this.#measuredMs;
    this.#planIn(Math.max(JUMP_GAP_MS - sinceMs, 0));
  }

  #plan(): void {
    const { intervalMs, retryMs } = this.#terms;
    const wellKnown = this.#hold === undefined && this.#servers.some(({ answer }) => answer === 'time');
    this.#planIn(wellKnown ? intervalMs : Math.min(intervalMs, retryMs));
  }

  #planIn(delayMs: number): void {
    this.#cancelMeasure?.();
    if (!this.#running) return;
    this.#cancelMeasure = this.#tools.timers.after(delayMs, () => void this.measure());
  }

  #look(): void {
    if (!this.#running) return;
    this.#lookForJump();
    this.#cancelLook = this.#tools.timers.after(LOOK_MS, () => this.#look());
  }
}
