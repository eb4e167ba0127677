// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { NewQueueEntry } from '../../src/mailroom/queue/queue-store.ts';
import type { Committed } from '../../src/mailroom/steps/step-store.ts';
import type { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';

/** Nothing leaves the queue but what somebody answered about, or what is 24 hours old (AP-33). */
export class QueueCheck {
  readonly #machine: Machine;
  readonly #answered: ReadonlySet<string>;
  readonly #ledger: Ledger;
  readonly #entries = new Map<number, NewQueueEntry>();
  longest = 0;

  constructor(machine: Machine, known: { readonly answered: ReadonlySet<string>; readonly ledger: Ledger }) {
    this.#machine = machine;
    this.#answered = known.answered;
    this.#ledger = known.ledger;
  }

  sees({ step, outcome }: Committed): void {
    step.parts.forEach((part, at) => {
      const fate = outcome.parts[at];
      if (fate?.done !== true) return;
      part.acts.forEach((act, which) => {
        const result = fate.results[which];
        if (act.do === 'enqueue' && result?.gave === 'entry') this.#entries.set(result.entry, act.entry);
        if (act.do === 'settle') for (const path of act.forwardPaths) this.#settled(act.entry, path);
        assert.notEqual(act.do, 'hold', `${this.#machine.key} holds an entry`);
      });
    });
    this.longest = Math.max(this.longest, this.#machine.provider.kept.listQueue().length);
  }

  #settled(id: number, path: string): void {
    const { key, clock } = this.#machine;
    if (this.#answered.has(`${key} ${id} ${path}`)) return;
    const entry = this.#entries.get(id);
    assert.ok(entry, `${key}: an entry that was never queued`);
    const { identifier, kind, expiresAt } = entry;
    assert.ok(clock.now() >= expiresAt, `${key} forgot ${kind} of ${identifier} to ${path}`);
    if (kind === 'transport-envelope') this.#ledger.passage(identifier, path).sendingFailed = true;
    else this.#ledger.givenUp.add(`${key} ${identifier}`);
  }
}
