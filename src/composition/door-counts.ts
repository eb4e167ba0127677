// SPDX-License-Identifier: EUPL-1.2
import type { LoginAttempt, LoginGuard } from '../mailroom/accounts/login-guard.ts';
import { type Counter, type Histogram, LATENCY_SECONDS, type Metrics } from '../platform/metrics.ts';

const DOORS = ['submission', 'submissionStarttls', 'exchange', 'imap', 'pop3'] as const;
export type CountedDoor = (typeof DOORS)[number];

const LOGIN_DOORS = ['submission', 'imap', 'pop3'] as const;
const LOGIN_RESULTS = ['succeeded', 'failed', 'not-tried', 'turned-away'] as const;
const RUNGS = ['pair', 'place', 'account'] as const;
const SUBMISSION_OUTCOMES = ['accepted', 'not-accepted', 'refused', 'failed'] as const;
const ARRIVAL_OUTCOMES = ['taken', 'refused', 'try-later', 'failed'] as const;

type LoginDoor = (typeof LOGIN_DOORS)[number];
type LoginLabels = { door: typeof LOGIN_DOORS; result: typeof LOGIN_RESULTS };

/** What happens at the doors of one provider, counted. */
export class DoorCounts {
  readonly #logins: Counter<LoginLabels>;
  readonly #guessing: Counter<{ because: typeof RUNGS; what: readonly ['delayed', 'turned-away'] }>;
  readonly #submissions: Histogram<{ outcome: typeof SUBMISSION_OUTCOMES }>;
  readonly #arrivals: Histogram<{ outcome: typeof ARRIVAL_OUTCOMES }>;
  readonly #sessions = new Map<CountedDoor, () => number>();

  constructor(metrics: Metrics) {
    this.#logins = metrics.counter({
      name: 'ceralacca_logins_total',
      sentence: 'Attempts to log in, by door and result; the journal has the addresses.',
      labels: { door: LOGIN_DOORS, result: LOGIN_RESULTS },
    });
    this.#guessing = metrics.counter({
      name: 'ceralacca_logins_guarded_total',
      sentence:
        'Attempts that had to wait or were turned away for failures before, of one address from one place (pair), of a place or of an account.',
      labels: { because: RUNGS, what: ['delayed', 'turned-away'] },
    });
    this.#submissions = metrics.histogram({
      name: 'ceralacca_submission_seconds',
      sentence: 'Time from a whole message to the answer to its sender, by outcome.',
      labels: { outcome: SUBMISSION_OUTCOMES },
      buckets: LATENCY_SECONDS,
    });
    this.#arrivals = metrics.histogram({
      name: 'ceralacca_arrival_seconds',
      sentence: 'Time from a whole message of another host to the answer, by outcome.',
      labels: { outcome: ARRIVAL_OUTCOMES },
      buckets: LATENCY_SECONDS,
    });
    metrics.measured({
      name: 'ceralacca_sessions',
      sentence: 'Connections open at the doors.',
      labels: { door: DOORS },
      measure: () => [...this.#sessions].map(([door, count]) => ({ labels: { door }, value: count() })),
    });
  }

  /** Tells how many connections a door has, from now on. */
  watchSessions(door: CountedDoor, count: () => number): void {
    this.#sessions.set(door, count);
  }

  /** The guard, with what becomes of the attempts at one door. */
  guard(door: LoginDoor, guard: LoginGuard): LoginGuard {
    return { begin: (attempt) => this.#begin(door, { guard, attempt }) };
  }

  /** Submissions, with their outcomes and the time they take. */
  submissions<Taken, Given extends { readonly outcome: (typeof SUBMISSION_OUTCOMES)[number] }>(
    submit: (submission: Taken) => Promise<Given>,
  ): (submission: Taken) => Promise<Given> {
    return async (submission) => {
      const end = this.#submissions.begin();
      let outcome: (typeof SUBMISSION_OUTCOMES)[number] = 'failed';
      try {
        const given = await submit(submission);
        outcome = given.outcome;
        return given;
      } finally {
        end({ outcome });
      }
    };
  }

  /** Messages that other hosts bring, with their outcomes. */
  arrivals<Taken, Given extends { readonly outcome: (typeof ARRIVAL_OUTCOMES)[number] }>(
    receive: (transaction: Taken) => Promise<Given>,
  ): (transaction: Taken) => Promise<Given> {
    return async (transaction) => {
      const end = this.#arrivals.begin();
      let outcome: (typeof ARRIVAL_OUTCOMES)[number] = 'failed';
      try {
        const given = await receive(transaction);
        outcome = given.outcome;
        return given;
      } finally {
        end({ outcome });
      }
    };
  }

  #begin(door: LoginDoor, { guard, attempt }: { guard: LoginGuard; attempt: LoginAttempt }) {
    const ticket = guard.begin(attempt);
    const { waitMs, because } = ticket;
    const turnedAway = waitMs === undefined;
    if (because !== undefined) this.#guessing.add({ because, what: turnedAway ? 'turned-away' : 'delayed' });
    if (turnedAway) this.#logins.add({ door, result: 'turned-away' });
    return {
      ...ticket,
      end: (outcome: 'succeeded' | 'failed' | 'not-tried') => {
        if (!turnedAway) this.#logins.add({ door, result: outcome });
        ticket.end(outcome);
      },
    };
  }
}
