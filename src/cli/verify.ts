// SPDX-License-Identifier: EUPL-1.2
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { isArchive, verifyEvidence } from './verify/evidence/evidence-command.ts';
import { examineMessage } from './verify/examination.ts';
import { compareFiles, type FileComparison, holds } from './verify/files/file-comparison.ts';
import { filesJson, printFiles } from './verify/files/file-report.ts';
import { readSuppliedFile, type SuppliedFile } from './verify/files/supplied-file.ts';
import { type MessageFile, readMessageFile } from './verify/message-file.ts';
import { reportJson } from './verify/report-json.ts';
import { printReport } from './verify/report-text.ts';
import { loadTrust, type TrustFiles } from './verify/trust-material.ts';
import type { Verdict } from './verify/verification-report.ts';
import { FILE_WORDS } from './wording/file-words.ts';
import { englishVerification } from './wording/verification-en.ts';
import { italianVerification } from './wording/verification-it.ts';

export interface VerifyOptions extends TrustFiles {
  /** Files to hold against what the message has of the original. */
  readonly file?: readonly string[];
  readonly json?: boolean;
  readonly lang?: Language;
  /** When certificates must have been in force; the signing time unless told otherwise. */
  readonly at?: 'now' | 'signing-time';
}

const EXIT_CODES: Readonly<Record<Verdict, ExitCode>> = {
  good: EXIT.good,
  bad: EXIT.bad,
  'not-certified': EXIT.notCertified,
  undecided: EXIT.fault,
};

const WORDS = { it: italianVerification, en: englishVerification } as const;

/**
 * `ceralacca verify FILE`: who signed a message, when, whether it is intact and what it certifies; of an evidence file
 * (a ZIP), whether all it claims holds.
 * @throws Fault when the message or a file of `options` cannot be read
 */
export async function verify(
  { file, options }: { readonly file: string; readonly options: VerifyOptions },
  { stdout, clock }: Pick<CommandSurroundings, 'stdout' | 'clock'>,
): Promise<ExitCode> {
  if (await isArchive(file)) return verifyEvidence({ file, options }, { stdout, clock });
  const message = await readMessageFile(file);
  const trust = await loadTrust(options, clock);
  const report = await examineMessage(message, { trust, clock, at: options.at ?? 'signing-time' });
  const files = await comparedFiles(message, options.file ?? []);
  const lang = options.lang ?? 'it';
  const shown = { words: FILE_WORDS[lang], proven: report.verdict === 'good' };
  const lines =
    options.json === true
      ? [
          JSON.stringify(
            { ...reportJson(file, report), files: files && filesJson(files.comparison) },
            null,
            2,
          ),
        ]
      : [...printReport(report, WORDS[lang]), ...(files === null ? [] : printFiles(files.comparison, shown))];
  stdout.write(`${lines.join('\n')}\n`);
  const code = EXIT_CODES[report.verdict];
  if (code !== EXIT.good || files === null) return code;
  if (files.comparison === null) return EXIT.fault;
  return holds(files.comparison) ? EXIT.good : EXIT.bad;
}

/** Null when there is no file to compare. */
async function comparedFiles(
  message: MessageFile,
  paths: readonly string[],
): Promise<{ readonly comparison: FileComparison | null } | null> {
  if (paths.length === 0) return null;
  const files: SuppliedFile[] = [];
  for (const path of paths) files.push(await readSuppliedFile(path));
  return { comparison: await compareFiles(message, files) };
}
