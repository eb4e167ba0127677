// SPDX-License-Identifier: EUPL-1.2
import type { Clock } from '../../platform/clock.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import { pause, type Timers } from '../../platform/timers.ts';
import type { ContentReader } from '../contents/content-store.ts';
import type { Act, StepStore } from '../steps/step-store.ts';
import { withAttempt } from './attempt-history.ts';
import { type AttemptResult, type AttemptVerdict, judgeAttempt } from './attempt-verdict.ts';
import { type Courier, NoMachineTookIt } from './courier.ts';
import type { AttemptNote, QueueEntry } from './queue-store.ts';
import { type Consequences, type RelayEvents, relayStep } from './relay-events.ts';

const LONGEST_STORE_WAIT_MS = 60_000;

export interface RelayAttemptOptions {
  readonly store: StepStore & ContentReader;
  /** Serves the destination `local`. */
  readonly localCourier: Courier;
  /** Serves every other destination. */
  readonly courier: Courier;
  readonly events: RelayEvents;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
  /** Waits after the first, second ... failed attempt. */
  readonly retryWaitsMs: readonly number[];
  /** First wait when the store does not commit; doubles up to a minute. */
  readonly storeWaitMs: number;
  /** Ends the waiting for a store that does not commit. */
  readonly stopped: AbortSignal;
}

/** Makes one attempt at an entry and commits, in one step, all that came of it. */
export class RelayAttempt {
  readonly #options: RelayAttemptOptions;

  constructor(options: RelayAttemptOptions) {
    this.#options = options;
  }

  /**
   * `not-now`: the machine is busy with other messages of ours, and nothing was tried. Rejects only when
   * nothing could be committed: the entry is then as it was.
   */
  async make(entry: QueueEntry): Promise<'made' | 'not-now'> {
    const result = await this.#relay(entry);
    if (result === 'not-now') return 'not-now';
    if (result === 'ended') return 'made';
    if (result.answered) passCommitPoint('relay-answered');
    const { clock, retryWaitsMs } = this.#options;
    const verdict = judgeAttempt({ entry, result, now: clock.now(), waitsMs: retryWaitsMs });
    await this.#carryOut(entry, { verdict, reply: result.answered ? result.outcome.reply : undefined });
    return 'made';
  }

  async #relay(entry: QueueEntry): Promise<AttemptResult | 'not-now' | 'ended'> {
    const { store, clock, journal, localCourier, courier } = this.#options;
    if (clock.now() >= entry.expiresAt) {
      await this.#giveUp(entry);
      return 'ended';
    }
    const content = store.findContent(entry.content);
    if (content === undefined) {
      journal.error({ entry: entry.id, content: entry.content }, 'a queue entry has lost its content: held');
      await this.#commit(entry, [{ do: 'hold', entry: entry.id, held: true }]);
      return 'ended';
    }
    passCommitPoint('relay-begun');
    const chosen = entry.destination === 'local' ? localCourier : courier;
    return chosen.relay(entry, content).then(
      (outcome): AttemptResult => ({ answered: true, outcome }),
      (error: unknown) => (isBusy(error) ? 'not-now' : this.#unanswered(entry, error)),
    );
  }

  #unanswered(entry: QueueEntry, error: unknown): AttemptResult {
    const { journal } = this.#options;
    const facts = { entry: entry.id, destination: entry.destination, identifier: entry.identifier, error };
    // What is no temporary Fault should not happen: the message is kept all the same, the operator told.
    if (error instanceof Fault && error.temporary) journal.info(facts, 'relay put off');
    else journal.error(facts, 'relay failed');
    const tried = error instanceof NoMachineTookIt ? error.tried : [];
    return { answered: false, error: wordsOf(error), tried };
  }

  async #carryOut(
    entry: QueueEntry,
    result: { readonly verdict: AttemptVerdict; readonly reply: string | undefined },
  ): Promise<void> {
    const { relayed, refused, retry } = result.verdict;
    const consequences: Consequences[] = [];
    const acts: Act[] = [];
    if (relayed.length > 0) {
      const told = await this.#tellRelayed(entry, { relayed, reply: result.reply });
      if (told === undefined) return this.#commit(entry, [{ do: 'hold', entry: entry.id, held: true }]);
      consequences.push(told);
      acts.push({ do: 'settle', entry: entry.id, forwardPaths: relayed });
    }
    let putOff =
      retry === undefined
        ? undefined
        : {
            notBefore: retry.notBefore,
            error: retry.error,
            history: withAttempt(entry.history, retry.note),
          };
    if (refused.length > 0) {
      try {
        consequences.push(await this.#options.events.onRefused(entry, refused));
        acts.push({ do: 'settle', entry: entry.id, forwardPaths: refused.map(({ address }) => address) });
      } catch (error) {
        putOff = this.#putOff(entry, error);
      }
    }
    if (putOff !== undefined) acts.push({ do: 'retry-later', entry: entry.id, ...putOff });
    await this.#commit(entry, acts, consequences);
  }

  /** Undefined when it cannot be told: sending the message again would be worse than holding it. */
  async #tellRelayed(
    entry: QueueEntry,
    facts: { readonly relayed: readonly string[]; readonly reply: string | undefined },
  ): Promise<Consequences | undefined> {
    try {
      return await this.#options.events.onRelayed(entry, facts.relayed, facts.reply);
    } catch (error) {
      this.#options.journal.error({ entry: entry.id, error }, 'a relay cannot be recorded: entry held');
      return undefined;
    }
  }

  async #giveUp(entry: QueueEntry): Promise<void> {
    let consequences: Consequences;
    try {
      consequences = await this.#options.events.onExpired(entry);
    } catch (error) {
      return this.#commit(entry, [{ do: 'retry-later', entry: entry.id, ...this.#putOff(entry, error) }]);
    }
    const settle: Act = { do: 'settle', entry: entry.id, forwardPaths: entry.forwardPaths };
    await this.#commit(entry, [settle], [consequences]);
  }

  /** The fate is known but cannot be told yet (a signer that is down, say): the entry stays. */
  #putOff(
    entry: QueueEntry,
    error: unknown,
  ): { notBefore: number; error: string; history: readonly AttemptNote[] } {
    this.#options.journal.error({ entry: entry.id, error }, 'the end of a relay cannot be told yet');
    const waitMs = this.#options.retryWaitsMs[0] ?? this.#options.storeWaitMs;
    const now = this.#options.clock.now();
    const met = wordsOf(error);
    const history = withAttempt(entry.history, { at: now, met, peerSpoke: false, tried: [] });
    return { notBefore: now + waitMs, error: met, history };
  }

  /** Repeated until the store takes it: forgetting an answer would send the message twice. */
  async #commit(
    entry: QueueEntry,
    acts: readonly Act[],
    consequences: readonly Consequences[] = [],
  ): Promise<void> {
    const { store, timers, journal, stopped, storeWaitMs } = this.#options;
    const step = relayStep({ entry, parts: [{ acts }], consequences });
    for (let waitMs = storeWaitMs; ; waitMs = Math.min(waitMs * 2, LONGEST_STORE_WAIT_MS)) {
      try {
        await store.commit(step);
        passCommitPoint('relay-settled');
        return;
      } catch (error) {
        if (!(error instanceof Fault && error.temporary) || stopped.aborted) throw error;
        journal.error(
          { entry: entry.id, error },
          'the store does not take the result of a relay: trying again',
        );
        await Promise.race([pause(timers, waitMs), aborted(stopped)]);
      }
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof Fault && error.code === 'peer-busy';
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 500);
}
