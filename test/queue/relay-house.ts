// SPDX-License-Identifier: EUPL-1.2

import type { Courier, RelayOutcome } from '../../src/mailroom/queue/courier.ts';
import type { QueueEntry } from '../../src/mailroom/queue/queue-store.ts';
import { Relay, type RelayLimits } from '../../src/mailroom/queue/relay.ts';
import type { RelayEvents } from '../../src/mailroom/queue/relay-events.ts';
import type { StepPart } from '../../src/mailroom/steps/step-store.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { Fault } from '../../src/platform/faults.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { ManualTimers } from '../../src/platform/timers.ts';
import { QueueInMemory } from './queue-in-memory.ts';

export const HOUR = 3_600_000;
export const unreachable = new Fault('peer-unreachable', 'nobody there', { temporary: true });

export function taken(entry: QueueEntry): RelayOutcome {
  return { accepted: entry.forwardPaths, refused: [], reply: '250 2.0.0 ok' };
}

/** A part that can be recognised in the step it was committed with. */
export function mark(what: string): readonly StepPart[] {
  return [{ acts: [{ do: 'subscribe', mailbox: what.length, name: 'INBOX', subscribed: true }] }];
}

/** A relay over a queue in memory, with a clock and timers that move when told to. */
export function relayHouse(
  options: {
    relay?: (entry: QueueEntry) => Promise<RelayOutcome>;
    limits?: Partial<RelayLimits>;
    events?: Partial<RelayEvents>;
    localCourier?: Courier;
  } = {},
) {
  const store = new QueueInMemory();
  const clock = new FixedClock(0);
  const timers = new ManualTimers();
  const told: string[] = [];
  const attempts: number[] = [];
  const courier: Courier = {
    relay: async (entry) => {
      attempts.push(entry.id);
      return options.relay?.(entry) ?? taken(entry);
    },
  };
  const events: RelayEvents = {
    onRelayed: (_, accepted, reply) => {
      told.push(`relayed ${accepted.join(' ')}: ${reply}`);
      return mark('relayed');
    },
    onRefused: (_, refusals) => {
      told.push(`refused ${refusals.map(({ address, reason }) => `${address} ${reason}`).join(', ')}`);
      return { parts: mark('refused') };
    },
    onExpired: (entry) => {
      told.push(`expired ${entry.forwardPaths.join(' ')}`);
      return mark('expired');
    },
    ...options.events,
  };
  const relay = new Relay({
    store,
    courier,
    localCourier: options.localCourier ?? courier,
    events,
    clock,
    timers,
    journal: silentJournal,
    limits: { retryWaitsMs: [1000, 2000], ...options.limits },
  });
  /** Lets time pass, for clock and timers alike, and waits for what that starts. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    timers.advance(ms);
    await relay.whenIdle();
  };
  return { store, clock, timers, relay, told, attempts, pass };
}
