// SPDX-License-Identifier: EUPL-1.2
import { dayOf } from './log-days.ts';
import type { LogEvent, NewLogRecord } from './log-store.ts';

/** What is counted for the supervisor, in the order it is told. */
export const STATISTICS = [
  /** Messages accepted. */
  'acceptances',
  /** Messages not accepted, for whatever reason. */
  'nonAcceptances',
  /** Envelopes of others taken in charge. */
  'takeCharges',
  /** Deliveries into mailboxes of ours, by recipient. */
  'deliveries',
  /** Notices of non-delivery that we emitted, by recipient; without those of the time limits. */
  'nonDeliveries',
  /** Messages of our users that carried a virus. */
  'virusesSent',
  /** Certified mail of others that carried a virus. */
  'virusesReceived',
  /** Notices at 12 and at 24 hours, by recipient (AP-37, AP-38). */
  'notices12h',
  'notices24h',
  /** Anomaly envelopes, by recipient. */
  'anomalies',
] as const;

export type Statistic = (typeof STATISTICS)[number];

const COUNTED: Partial<Record<LogEvent, readonly Statistic[]>> = {
  acceptance: ['acceptances'],
  'non-acceptance-formal': ['nonAcceptances'],
  'non-acceptance-virus': ['nonAcceptances', 'virusesSent'],
  'take-charge-emitted': ['takeCharges'],
  delivered: ['deliveries'],
  'nondelivery-emitted': ['nonDeliveries'],
  'virus-nondelivery-emitted': ['nonDeliveries'],
  'virus-detected': ['virusesReceived'],
  'timeout-12h': ['notices12h'],
  'timeout-24h': ['notices24h'],
  'anomaly-created': ['anomalies'],
};

export interface MonthStatistics {
  /** In Italian legal time, `yyyy-mm`. */
  readonly month: string;
  readonly counts: Readonly<Record<Statistic, number>>;
}

/** Counts records, by month. */
export class LogStatistics {
  readonly #months = new Map<string, Record<Statistic, number>>();
  #lastInfected = '';

  /** In the order of the log: an infected message has a record for each recipient, one after the other. */
  add({ event, instant, identifier, messageId = '' }: NewLogRecord): void {
    const month = dayOf(instant).slice(0, 7);
    const counts = this.#months.get(month) ?? newCounts();
    this.#months.set(month, counts);
    if (event === 'virus-detected') {
      const infected = `${instant} ${identifier} ${messageId}`;
      if (infected === this.#lastInfected) return;
      this.#lastInfected = infected;
    }
    for (const statistic of COUNTED[event] ?? []) counts[statistic]++;
  }

  /** In order; months without any record are not there. */
  months(): MonthStatistics[] {
    const months = [...this.#months].map(([month, counts]) => ({ month, counts }));
    return months.sort((one, other) => (one.month < other.month ? -1 : 1));
  }
}

function newCounts(): Record<Statistic, number> {
  return {
    acceptances: 0,
    nonAcceptances: 0,
    takeCharges: 0,
    deliveries: 0,
    nonDeliveries: 0,
    virusesSent: 0,
    virusesReceived: 0,
    notices12h: 0,
    notices24h: 0,
    anomalies: 0,
  };
}
