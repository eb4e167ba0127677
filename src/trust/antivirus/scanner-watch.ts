// SPDX-License-Identifier: EUPL-1.2
import type { Alerts } from '../../platform/alerts.ts';
import type { Clock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import { judgeScanner, type Probe, type ScannerHealth } from './scanner-health.ts';

export interface ScannerWatchOptions {
  /** Asks the scanner how it is, with a harmless text of so many octets to scan. Never rejects. */
  readonly probe: (sampleBytes: number) => Promise<Probe>;
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Older signatures are not relied on; null: however old. */
  readonly maximumAgeMs: number | null;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly alerts: Alerts;
  readonly journal: Journal;
}

/** What is scanned to see whether the scanner scans. */
const SAMPLE_BYTES = 64;

/**
 * Looks at the scanner again and again, and alone decides whether it is relied on: one message that it does
 * not like does not make it unreliable for all others. Raises `scanner-down`, `scanner-outdated` and
 * `scanner-limit`, and clears them when all is well again.
 */
export class ScannerWatch implements Disposable {
  readonly #options: ScannerWatchOptions;
  #health: ScannerHealth = { is: 'down', why: 'nobody has looked yet' };
  #looking: Promise<void> | undefined;
  #tooLargeBytes: number | undefined;
  #stopTimer: (() => void) | undefined;
  #stopped = false;

  constructor(options: ScannerWatchOptions) {
    this.#options = options;
  }

  get health(): ScannerHealth {
    return this.#health;
  }

  /** Throws the temporary Fault `scanner-unavailable` or `scanner-outdated` unless the scanner is relied on. */
  require(): void {
    const health = this.#health;
    if (health.is === 'up') return;
    throw health.is === 'down'
      ? new Fault('scanner-unavailable', `the scanner cannot be used: ${health.why}`, { temporary: true })
      : new Fault('scanner-outdated', 'the signatures of the scanner are too old', { temporary: true });
  }

  /** Looks now, unless somebody is looking; resolves when it is known. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** The scanner refused so many octets: the operator is told until it takes them. */
  refused(sizeBytes: number): void {
    this.#tooLargeBytes = Math.max(this.#tooLargeBytes ?? 0, sizeBytes);
    this.#options.alerts.raise({
      code: 'scanner-limit',
      sentence: 'the scanner takes no messages of this size: raise StreamMaxLength of clamd',
      facts: { sizeBytes },
    });
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#stopTimer?.();
  }

  async #look(): Promise<void> {
    this.#stopTimer?.();
    const { probe, clock, maximumAgeMs, timers, everyMs } = this.#options;
    const judged = judgeScanner(await probe(SAMPLE_BYTES), { now: clock.now(), maximumAgeMs });
    if (judged.is !== 'down') await this.#lookAtLimit();
    if (this.#stopped) return;
    this.#tell(judged);
    this.#health = judged;
    this.#stopTimer = timers.after(everyMs, () => void this.look());
  }

  /** Whether what was refused for its size would be taken now. */
  async #lookAtLimit(): Promise<void> {
    const sizeBytes = this.#tooLargeBytes;
    if (sizeBytes === undefined) return;
    const { probe, clock } = this.#options;
    const judged = judgeScanner(await probe(sizeBytes), { now: clock.now(), maximumAgeMs: null });
    if (judged.is !== 'up' || this.#tooLargeBytes !== sizeBytes) return;
    this.#tooLargeBytes = undefined;
    this.#options.alerts.clear('scanner-limit');
  }

  #tell(health: ScannerHealth): void {
    const { alerts, journal } = this.#options;
    if (health.is === 'down') {
      alerts.raise({
        code: 'scanner-down',
        sentence: 'the virus scanner cannot be used: no message is accepted',
        facts: { why: health.why },
      });
      return;
    }
    alerts.clear('scanner-down');
    if (health.is === 'outdated') {
      const { engine, signaturesAt } = health;
      alerts.raise({
        code: 'scanner-outdated',
        sentence: 'the signatures of the virus scanner are too old: no message is accepted',
        facts: {
          engine,
          signatures: signaturesAt === undefined ? null : new Date(signaturesAt).toISOString(),
        },
      });
      return;
    }
    alerts.clear('scanner-outdated');
    if (this.#health.is !== 'up') journal.info({ ...health }, 'the virus scanner is relied on');
  }
}
