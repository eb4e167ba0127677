// SPDX-License-Identifier: EUPL-1.2
import type { Alert, AlertBoard } from './alerts.ts';
import type { Clock, Instant } from './clock.ts';
import type { Journal } from './journal.ts';
import type { Timers } from './timers.ts';

/** What is sent of an alert: that it began, that it still lasts, that it is over. */
export interface AlertNotice {
  readonly state: 'raised' | 'still' | 'over';
  readonly alert: Alert;
  readonly since: Instant;
  readonly at: Instant;
}

/** One way to reach the operator. */
export interface AlertChannel {
  readonly name: string;
  /** Resolves when the other side has taken it. Bounded in time by itself. */
  send(notice: AlertNotice): Promise<void>;
}

export interface AlertSenderOptions {
  readonly channels: readonly AlertChannel[];
  readonly alerts: AlertBoard;
  /** How often what lasts is told again; null: once. */
  readonly repeatMs: number | null;
  /** Most notices in an hour on each channel; what is more waits, and what is over meanwhile is never told. */
  readonly perHour: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
}

const HOUR_MS = 3_600_000;
/** Wait after the first failure; doubles up to the longest. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;

/**
 * Tells the operator of alerts, on every channel by itself: one that does not work delays no other. What
 * waits is one notice for each code, the latest, so nothing grows however often an alert comes and goes.
 */
export class AlertSender implements Disposable {
  readonly #channels: readonly ChannelLine[];
  readonly #stopListening: () => void;

  constructor(options: AlertSenderOptions) {
    this.#channels = options.channels.map((channel) => new ChannelLine(channel, options));
    const { alerts } = options;
    for (const alert of alerts.current()) this.#tell(alert, 'raised');
    this.#stopListening = alerts.listen((alert, state) => this.#tell(alert, state));
  }

  [Symbol.dispose](): void {
    this.#stopListening();
    for (const channel of this.#channels) channel[Symbol.dispose]();
  }

  #tell(alert: Alert, state: 'raised' | 'cleared'): void {
    for (const channel of this.#channels) {
      if (state === 'raised') channel.raise(alert);
      else channel.clear(alert.code);
    }
  }
}

interface Lasting {
  readonly alert: Alert;
  readonly since: Instant;
  /** When the operator was last told; undefined: not yet. */
  toldAt?: Instant;
}

/** One channel with what is to be told on it. */
class ChannelLine implements Disposable {
  readonly #channel: AlertChannel;
  readonly #options: AlertSenderOptions;
  readonly #lasting = new Map<string, Lasting>();
  /** Told, and over since. */
  readonly #over = new Map<string, Lasting>();
  /** When notices went out in the last hour. */
  #sent: Instant[] = [];
  #retryMs = FIRST_RETRY_MS;
  #sending = false;
  /** The last attempt failed; whatever happens meanwhile, the next one waits. */
  #backingOff = false;
  #stopped = false;
  #cancel: (() => void) | undefined;

  constructor(channel: AlertChannel, options: AlertSenderOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  raise(alert: Alert): void {
    const since = this.#options.clock.now();
    const over = this.#over.get(alert.code);
    // Nobody has heard that it was over: for them it lasts.
    this.#over.delete(alert.code);
    this.#lasting.set(alert.code, over === undefined ? { alert, since } : { ...over, alert });
    this.#work();
  }

  clear(code: string): void {
    const lasting = this.#lasting.get(code);
    this.#lasting.delete(code);
    if (lasting?.toldAt !== undefined) this.#over.set(code, lasting);
    this.#work();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #work(): void {
    if (this.#sending || this.#backingOff || this.#stopped) return;
    this.#cancel?.();
    const waitMs = this.#waitMs();
    if (waitMs === undefined) return;
    this.#sending = waitMs <= 0;
    if (waitMs <= 0) void this.#sendNext();
    else this.#cancel = this.#options.timers.after(waitMs, () => this.#work());
  }

  /** Until something is to be sent and may be; undefined: there is nothing. */
  #waitMs(): number | undefined {
    const { clock, perHour, repeatMs } = this.#options;
    const now = clock.now();
    this.#sent = this.#sent.filter((at) => at > now - HOUR_MS && at <= now);
    const oldest = this.#sent[0];
    const allowedMs = this.#sent.length < perHour || oldest === undefined ? 0 : oldest + HOUR_MS - now;
    const untold = this.#over.size > 0 || [...this.#lasting.values()].some((one) => one.toldAt === undefined);
    if (untold) return allowedMs;
    if (repeatMs === null || this.#lasting.size === 0) return undefined;
    const nextMs = Math.min(
      ...[...this.#lasting.values()].map(({ toldAt = now }) => toldAt + repeatMs - now),
    );
    return Math.max(nextMs, allowedMs);
  }

  #next(): AlertNotice | undefined {
    const { clock, repeatMs } = this.#options;
    const at = clock.now();
    for (const { alert, since } of this.#over.values()) return { state: 'over', alert, since, at };
    for (const { alert, since, toldAt } of this.#lasting.values()) {
      if (toldAt === undefined) return { state: 'raised', alert, since, at };
      if (repeatMs !== null && at - toldAt >= repeatMs) return { state: 'still', alert, since, at };
    }
    return undefined;
  }

  async #sendNext(): Promise<void> {
    const notice = this.#next();
    try {
      if (notice !== undefined) await this.#send(notice);
      this.#sending = false;
      this.#work();
    } catch (error) {
      this.#sending = false;
      if (this.#stopped) return;
      const { journal, timers } = this.#options;
      const facts = { channel: this.#channel.name, alert: notice?.alert.code, error };
      journal.warn(facts, 'an alert could not be sent: trying again');
      this.#backingOff = true;
      this.#cancel = timers.after(this.#retryMs, () => {
        this.#backingOff = false;
        this.#work();
      });
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
    }
  }

  async #send(notice: AlertNotice): Promise<void> {
    const { code } = notice.alert;
    const lasting = this.#lasting.get(code);
    const over = this.#over.get(code);
    await this.#channel.send(notice);
    this.#retryMs = FIRST_RETRY_MS;
    const now = this.#options.clock.now();
    this.#sent.push(now);
    // It may have ended, or begun again, while it was told.
    if (notice.state === 'over') {
      if (this.#over.get(code) === over) this.#over.delete(code);
      else this.#forgetTold(code);
    } else if (lasting !== undefined) {
      lasting.toldAt = now;
      if (this.#lasting.get(code) === undefined) this.#over.set(code, lasting);
    }
  }

  #forgetTold(code: string): void {
    const lasting = this.#lasting.get(code);
    if (lasting !== undefined) delete lasting.toldAt;
  }
}
