// SPDX-License-Identifier: EUPL-1.2
import { openStoredRecords } from '../engines/sqlite/stored-records.ts';
import { auditLog } from '../evidence/certification-log/log-audit.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { configOf, type LogOptions, materialOf, type Streams } from './log/log-place.ts';
import { sealChecks } from './log/seal-checks.ts';
import { storeFolder } from './provider-folder.ts';
import { englishLog, italianLog, type LogWords } from './wording/log-words.ts';

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const LOG_FORMAT = 'ceralacca-log/1';

/**
 * `ceralacca log verify`: every seal, its signature and time stamp, and every record against them, while the provider
 * runs or not. Ends with 1 when something was changed. @throws Fault when store or certificates cannot be read
 */
export async function verifyLog(options: LogOptions, { stdout, stderr }: Streams): Promise<ExitCode> {
  const config = configOf(options, stderr);
  if (config === undefined) return EXIT.bad;
  using store = openStoredRecords(storeFolder(config.folder));
  const audit = await auditLog(store.sealedLog, sealChecks(await materialOf(config)));
  if (options.json === true) {
    stdout.write(`${JSON.stringify({ format: LOG_FORMAT, ...audit }, null, 2)}\n`);
  } else {
    const words = wordsOf(options);
    for (const finding of audit.findings) stdout.write(`${finding.code}: ${words.finding(finding)}\n`);
    stdout.write(`${words.sum(audit)}\n`);
  }
  return audit.findings.length === 0 ? EXIT.good : EXIT.bad;
}

/** `ceralacca log seals`: the days that are closed. @throws Fault when the store cannot be read */
export function listSeals(options: LogOptions, { stdout, stderr }: Streams): ExitCode {
  const config = configOf(options, stderr);
  if (config === undefined) return EXIT.bad;
  using store = openStoredRecords(storeFolder(config.folder));
  const words = wordsOf(options);
  const rows: string[][] = [];
  for (let from = 1; ; ) {
    const seals = store.sealedLog.listSeals(from, 100);
    for (const { number, day, first, size, closedAt, token } of seals) {
      const records = size < first ? '0' : `${first}-${size}`;
      const stamp = token === undefined ? words.unstamped : words.stamped;
      rows.push([String(number), day, records, new Date(closedAt).toISOString(), stamp]);
    }
    const last = seals.at(-1);
    if (last === undefined) break;
    from = last.number + 1;
  }
  if (options.json === true) {
    const seals = rows.map(([number, day, records, closedAt, stamp]) => {
      return { number: Number(number), day, records, closedAt, stamped: stamp === words.stamped };
    });
    stdout.write(`${JSON.stringify({ format: LOG_FORMAT, seals }, null, 2)}\n`);
  } else if (rows.length === 0) stdout.write(`${words.noSeals}\n`);
  else for (const row of [words.columns, ...rows]) stdout.write(`${row.join('  ')}\n`);
  return EXIT.good;
}

function wordsOf({ lang }: LogOptions): LogWords {
  return lang === 'en' ? englishLog : italianLog;
}
