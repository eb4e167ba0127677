// SPDX-License-Identifier: EUPL-1.2
import { AlertBoard } from '../platform/alerts.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { CachingDns, type Dns, SystemDns } from '../platform/dns.ts';
import { type Ids, randomIds } from '../platform/ids.ts';
import type { Journal } from '../platform/journal.ts';
import { MetricsRegistry } from '../platform/metrics.ts';
import { systemTimers, type Timers } from '../platform/timers.ts';

/** What a provider takes from its surroundings; tests and the demo bring their own. */
export interface Surroundings {
  readonly journal: Journal;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly ids?: Ids;
  readonly dns?: Dns;
  /** What needs a person; shown, counted and sent on. */
  readonly alerts?: AlertBoard;
  /** What is counted; never shared by two providers. */
  readonly metrics?: MetricsRegistry;
}

/** The surroundings with what was left out taken from the machine. */
export type Around = Required<Surroundings>;

export function completed(surroundings: Surroundings): Around {
  const clock = surroundings.clock ?? systemClock;
  return {
    journal: surroundings.journal,
    clock,
    timers: surroundings.timers ?? systemTimers,
    ids: surroundings.ids ?? randomIds,
    metrics: surroundings.metrics ?? new MetricsRegistry(),
    alerts: surroundings.alerts ?? new AlertBoard(surroundings.journal),
    dns: surroundings.dns ?? new CachingDns({ dns: new SystemDns(), clock }),
  };
}
