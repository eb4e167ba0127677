// SPDX-License-Identifier: EUPL-1.2
import type { Statistic } from '../../evidence/certification-log/log-statistics.ts';

interface Holdings {
  readonly domains: number;
  readonly mailboxes: number;
  readonly disabledMailboxes: number;
}

/** How `log statistics` speaks. */
export interface StatisticsWords {
  holdings(holdings: Holdings): string[];
  readonly month: string;
  readonly nothing: string;
  readonly statistics: Readonly<Record<Statistic, string>>;
}

export const italianStatistics: StatisticsWords = {
  holdings: ({ domains, mailboxes, disabledMailboxes }) => [
    `Domini: ${domains}. Caselle, adesso: ${mailboxes}, di cui ${disabledMailboxes} disabilitate.`,
  ],
  month: 'mese',
  nothing: 'Il registro non ha nulla in questo periodo.',
  statistics: {
    acceptances: 'messaggi accettati',
    nonAcceptances: 'messaggi non accettati',
    takeCharges: 'prese in carico emesse',
    deliveries: 'consegne nelle caselle',
    nonDeliveries: 'avvisi di mancata consegna',
    virusesSent: 'virus trovati in uscita',
    virusesReceived: 'virus trovati in arrivo',
    notices12h: 'avvisi a 12 ore',
    notices24h: 'avvisi a 24 ore',
    anomalies: 'buste di anomalia',
  },
};

export const englishStatistics: StatisticsWords = {
  holdings: ({ domains, mailboxes, disabledMailboxes }) => [
    `Domains: ${domains}. Mailboxes now: ${mailboxes}, ${disabledMailboxes} of them disabled.`,
  ],
  month: 'month',
  nothing: 'The log has nothing in this period.',
  statistics: {
    acceptances: 'messages accepted',
    nonAcceptances: 'messages not accepted',
    takeCharges: 'take-charge receipts emitted',
    deliveries: 'deliveries into mailboxes',
    nonDeliveries: 'notices of non-delivery',
    virusesSent: 'viruses found, sent',
    virusesReceived: 'viruses found, received',
    notices12h: 'notices at 12 hours',
    notices24h: 'notices at 24 hours',
    anomalies: 'anomaly envelopes',
  },
};
