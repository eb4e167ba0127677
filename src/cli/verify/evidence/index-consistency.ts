// SPDX-License-Identifier: EUPL-1.2
import type { EvidenceIndex, FileRole } from '../../../evidence/evidence-file/index-model.ts';
import { recordFile } from '../../../evidence/evidence-file/outcomes.ts';

interface Contradiction {
  readonly file?: string;
  readonly detail: string;
}

/**
 * What an index says against itself: entries of messages, records and seals without their file or files without theirs,
 * numbers out of order, references to what is not there. Undefined when it says nothing of the kind.
 */
export function contradictionIn(index: EvidenceIndex): Contradiction | undefined {
  return (
    singleFiles(index) ??
    pairing('messaggio', { index, told: index.messages.map(({ file }) => file) }) ??
    pairing('registrazione', { index, told: index.records.map(({ sequence }) => recordFile(sequence)) }) ??
    pairing('sigillo', { index, told: index.seals.map(({ number }) => sealFile(number)) }) ??
    strayStamp(index) ??
    gapInNames(index) ??
    ascending(
      'registrazione',
      index.records.map(({ sequence }) => sequence),
    ) ??
    ascending(
      'sigillo',
      index.seals.map(({ number }) => number),
    ) ??
    danglingReference(index)
  );
}

export function sealFile(number: number): string {
  return `log/seals/${number}.p7m`;
}

export function stampFile(number: number): string {
  return `log/seals/${number}.tsr`;
}

function namesOf({ files }: EvidenceIndex, role: FileRole): readonly string[] {
  return files.filter((file) => file.role === role).map(({ name }) => name);
}

function singleFiles(index: EvidenceIndex): Contradiction | undefined {
  const missing = (['leggimi', 'relazione', 'dtd'] as const).find(
    (role) => namesOf(index, role).length !== 1,
  );
  return missing === undefined ? undefined : { detail: `there is no file of role ${missing}` };
}

/** Each file of the role has one element, and each element its file. */
function pairing(
  role: 'messaggio' | 'registrazione' | 'sigillo',
  { index, told: elements }: { readonly index: EvidenceIndex; readonly told: readonly string[] },
): Contradiction | undefined {
  const files = new Set(namesOf(index, role));
  const told = new Set<string>();
  const repeated = elements.find((name) => told.size === told.add(name).size);
  if (repeated !== undefined) return { file: repeated, detail: `there are two elements ${role} about it` };
  const absent = elements.find((name) => !files.has(name));
  if (absent !== undefined) return { file: absent, detail: `${role} speaks of a file that is not listed` };
  const silent = [...files].find((name) => !told.has(name));
  return silent === undefined ? undefined : { file: silent, detail: `there is no element ${role} about it` };
}

function strayStamp(index: EvidenceIndex): Contradiction | undefined {
  const stamps = new Set(index.seals.map(({ number }) => stampFile(number)));
  const stray = namesOf(index, 'marca').find((name) => !stamps.has(name));
  return stray === undefined ? undefined : { file: stray, detail: 'the stamp of a seal that is not there' };
}

/** `NAME-N.eml` counts from 1 without gaps. */
function gapInNames(index: EvidenceIndex): Contradiction | undefined {
  const highest = new Map<string, { count: number; last: number }>();
  for (const name of namesOf(index, 'messaggio')) {
    const [, stem, number] = /^messages\/([a-z-]+)-(\d+)\.eml$/.exec(name) ?? [];
    if (stem === undefined) continue;
    const { count, last } = highest.get(stem) ?? { count: 0, last: 0 };
    highest.set(stem, { count: count + 1, last: Math.max(last, Number(number)) });
  }
  const gap = [...highest].find(([, { count, last }]) => count !== last);
  return gap === undefined
    ? undefined
    : { detail: `the files ${gap[0]}-N.eml are not numbered without gaps` };
}

function ascending(what: string, numbers: readonly number[]): Contradiction | undefined {
  const bad = numbers.find((number, at) => number < 1 || number <= (numbers[at - 1] ?? 0));
  return bad === undefined ? undefined : { detail: `${what} ${bad} is not in its place` };
}

function danglingReference({
  files,
  recipients,
  messages,
  records,
  seals,
}: EvidenceIndex): Contradiction | undefined {
  const names = new Set(files.map(({ name }) => name));
  for (const { address, source, instant, outcome } of recipients) {
    if (source !== undefined && !names.has(source))
      return { file: source, detail: `the source of the outcome of ${address} is not there` };
    const known = outcome !== 'ignoto';
    if ((source !== undefined) !== known || (instant !== undefined) !== known)
      return { detail: `the outcome of ${address} is told in part` };
  }
  const sequences = new Set(records.map(({ sequence }) => sequence));
  const lost = messages.find(({ record }) => record !== undefined && !sequences.has(record));
  if (lost !== undefined) return { file: lost.file, detail: `record ${lost.record} is not there` };
  const numbers = new Set(seals.map(({ number }) => number));
  for (const { sequence, seal, inclusion } of records) {
    const file = recordFile(sequence);
    if (seal !== undefined && !numbers.has(seal)) return { file, detail: `seal ${seal} is not there` };
    if (seal === undefined && inclusion.length > 0) return { file, detail: 'a proof without a seal' };
  }
  return undefined;
}
