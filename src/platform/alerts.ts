// SPDX-License-Identifier: EUPL-1.2
import type { Journal } from './journal.ts';

/** Something an operator must see to, for as long as it lasts. */
export interface Alert {
  /** Stable, kebab-case, e.g. `scanner-down`; listed in docs/operating/alerts.md. */
  readonly code: string;
  /** One sentence for a person. No message body, no address of a user, no secret. */
  readonly sentence: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Where parts of the house say that something needs a person, and that it no longer does. */
export interface Alerts {
  /** Says so once for as long as it lasts, however often it is called. */
  raise(alert: Alert): void;
  /** It is over; nothing happens when it was not raised. */
  clear(code: string): void;
}

/** Called with each alert that begins or ends. */
export type AlertListener = (alert: Alert, state: 'raised' | 'cleared') => void;

/** Keeps what is raised at the moment, tells the journal and whoever listens of each change. */
export class AlertBoard implements Alerts {
  readonly #journal: Journal;
  readonly #raised = new Map<string, Alert>();
  readonly #listeners = new Set<AlertListener>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  raise(alert: Alert): void {
    const known = this.#raised.has(alert.code);
    this.#raised.set(alert.code, alert);
    if (known) return;
    this.#journal.error({ alert: alert.code, ...alert.facts }, `ALARM: ${alert.sentence}`);
    for (const listener of this.#listeners) listener(alert, 'raised');
  }

  clear(code: string): void {
    const alert = this.#raised.get(code);
    if (alert === undefined) return;
    this.#raised.delete(code);
    this.#journal.info({ alert: code }, `alarm over: ${alert.sentence}`);
    for (const listener of this.#listeners) listener(alert, 'cleared');
  }

  /** What is raised now, oldest first. */
  current(): readonly Alert[] {
    return [...this.#raised.values()];
  }

  /** Returns what ends the listening. */
  listen(listener: AlertListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
