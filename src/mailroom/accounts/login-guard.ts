// SPDX-License-Identifier: EUPL-1.2
import type { Clock, Instant } from '../../platform/clock.ts';
import { placeOf } from '../../platform/peer-place.ts';

export interface LoginAttempt {
  /** The address somebody claims to be. */
  readonly address: string;
  /** IP address the attempt comes from. */
  readonly peerAddress: string;
}

/** What failures are held against: an address from a place, the place, the account. */
export type LoginRung = 'pair' | 'place' | 'account';

/** How the guard lets an attempt in. `end` must be called exactly once. */
export interface LoginTicket {
  /** How long to wait before looking at the password; undefined: turn the attempt away unseen. */
  readonly waitMs: number | undefined;
  /** Whose failures count most against it; undefined when there is nothing to wait for. */
  readonly because?: LoginRung;
  end(outcome: 'succeeded' | 'failed' | 'not-tried'): void;
}

/** What stands between a door and `Accounts`, against guessing. */
export interface LoginGuard {
  begin(attempt: LoginAttempt): LoginTicket;
}

/** How failures of one kind are held against what follows. */
interface Ladder {
  /** Failures without any wait. */
  readonly free: number;
  /** Attempts at the same time that count only once they have failed; further ones count at once. */
  readonly atOnce: number;
  /** The first wait; each further failure doubles it. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Failures from which on attempts are turned away. */
  readonly refuseFrom: number;
}

export interface LoginGuardLimits {
  /** One address from one place: somebody who forgot, or guesses. */
  readonly pair: Ladder;
  /** One place, whatever the addresses: spraying. */
  readonly place: Ladder;
  /** One address, from anywhere: never turned away, or strangers could lock the owner out. */
  readonly account: Ladder;
  /** Failures are forgotten after so long without a new one. */
  readonly forgetMs: number;
  /** Counters kept at most; the oldest goes first. */
  readonly counters: number;
}

export const DEFAULT_LOGIN_GUARD_LIMITS: LoginGuardLimits = {
  // A mail program opens several connections at a time, an office many from one place.
  pair: { free: 2, atOnce: 10, firstWaitMs: 500, longestWaitMs: 8_000, refuseFrom: 20 },
  place: { free: 20, atOnce: 100, firstWaitMs: 250, longestWaitMs: 8_000, refuseFrom: 200 },
  account: {
    free: 20,
    atOnce: 20,
    firstWaitMs: 250,
    longestWaitMs: 4_000,
    refuseFrom: Number.POSITIVE_INFINITY,
  },
  forgetMs: 15 * 60_000,
  counters: 50_000,
};

interface Counter {
  readonly failures: number;
  /** Attempts begun and not ended. */
  readonly underWay: number;
  readonly lastAt: Instant;
}

/** Makes each failed attempt's successor wait longer, per address and place, per place, per address. */
export class DelayingLoginGuard implements LoginGuard {
  readonly #clock: Clock;
  readonly #limits: LoginGuardLimits;
  readonly #counters = new Map<string, Counter>();

  constructor(options: { readonly clock: Clock; readonly limits?: Partial<LoginGuardLimits> }) {
    this.#clock = options.clock;
    this.#limits = { ...DEFAULT_LOGIN_GUARD_LIMITS, ...options.limits };
  }

  begin(attempt: LoginAttempt): LoginTicket {
    const address = attempt.address.toLowerCase();
    const place = placeOf(attempt.peerAddress);
    const rungs: readonly (readonly [string, Ladder, LoginRung])[] = [
      [`pair ${place} ${address}`, this.#limits.pair, 'pair'],
      [`place ${place}`, this.#limits.place, 'place'],
      [`account ${address}`, this.#limits.account, 'account'],
    ];
    const waits = rungs.map(([key, ladder]) => waitFor(this.#held(key, ladder), ladder));
    const waitMs = waits.includes(undefined) ? undefined : Math.max(...waits.map((wait) => wait ?? 0));
    if (waitMs !== undefined) for (const [key] of rungs) this.#change(key, { failures: 0, underWay: 1 });
    const because = waitMs === 0 ? undefined : rungs[waits.indexOf(waitMs)]?.[2];
    return {
      waitMs,
      ...(because !== undefined && { because }),
      end: (outcome) => {
        if (waitMs === undefined) return;
        const failures = outcome === 'failed' ? 1 : 0;
        for (const [key] of rungs) this.#change(key, { failures, underWay: -1 });
        // Who knows the password has forgotten nothing: the own failures are forgiven.
        if (outcome === 'succeeded') this.#forgive(`pair ${place} ${address}`);
      },
    };
  }

  #counter(key: string): Counter {
    const counter = this.#counters.get(key);
    const fresh = counter !== undefined && counter.lastAt + this.#limits.forgetMs > this.#clock.now();
    return fresh ? counter : { failures: 0, underWay: 0, lastAt: 0 };
  }

  /** Many attempts at once gain nothing: beyond a few they count as failed until they end. */
  #held(key: string, ladder: Ladder): number {
    const { failures, underWay } = this.#counter(key);
    return failures + Math.max(underWay - ladder.atOnce, 0);
  }

  #change(key: string, by: { readonly failures: number; readonly underWay: number }): void {
    const counter = this.#counter(key);
    this.#put(key, {
      failures: counter.failures + by.failures,
      underWay: Math.max(counter.underWay + by.underWay, 0),
      // Only a failure prolongs the memory of failures.
      lastAt: by.failures > 0 || counter.failures === 0 ? this.#clock.now() : counter.lastAt,
    });
  }

  #forgive(key: string): void {
    this.#put(key, { ...this.#counter(key), failures: 0 });
  }

  #put(key: string, counter: Counter): void {
    this.#counters.delete(key);
    if (counter.failures > 0 || counter.underWay > 0) this.#counters.set(key, counter);
    for (const oldest of this.#counters.keys()) {
      if (this.#counters.size <= this.#limits.counters) break;
      this.#counters.delete(oldest);
    }
  }
}

function waitFor(failures: number, ladder: Ladder): number | undefined {
  if (failures >= ladder.refuseFrom) return undefined;
  if (failures < ladder.free) return 0;
  return Math.min(ladder.firstWaitMs * 2 ** Math.min(failures - ladder.free, 30), ladder.longestWaitMs);
}
