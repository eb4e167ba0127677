// SPDX-License-Identifier: EUPL-1.2
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { Timers } from '../../../platform/timers.ts';
import type { LoopMeter } from '../gathering.ts';

/** Mailboxes that something came to, and mailboxes that something went from. */
export interface News {
  readonly came: readonly MailboxId[];
  readonly gone: readonly MailboxId[];
}

/** How often it is looked whether the moment is quiet, while something waits. */
const LOOK_MS = 1000;
/** Share of its time for which a thread works that is no longer quiet. */
const BUSY = 0.3;
/** Nothing came for so long: what came is likely all, for now. */
const PAUSE_MS = 3000;
/** In a quiet moment nothing waits longer for such a pause. */
const GATHERED_MS = 20_000;
/** Without any quiet moment nothing waits longer for one. */
const LONGEST_WAIT_MS = 120_000;
/** What has waited that long is indexed over so many looks, the load going on, but so many mailboxes at least at each. */
const DOSES = 60;
const LEAST_DOSE = 4;
/** Mailboxes indexed before it is looked again whether the moment is quiet. */
const QUIET_DOSE = 256;

interface Waiting {
  readonly sinceMs: number;
  came: boolean;
  gone: boolean;
}

/**
 * What waits to be indexed, handed over when the thread that answers people has little else to do. Messages indexed
 * together cost less, and whoever searches meanwhile has the new ones looked at, so waiting costs nobody an answer. A load
 * that never pauses has its mail indexed all the same, in small doses.
 */
export class QuietMoments implements Disposable {
  readonly #meter: LoopMeter;
  readonly #timers: Timers;
  readonly #work: (news: News) => Promise<void>;
  /** Waiting longest first. */
  readonly #waiting = new Map<MailboxId, Waiting>();
  #toldAt = 0;
  /** Since when what is being indexed has waited. */
  #workingSince: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(parts: {
    /** Of the thread that answers people. */
    readonly meter: LoopMeter;
    readonly timers: Timers;
    /** Resolves when the news are in the index. */
    readonly work: (news: News) => Promise<void>;
  }) {
    this.#meter = parts.meter;
    this.#timers = parts.timers;
    this.#work = parts.work;
  }

  /** For how long the oldest of what is not indexed has waited, in ms. */
  get waitedMs(): number {
    const [first] = this.#waiting.values();
    const since = Math.min(first?.sinceMs ?? Infinity, this.#workingSince ?? Infinity);
    return since === Infinity ? 0 : this.#meter.now() - since;
  }

  tell(mailbox: MailboxId, what: 'came' | 'gone'): void {
    this.#toldAt = this.#meter.now();
    let waiting = this.#waiting.get(mailbox);
    if (waiting === undefined) {
      waiting = { sinceMs: this.#toldAt, came: false, gone: false };
      this.#waiting.set(mailbox, waiting);
    }
    waiting[what] = true;
    if (this.#cancel === undefined && this.#workingSince === undefined) this.#lookLater();
  }

  /** Everything that waits, which is for the caller to have indexed. */
  take(most = Infinity): News {
    const came: MailboxId[] = [];
    const gone: MailboxId[] = [];
    for (const [mailbox, waiting] of this.#waiting) {
      if (most-- <= 0) break;
      this.#waiting.delete(mailbox);
      if (waiting.came) came.push(mailbox);
      if (waiting.gone) gone.push(mailbox);
    }
    return { came, gone };
  }

  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#waiting.clear();
  }

  #lookLater(): void {
    // What the thread did before is not asked.
    this.#meter.busy();
    this.#cancel = this.#timers.after(LOOK_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    this.#cancel = undefined;
    const [first] = this.#waiting.values();
    const dose = first === undefined ? 0 : this.#dose(first.sinceMs);
    if (first !== undefined && dose > 0) {
      this.#workingSince = first.sinceMs;
      await this.#work(this.take(dose));
      this.#workingSince = undefined;
    }
    if (this.#waiting.size > 0) this.#lookLater();
  }

  /** How many mailboxes may be indexed now. */
  #dose(sinceMs: number): number {
    const now = this.#meter.now();
    const isQuiet = this.#meter.busy() <= BUSY;
    if (isQuiet && (now - this.#toldAt >= PAUSE_MS || now - sinceMs >= GATHERED_MS)) return QUIET_DOSE;
    if (now - sinceMs < LONGEST_WAIT_MS) return 0;
    return Math.max(LEAST_DOSE, Math.ceil(this.#waiting.size / DOSES));
  }
}
