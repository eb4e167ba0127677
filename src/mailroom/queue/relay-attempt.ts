// SPDX-License-Identifier: EUPL-1.2
import type { Clock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import { pause, type Timers } from '../../platform/timers.ts';
import type { ContentReader } from '../contents/content-store.ts';
import type { Act, StepStore } from '../steps/step-store.ts';
import { type AttemptResult, type AttemptVerdict, judgeAttempt } from './attempt-verdict.ts';
import type { Courier } from './courier.ts';
import type { QueueEntry } from './queue-store.ts';
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

  /** Rejects only when nothing could be committed: the entry is then as it was. */
  async make(entry: QueueEntry): Promise<void> {
    const { store, clock, journal, localCourier, courier } = this.#options;
    if (clock.now() >= entry.expiresAt) return this.#giveUp(entry);
    const content = store.findContent(entry.content);
    if (content === undefined) {
      journal.error({ entry: entry.id, content: entry.content }, 'a queue entry has lost its content: held');
      return this.#commit(entry, [{ do: 'hold', entry: entry.id, held: true }]);
    }
    const chosen = entry.destination === 'local' ? localCourier : courier;
    const result = await chosen.relay(entry, content).then(
      (outcome): AttemptResult => ({ answered: true, outcome }),
      (error: unknown): AttemptResult => this.#unanswered(entry, error),
    );
    const verdict = judgeAttempt({ entry, result, now: clock.now(), waitsMs: this.#options.retryWaitsMs });
    await this.#carryOut(entry, { verdict, reply: result.answered ? result.outcome.reply : undefined });
  }

  #unanswered(entry: QueueEntry, error: unknown): AttemptResult {
    const { journal } = this.#options;
    const facts = { entry: entry.id, destination: entry.destination, identifier: entry.identifier, error };
    // What is no temporary Fault should not happen: the message is kept all the same, the operator told.
    if (error instanceof Fault && error.temporary) journal.info(facts, 'relay put off');
    else journal.error(facts, 'relay failed');
    return { answered: false, error: wordsOf(error) };
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
    let putOff = retry === undefined ? undefined : { notBefore: retry.notBefore, error: retry.error };
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
  #putOff(entry: QueueEntry, error: unknown): { notBefore: number; error: string } {
    this.#options.journal.error({ entry: entry.id, error }, 'the end of a relay cannot be told yet');
    const waitMs = this.#options.retryWaitsMs[0] ?? this.#options.storeWaitMs;
    return { notBefore: this.#options.clock.now() + waitMs, error: wordsOf(error) };
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

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 500);
}
