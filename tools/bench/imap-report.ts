// SPDX-License-Identifier: EUPL-1.2
import type { ImapRow, ImapTerms } from './imap-scenario.ts';
import type { Measurement } from './report-parts.ts';
import { figure, ratio, table } from './table.ts';

export interface ImapResult extends Measurement {
  readonly terms: ImapTerms;
  /** How Dovecot kept mail. */
  readonly format: string;
  /** Whether Dovecot waited for the disk before it answered a STORE. */
  readonly synced: boolean;
  /** By the name of the server. */
  readonly measured: Readonly<Record<string, readonly ImapRow[]>>;
}

export function imapReport({ measured }: ImapResult): string {
  const { ceralacca: ours = [], dovecot: theirs = [] } = measured;
  const rows = (ours.length > 0 ? ours : theirs).map(({ what, unit, more }, at) => {
    const [one, other] = [ours[at], theirs[at]];
    const better = more ? ratio(one?.value, other?.value) : ratio(other?.value, one?.value);
    return [
      what,
      unit,
      figure(one?.value),
      figure(other?.value),
      better,
      figure(one?.cpuUs),
      figure(other?.cpuUs),
    ];
  });
  const header = ['what', 'unit', 'Ceralacca', 'Dovecot', 'times better', 'CPU us each', "Dovecot's"];
  return table(header, rows);
}
