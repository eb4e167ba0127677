// SPDX-License-Identifier: EUPL-1.2
import { openStoredMailboxes, openStoredRecords } from '../../engines/sqlite/stored-records.ts';
import { type Period, recordsOf } from '../../evidence/certification-log/log-period.ts';
import {
  LogStatistics,
  type MonthStatistics,
  STATISTICS,
} from '../../evidence/certification-log/log-statistics.ts';
import type { NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import type { CommandSurroundings } from '../command-surroundings.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { storeFolder } from '../provider-folder.ts';
import { layTable } from '../text-layout.ts';
import { AVAILABILITY_WORDS } from '../wording/availability-words.ts';
import { englishStatistics, italianStatistics, type StatisticsWords } from '../wording/statistics-words.ts';
import { availabilityJson, availabilityLines, readAvailability } from './availability-report.ts';
import { configOf, type LogOptions, type Streams } from './log-place.ts';

export interface StatisticsOptions extends LogOptions, Period {}

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const LOG_STATISTICS_FORMAT = 'ceralacca-log-statistics/1';

/**
 * `ceralacca log statistics`: what the supervisor asks, by month, counted from the log; and how many domains and mailboxes
 * there are now; and when the provider served. @throws Fault when the store cannot be read
 */
export function logStatistics(
  options: StatisticsOptions,
  { stdout, stderr, clock }: Streams & Pick<CommandSurroundings, 'clock'>,
): ExitCode {
  const config = configOf(options, stderr);
  if (config === undefined) return EXIT.bad;
  const folder = storeFolder(config.folder);
  const { from, to, lang } = options;
  const months = countMonths(folder, options);
  const availability = readAvailability(folder, { ...options, now: clock.now() });
  const holdings = { domains: config.provider.domains.length, ...countMailboxes(folder) };
  if (options.json === true) {
    const document = {
      format: LOG_STATISTICS_FORMAT,
      from: from ?? null,
      to: to ?? null,
      ...holdings,
      months: months.map(({ month, counts }) => ({ month, ...counts })),
      availability: availabilityJson(availability),
    };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const words = lang === 'en' ? englishStatistics : italianStatistics;
    const served = availabilityLines(availability, AVAILABILITY_WORDS[lang ?? 'it']);
    const lines = [...words.holdings(holdings), '', ...table(months, words), '', ...served];
    stdout.write(`${lines.join('\n')}\n`);
  }
  return EXIT.good;
}

function countMonths(folder: string, period: Period): MonthStatistics[] {
  using store = openStoredRecords(folder);
  const statistics = new LogStatistics();
  for (const { text } of recordsOf(store, period)) statistics.add(JSON.parse(text) as NewLogRecord);
  return statistics.months();
}

function countMailboxes(folder: string): { readonly mailboxes: number; readonly disabledMailboxes: number } {
  using store = openStoredMailboxes(folder);
  const users = store.mailboxes.listMailboxes().filter(({ role }) => role === 'user');
  const disabled = users.filter(({ status }) => status !== 'active');
  return { mailboxes: users.length, disabledMailboxes: disabled.length };
}

/** A month in a column, so that what is counted can be read. */
function table(months: readonly MonthStatistics[], words: StatisticsWords): string[] {
  if (months.length === 0) return [words.nothing];
  const rows = STATISTICS.map((statistic) => [
    words.statistics[statistic],
    ...months.map(({ counts }) => String(counts[statistic])),
  ]);
  return layTable([words.month, ...months.map(({ month }) => month)], rows);
}
