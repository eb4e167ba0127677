// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import type { Clock, Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Timers } from '../../platform/timers.ts';
import type { DirectoryProblem, DirectoryWarning } from './directory-problem.ts';
import { readDirectory } from './directory-reader.ts';
import type { DirectorySnapshot } from './directory-snapshot.ts';
import type { DirectorySource } from './directory-source.ts';
import type { LastGoodCopyStore } from './last-good-copy-store.ts';
import type { ProviderDirectory } from './provider-directory.ts';

/** What an operator must hear about; the index in use stays as it was. */
export type DirectoryAlarm =
  | {
      readonly kind: 'index-refused';
      readonly source: string;
      readonly problems: readonly DirectoryProblem[];
    }
  | { readonly kind: 'index-unreachable'; readonly source: string; readonly fault: Fault }
  | { readonly kind: 'copy-refused'; readonly problems: readonly DirectoryProblem[] }
  | { readonly kind: 'copy-unreadable'; readonly fault: Fault }
  | { readonly kind: 'copy-not-kept'; readonly fault: Fault }
  | { readonly kind: 'index-stale'; readonly lastRefreshAt: Instant | undefined };

/** Hears what happens to the index. Must not throw. */
export interface DirectoryWatcher {
  /** Another index is in use: worth a record in the log. */
  updated(update: {
    readonly from: DirectorySnapshot;
    readonly to: DirectorySnapshot;
    readonly warnings: readonly DirectoryWarning[];
  }): void;
  alarm(alarm: DirectoryAlarm): void;
  /** The source gave a good index, new or the same; a copy of it that was not kept is told after this. */
  refreshed?(): void;
}

export type RefreshOutcome = 'updated' | 'unchanged' | 'refused' | 'unreachable';

export interface DirectoryRefreshTerms {
  readonly directory: ProviderDirectory;
  readonly source: DirectorySource;
  readonly copy: LastGoodCopyStore;
  /** The Authority's certificates that may sign the index, DER (U-22). */
  readonly authorities: readonly Buffer[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly watcher: DirectoryWatcher;
  /** From one good refresh to the next; a day unless told (DIR-12). */
  readonly intervalMs?: number;
  /** From a failed refresh to the next attempt; a quarter of an hour unless told. */
  readonly retryMs?: number;
  /** Age of the last good refresh from which it is an alarm; two days unless told. */
  readonly staleAfterMs?: number;
}

const DAY_MS = 24 * 3_600_000;

/** Keeps a `ProviderDirectory` up to date from a source, and a copy of it over restarts (DIR-12 to DIR-16). */
export class DirectoryRefresh {
  readonly #terms: DirectoryRefreshTerms;
  #running: Promise<RefreshOutcome> | undefined;
  #timer: (() => void) | undefined;
  /** Stands for the loop that is on; an older loop sees that it is not the one. */
  #loop: symbol | undefined;
  #lastRefreshAt: Instant | undefined;
  #firstAttemptAt: Instant | undefined;

  constructor(terms: DirectoryRefreshTerms) {
    this.#terms = terms;
  }

  /** When the source last gave a good index, in this process. */
  get lastRefreshAt(): Instant | undefined {
    return this.#lastRefreshAt;
  }

  /** Puts the last good copy to use, after verifying it again (DIR-14). False when there is none that is good. */
  async restore(): Promise<boolean> {
    const { directory, copy, authorities, watcher } = this.#terms;
    const loaded = await this.#attempt(() => copy.load());
    if (loaded instanceof Fault) {
      watcher.alarm({ kind: 'copy-unreadable', fault: loaded });
      return false;
    }
    if (loaded === undefined) return false;
    const from = directory.current;
    // The signer's certificate is judged at the instant of signing: an Authority's renewal must not
    // leave a provider that restarts without its index.
    const reading = await readDirectory(loaded, { authorities, at: undefined, previous: from });
    if (!reading.ok) {
      watcher.alarm({ kind: 'copy-refused', problems: reading.problems });
      return false;
    }
    directory.replace(reading.snapshot);
    watcher.updated({ from, to: reading.snapshot, warnings: reading.warnings });
    return true;
  }

  /** Fetches, verifies and switches; two calls at a time are one refresh. Never rejects. */
  refresh(): Promise<RefreshOutcome> {
    this.#running ??= this.#refreshOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Refreshes now and then for ever: daily, sooner after a failure (DIR-12). */
  start(): void {
    if (this.#loop !== undefined) return;
    this.#loop = Symbol('refresh loop');
    void this.#round(this.#loop);
  }

  stop(): void {
    this.#loop = undefined;
    this.#timer?.();
    this.#timer = undefined;
  }

  async #round(loop: symbol): Promise<void> {
    const outcome = await this.refresh();
    if (this.#loop !== loop) return;
    const good = outcome === 'updated' || outcome === 'unchanged';
    const { intervalMs = DAY_MS, retryMs = DAY_MS / 96, timers } = this.#terms;
    this.#timer = timers.after(good ? intervalMs : retryMs, () => void this.#round(loop));
  }

  async #refreshOnce(): Promise<RefreshOutcome> {
    this.#firstAttemptAt ??= this.#terms.clock.now();
    const outcome = await this.#fetchAndSwitch();
    if (outcome === 'updated' || outcome === 'unchanged') this.#lastRefreshAt = this.#terms.clock.now();
    else this.#alarmIfStale(this.#firstAttemptAt);
    return outcome;
  }

  async #fetchAndSwitch(): Promise<RefreshOutcome> {
    const { directory, source, authorities, clock, watcher } = this.#terms;
    const p7m = await this.#attempt(() => source.fetch());
    if (p7m instanceof Fault) {
      watcher.alarm({ kind: 'index-unreachable', source: source.name, fault: p7m });
      return 'unreachable';
    }
    const from = directory.current;
    if (createHash('sha256').update(p7m).digest('hex') === from.sha256) {
      watcher.refreshed?.();
      return 'unchanged';
    }
    const reading = await readDirectory(p7m, { authorities, at: clock.now(), previous: from });
    if (!reading.ok) {
      watcher.alarm({ kind: 'index-refused', source: source.name, problems: reading.problems });
      return 'refused';
    }
    watcher.refreshed?.();
    // A copy that cannot be kept must not hold back a newer index, which may take a provider out.
    const kept = await this.#attempt(() => this.#terms.copy.keep(p7m));
    if (kept instanceof Fault) watcher.alarm({ kind: 'copy-not-kept', fault: kept });
    directory.replace(reading.snapshot);
    watcher.updated({ from, to: reading.snapshot, warnings: reading.warnings });
    return 'updated';
  }

  #alarmIfStale(firstAttemptAt: Instant): void {
    const { clock, staleAfterMs = 2 * DAY_MS, watcher } = this.#terms;
    if (clock.now() - (this.#lastRefreshAt ?? firstAttemptAt) < staleAfterMs) return;
    watcher.alarm({ kind: 'index-stale', lastRefreshAt: this.#lastRefreshAt });
  }

  /** What the work gives, or the fault it throws; whatever else it throws becomes one. */
  async #attempt<Result>(work: () => Promise<Result>): Promise<Result | Fault> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof Fault) return cause;
      return new Fault('provider-index-unavailable', String(cause), { temporary: true, cause });
    }
  }
}
