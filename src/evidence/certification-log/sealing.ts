// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Alerts } from '../../platform/alerts.ts';
import type { Clock } from '../../platform/clock.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import { dayAfter, dayOf, endOfDay, monthsBefore, RETENTION_MONTHS } from './log-days.ts';
import type { LogReader } from './log-store.ts';
import { growTree, LogTree, recordLeaf } from './log-tree.ts';
import { treeRoot } from './merkle-tree.ts';
import { writeSeal } from './seal.ts';
import { LOG_BLOCK_LEAVES, type LogAct, type SealedLogReader, type StoredSeal } from './sealed-log-store.ts';

/** Has the revocation lists kept that show later that who signed and stamped a seal was not revoked then. */
export interface SealCover {
  /** English sentences, for operators: of whom no list could be had, and why; none when all is there. */
  cover(seal: StoredSeal): Promise<readonly string[]>;
}

export interface LogSealingOptions {
  readonly log: SealedLogReader & Pick<LogReader, 'lastSequence'>;
  /** Performs acts in one transaction. */
  readonly commit: (acts: readonly LogAct[]) => Promise<unknown>;
  /** Signs with the provider's key: CMS with the content inside, DER. */
  readonly signer: { seal(content: Buffer, instant: number): Promise<Buffer> };
  /** Gives a time-stamp token over octets (RFC 3161), DER; without one seals stay unstamped. */
  readonly stamper: { stamp(octets: Uint8Array): Promise<Uint8Array> } | null;
  /** Sees to it that there are revocation lists of the time of a seal; without one nobody does. */
  readonly cover?: SealCover;
  /** Descriptive name of the provider. */
  readonly provider: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly alerts: Alerts;
}

/** A day is closed so long after midnight: steps that began before have ended. */
const GRACE_MS = 2 * 60_000;
/** How often there may be something to do. */
const LOOK_MS = 60_000;
/** Records hashed before somebody else has a turn. */
const AT_ONCE = 4 * LOG_BLOCK_LEAVES;
/** A seal without a time stamp for so long is an alert (LOG-5: every day). */
const UNSTAMPED_MS = 24 * 3_600_000;

/**
 * Keeps the hash tree over the certification log growing, closes each day with a signed and time-stamped seal (LOG-5,
 * LOG-7), and lets go of what is older than the law asks (LOG-3). Works in the background in small pieces; nothing waits
 * for it, and after a crash it goes on from what is stored.
 */
export class LogSealing implements AsyncDisposable {
  readonly #options: LogSealingOptions;
  /** The last seal that revocation lists are kept of. */
  #coveredSeal = 0;
  #working: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';

  constructor(options: LogSealingOptions) {
    this.#options = options;
  }

  /** Begins to look every minute whether there is something to do. */
  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    this.wake();
  }

  /** Looks now: the clock was moved. */
  wake(): void {
    if (this.#state !== 'running') return;
    this.#cancelTimer?.();
    this.work()
      .then(() => this.#options.alerts.clear('log-not-sealed'))
      .catch((error: unknown) =>
        this.#options.alerts.raise({
          code: 'log-not-sealed',
          sentence: 'the certification log could not be sealed',
          facts: { error },
        }),
      )
      .finally(() => {
        if (this.#state !== 'running') return;
        this.#cancelTimer?.();
        this.#cancelTimer = this.#options.timers.after(LOOK_MS, () => this.wake());
      });
  }

  /** Does all there is to do; one at a time. Rejects with the Fault of the store or of the signer. */
  work(): Promise<void> {
    const work = this.#working.catch(() => {}).then(() => this.#workThrough());
    this.#working = work;
    return work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'stopped';
    this.#cancelTimer?.();
    await this.#working.catch(() => {});
  }

  async #workThrough(): Promise<void> {
    await this.#grow();
    await this.#closeDays();
    await this.#stamp();
    await this.#cover();
    await this.#forget();
  }

  get #stopped(): boolean {
    return this.#state === 'stopped';
  }

  /** Brings full blocks into the tree; with `upTo`, everything up to that record. */
  async #grow(upTo?: number): Promise<void> {
    const { log, commit } = this.#options;
    while (!this.#stopped) {
      const size = log.treeSize();
      const last = upTo ?? log.lastSequence() - (log.lastSequence() % LOG_BLOCK_LEAVES);
      if (size >= last) return;
      const texts = log.listRecordTexts(size + 1, Math.min(AT_ONCE, last - size));
      if (texts[0]?.sequence !== size + 1 || texts.at(-1)?.sequence !== size + texts.length)
        throw new Fault('log-incomplete', `a record after ${size} is missing`, { temporary: false });
      await commit([{ do: 'grow-log', ...growTree(log, { size, leaves: texts.map(recordLeaf) }) }]);
    }
  }

  async #closeDays(): Promise<void> {
    const { log, clock } = this.#options;
    while (!this.#stopped) {
      const last = log.lastSeal();
      const [first] = last === undefined ? log.listRecordTexts(1, 1) : [];
      if (last === undefined && first === undefined) return;
      const day = last === undefined ? dayOf(first?.instant ?? 0) : dayAfter(last.day);
      if (clock.now() < endOfDay(day) + GRACE_MS) return;
      await this.#close(day, last);
    }
  }

  async #close(day: string, last: StoredSeal | undefined): Promise<void> {
    const { log, commit, signer, provider, clock, journal } = this.#options;
    const size = this.#sizeAt(endOfDay(day), last?.size ?? 0);
    await this.#grow(size);
    if (this.#stopped) return;
    const seal = {
      number: (last?.number ?? 0) + 1,
      day,
      first: (last?.size ?? 0) + 1,
      size,
      closedAt: Math.floor(clock.now() / 1000) * 1000,
    };
    const text = writeSeal({
      ...seal,
      provider,
      root: treeRoot(new LogTree(log), size),
      ...(last !== undefined && { previous: hash('sha256', last.signed, 'buffer') }),
    });
    const signed = await signer.seal(text, seal.closedAt);
    passCommitPoint('seal-signed');
    await commit([{ do: 'seal-log', seal: { ...seal, signed } }]);
    passCommitPoint('seal-committed');
    journal.info({ day, seal: seal.number, records: size - seal.first + 1 }, 'a day of the log is sealed');
  }

  /**
   * The records written before an instant, by halving: they follow each other nearly in the order of their instants, and
   * one written at midnight may stand in the seal of the next day.
   */
  #sizeAt(instant: number, from: number): number {
    const { log } = this.#options;
    let [low, high] = [from, log.lastSequence()];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [record] = log.listRecordTexts(middle + 1, 1);
      if (record !== undefined && record.instant < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #stamp(): Promise<void> {
    const { log, commit, stamper, clock, journal, alerts } = this.#options;
    if (stamper === null) return;
    for (const seal of this.#unstamped()) {
      if (this.#stopped) return;
      try {
        const token = await stamper.stamp(seal.signed);
        await commit([{ do: 'stamp-seal', number: seal.number, token }]);
      } catch (error) {
        journal.warn({ seal: seal.number, error }, 'no time stamp for a seal of the log');
        break;
      }
    }
    const [oldest] = this.#unstamped();
    if (oldest === undefined || clock.now() - oldest.closedAt < UNSTAMPED_MS) alerts.clear('log-not-stamped');
    else
      alerts.raise({
        code: 'log-not-stamped',
        sentence: 'a seal of the certification log has no time stamp for more than a day',
        facts: { seal: oldest.number, last: log.lastSeal()?.number },
      });
  }

  /** The last seal is enough: the lists of the days before were fetched then, and later ones are better. */
  async #cover(): Promise<void> {
    const { log, stamper, cover, alerts } = this.#options;
    const seal = log.lastSeal();
    if (cover === undefined || seal === undefined || seal.number === this.#coveredSeal || this.#stopped)
      return;
    const missing = await cover.cover(seal);
    if (missing.length > 0) {
      alerts.raise({
        code: 'revocation-not-kept',
        sentence: 'no revocation list could be had of who signed or stamped a seal of the certification log',
        facts: { seal: seal.number, missing },
      });
      return;
    }
    alerts.clear('revocation-not-kept');
    // A seal that is stamped later is looked at again.
    if (stamper === null || seal.token !== undefined) this.#coveredSeal = seal.number;
  }

  /** Stamps are given in order, so those without are the last ones. */
  #unstamped(): StoredSeal[] {
    const { log } = this.#options;
    const last = log.lastSeal();
    const found: StoredSeal[] = [];
    for (let number = last?.number ?? 0; number > 0; number--) {
      const [seal] = log.listSeals(number, 1);
      if (seal === undefined || seal.token !== undefined) break;
      found.unshift(seal);
    }
    return found;
  }

  /** LOG-3: whole seals, all of whose records are older than thirty months. */
  async #forget(): Promise<void> {
    const { log, commit, clock, journal } = this.#options;
    const limit = monthsBefore(clock.now(), RETENTION_MONTHS);
    let kept = log.forgottenUpTo();
    for (;;) {
      const seal = log.findSealOf(kept + 1);
      if (seal === undefined || endOfDay(seal.day) + GRACE_MS > limit) break;
      kept = seal.size;
    }
    while (!this.#stopped && (log.listRecordTexts(1, 1)[0]?.sequence ?? kept + 1) <= kept) {
      await commit([{ do: 'forget-records', upTo: kept }]);
      journal.info({ upTo: kept }, 'records of the log older than thirty months are removed');
    }
  }
}
