// SPDX-License-Identifier: EUPL-1.2
import { openStoredRecords } from '../../engines/sqlite/stored-records.ts';
import { isOfHolder, mayBeOfHolder } from '../../evidence/certification-log/holder-records.ts';
import { type Period, type PeriodLogs, recordsOf } from '../../evidence/certification-log/log-period.ts';
import type { LogRecord, NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { storeFolder } from '../provider-folder.ts';
import { recordJson } from '../trace/record-json.ts';
import { printTrail } from '../trace/trail-text.ts';
import { englishExtract, italianExtract } from '../wording/extract-words.ts';
import { englishRecords, italianRecords } from '../wording/record-words.ts';
import { configOf, type LogOptions, type Streams } from './log-place.ts';

export interface ExtractOptions extends LogOptions, Period {
  /** Address of the mailbox. */
  readonly mailbox: string;
}

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const LOG_EXTRACT_FORMAT = 'ceralacca-log-extract/1';

/** More records are not extracted at once: the period is to be shorter. */
export const EXTRACT_LIMIT = 100_000;

/**
 * `ceralacca log extract --mailbox ADDRESS`: what the log knows of the messages of one holder, and nothing of anybody
 * else's (LOG-10). Ends with 1 when there is nothing, or too much. @throws Fault when the store cannot be read
 */
export function extractLog(
  options: ExtractOptions,
  { stdout, stderr, limit = EXTRACT_LIMIT }: Streams & { readonly limit?: number },
): ExitCode {
  const config = configOf(options, stderr);
  if (config === undefined) return EXIT.bad;
  const { mailbox, from, to, lang } = options;
  const words = lang === 'en' ? englishExtract : italianExtract;
  const bad = (sentence: string) => {
    stderr.write(`${sentence}\n`);
    return EXIT.bad;
  };
  const domain = mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
  // Of somebody else's mailbox the log knows only what concerns ours.
  if (!config.provider.domains.some((ours) => ours.toLowerCase() === domain))
    return bad(words.notOurs(mailbox));
  using store = openStoredRecords(storeFolder(config.folder));
  const records = holderRecords(store, { ...options, limit });
  if (records.length > limit) return bad(words.tooMany(limit));
  if (options.json === true) {
    const period = { from: from ?? null, to: to ?? null };
    const document = { format: LOG_EXTRACT_FORMAT, mailbox, ...period, records: records.map(recordJson) };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (records.length === 0) return bad(words.nothing(mailbox));
  else {
    const trail = records.map((record) => ({ house: null, record }));
    const head = words.head({ mailbox, from, to, count: records.length });
    stdout.write(
      `${[head, '', ...printTrail(trail, lang === 'en' ? englishRecords : italianRecords)].join('\n')}\n`,
    );
  }
  return records.length === 0 ? EXIT.bad : EXIT.good;
}

/** One more than the limit at most. */
function holderRecords(
  store: PeriodLogs,
  { mailbox, limit, ...period }: ExtractOptions & { readonly limit: number },
): LogRecord[] {
  const found: LogRecord[] = [];
  for (const { sequence, text } of recordsOf(store, period)) {
    if (!mayBeOfHolder(text, mailbox)) continue;
    const record = JSON.parse(text) as NewLogRecord;
    if (isOfHolder(record, mailbox) && found.push({ ...record, sequence }) > limit) break;
  }
  return found;
}
