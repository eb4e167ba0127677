// SPDX-License-Identifier: EUPL-1.2
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { isArchive, verifyEvidence } from './verify/evidence/evidence-command.ts';
import { examineMessage } from './verify/examination.ts';
import { readMessageFile } from './verify/message-file.ts';
import { reportJson } from './verify/report-json.ts';
import { printReport } from './verify/report-text.ts';
import { loadTrust, type TrustFiles } from './verify/trust-material.ts';
import type { Verdict } from './verify/verification-report.ts';
import { englishVerification } from './wording/verification-en.ts';
import { italianVerification } from './wording/verification-it.ts';

export interface VerifyOptions extends TrustFiles {
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
  const lines =
    options.json === true
      ? [JSON.stringify(reportJson(file, report), null, 2)]
      : printReport(report, WORDS[options.lang ?? 'it']);
  stdout.write(`${lines.join('\n')}\n`);
  return EXIT_CODES[report.verdict];
}
