// SPDX-License-Identifier: EUPL-1.2
import { open } from 'node:fs/promises';
import { Fault } from '../../../platform/faults.ts';
import { FileOctets } from '../../../wire/mime/octets.ts';
import type { CommandSurroundings, Language } from '../../command-surroundings.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { englishEvidence, italianEvidence } from '../../wording/evidence-words.ts';
import { loadAnchors, type TrustFiles } from '../trust-material.ts';
import { examineEvidence } from './evidence-examination.ts';
import { evidenceJson } from './evidence-json.ts';
import type { EvidenceVerdict } from './evidence-report.ts';
import { printEvidence } from './evidence-text.ts';

export interface VerifyEvidenceOptions extends TrustFiles {
  /** Compared with messages only: refused. */
  readonly file?: readonly string[];
  readonly json?: boolean;
  readonly lang?: Language;
}

/** Not all is known of an incomplete file: as of a message whose authority is unknown. */
const EXIT_CODES: Readonly<Record<EvidenceVerdict, ExitCode>> = {
  good: EXIT.good,
  bad: EXIT.bad,
  incomplete: EXIT.fault,
};

/** Octets of a ZIP's first local header. */
const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');

/** Whether a file begins as a ZIP does. No message can: a header field has no octet 3. */
export async function isArchive(path: string): Promise<boolean> {
  const head = Buffer.alloc(ZIP_MAGIC.length);
  try {
    await using file = await open(path, 'r');
    await file.read(head, 0, head.length, 0);
  } catch {
    // Whoever reads it as a message says why it cannot be read.
    return false;
  }
  return head.equals(ZIP_MAGIC);
}

/**
 * `ceralacca verify FILE.zip`: whether every claim of an evidence file holds, and if not, the first thing that is wrong.
 * @throws Fault when the file, or one of `options`, cannot be read, nobody says whom to trust, or there
 * are files to compare
 */
export async function verifyEvidence(
  { file, options }: { readonly file: string; readonly options: VerifyEvidenceOptions },
  { stdout, clock }: Pick<CommandSurroundings, 'stdout' | 'clock'>,
): Promise<ExitCode> {
  if (options.file !== undefined && options.file.length > 0) {
    const message =
      '--file compares with a message: take the original out of the evidence file and name that';
    throw new Fault('evidence-compares-no-files', message, { temporary: false });
  }
  const { directory, ...anchors } = await loadAnchors(options);
  if (anchors.anchors.length === 0) {
    const message = 'name the roots of providers with --ca: those in an evidence file prove nothing';
    throw new Fault('evidence-roots-missing', message, { temporary: false });
  }
  const findings = await examineEvidence(await openFile(file), { anchors, directory, clock });
  const lines =
    options.json === true
      ? [JSON.stringify(evidenceJson(file, findings), null, 2)]
      : printEvidence(findings, options.lang === 'en' ? englishEvidence : italianEvidence);
  stdout.write(`${lines.join('\n')}\n`);
  return EXIT_CODES[findings.verdict];
}

async function openFile(path: string): Promise<FileOctets> {
  try {
    await using file = await open(path, 'r');
    return new FileOctets(path, (await file.stat()).size);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('message-file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}
