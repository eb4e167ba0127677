// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { recordLeaf } from '../../src/evidence/certification-log/log-tree.ts';
import {
  consistencyProof,
  inclusionProof,
  nodeHash,
  type TreeNodes,
  treeRoot,
} from '../../src/evidence/certification-log/merkle-tree.ts';
import { writeSeal } from '../../src/evidence/certification-log/seal.ts';
import { EVIDENCE_FORMAT, EVIDENCE_INDEX_DTD } from '../../src/evidence/evidence-file/index-dtd.ts';
import {
  EVIDENCE_FILES,
  type EvidenceEntry,
  type EvidenceIndex,
  type FileRole,
} from '../../src/evidence/evidence-file/index-model.ts';
import { writeEvidenceIndex } from '../../src/evidence/evidence-file/index-writer.ts';
import type { Instant } from '../../src/platform/clock.ts';
import { zipChunks } from '../../src/wire/zip/zip-writer.ts';

/** Hands that sign and stamp for real. */
export interface Hands {
  /** CMS with the content inside, by the provider's key. */
  seal(content: Buffer, instant: Instant): Promise<Buffer>;
  /** A time-stamp token over octets, at an instant. */
  stamp(octets: Uint8Array, instant: Instant): Promise<Buffer>;
}

/** A seal before it is signed. */
export interface PlannedSeal {
  readonly number: number;
  readonly provider: string;
  readonly day: string;
  readonly first: number;
  readonly size: number;
  readonly closedAt: Instant;
  /** Undefined: it has no stamp. */
  readonly stampedAt: Instant | undefined;
}

/** An evidence file before its hashes, signatures and ZIP: whatever a forger changes is signed with the rest. */
export interface EvidencePlan {
  /** What the index says, but for files, leaves, inclusion and consistency, which follow from the rest. */
  readonly index: Omit<EvidenceIndex, 'files' | 'records' | 'seals'>;
  /** Messages, certificates, lists, original: by name. */
  readonly contents: Readonly<Record<string, Buffer>>;
  /** Texts of the whole log, the first with number 1. */
  readonly log: readonly string[];
  /** Numbers of the records put in. */
  readonly records: readonly number[];
  readonly seals: readonly PlannedSeal[];
  readonly stampedAt: Instant | undefined;
}

/** What a forger does on the way from a plan to a file; each sees what came of the steps before. */
export interface Tampering {
  /** Files as they go into the ZIP, before the index is made. */
  readonly files?: (files: Map<string, Buffer>) => void;
  readonly index?: (index: EvidenceIndex) => EvidenceIndex;
  readonly indexOctets?: (xml: Buffer) => Buffer;
  /** Files after everything was signed. */
  readonly signed?: (files: Map<string, Buffer>) => void | Promise<void>;
}

const ROLES: readonly (readonly [RegExp, FileRole])[] = [
  [/^README/, 'leggimi'],
  [/^report/, 'relazione'],
  [/^index\.dtd/, 'dtd'],
  [/^messages\/original/, 'originale'],
  [/^messages/, 'messaggio'],
  [/^certificates/, 'certificato'],
  [/^revocation/, 'revoca'],
  [/^log\/records/, 'registrazione'],
  [/^log\/seals\/.*p7m$/, 'sigillo'],
  [/^log\/seals\/.*tsr$/, 'marca'],
];

/** Makes the file that a plan describes, with every hash and signature right for what the plan says. */
export async function makeEvidence(
  plan: EvidencePlan,
  hands: Hands,
  tampering: Tampering = {},
): Promise<Buffer> {
  const files = await contentsOf(plan, hands);
  tampering.files?.(files);
  const parts = proofsOf(plan);
  const sketch = { ...plan.index, ...parts, files: entriesOf(files) };
  const told = tampering.index?.(sketch) ?? sketch;
  const report = reportOf(withoutReport(writeEvidenceIndex(told)));
  const listed = files.has(EVIDENCE_FILES.report) ? told.files : withReport(told.files, report);
  const made = writeEvidenceIndex({ ...told, files: listed });
  const xml = tampering.indexOctets?.(made) ?? made;
  const signed = await hands.seal(xml, plan.index.createdAt);
  const all = new Map<string, Buffer>();
  for (const [name, octets] of files) {
    all.set(name, octets);
    if (name !== EVIDENCE_FILES.readme) continue;
    if (!files.has(EVIDENCE_FILES.report)) all.set(EVIDENCE_FILES.report, report);
    all.set(EVIDENCE_FILES.index, xml);
    all.set(EVIDENCE_FILES.signedIndex, signed);
    if (plan.stampedAt === undefined) continue;
    all.set(EVIDENCE_FILES.indexStamp, await hands.stamp(signed, plan.stampedAt));
  }
  await tampering.signed?.(all);
  return zipOf(all);
}

export async function zipOf(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const entries = [...files].map(([name, content]) => ({ name, content }));
  for await (const chunk of zipChunks(entries, { modifiedAt: 0 })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function contentsOf(plan: EvidencePlan, hands: Hands): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>([
    [EVIDENCE_FILES.readme, Buffer.from('Fascicolo probatorio / Evidence file\n')],
    [EVIDENCE_FILES.dtd, Buffer.from(EVIDENCE_INDEX_DTD)],
    ...Object.entries(plan.contents),
  ]);
  for (const sequence of plan.records) {
    files.set(`log/records/${sequence}.json`, Buffer.from(plan.log[sequence - 1] ?? ''));
  }
  const tree = treeOf(plan.log);
  let previous: Buffer | undefined;
  for (const { stampedAt, ...seal } of plan.seals) {
    const text = writeSeal({ ...seal, root: treeRoot(tree, seal.size), ...(previous && { previous }) });
    const signed = await hands.seal(text, seal.closedAt);
    previous = hash('sha256', signed, 'buffer');
    files.set(`log/seals/${seal.number}.p7m`, signed);
    if (stampedAt !== undefined)
      files.set(`log/seals/${seal.number}.tsr`, await hands.stamp(signed, stampedAt));
  }
  return files;
}

function proofsOf({ log, records, seals }: EvidencePlan): Pick<EvidenceIndex, 'records' | 'seals'> {
  const tree = treeOf(log);
  const last = seals.at(-1);
  const hex = (path: readonly Buffer[]) => path.map((each) => each.toString('hex'));
  return {
    records: records.map((sequence) => {
      const seal = seals.find(({ first, size }) => first <= sequence && sequence <= size);
      return {
        sequence,
        leaf: tree.node(0, sequence - 1).toString('hex'),
        ...(seal !== undefined && { seal: seal.number }),
        inclusion:
          seal === undefined ? [] : hex(inclusionProof(tree, { index: sequence - 1, size: seal.size })),
      };
    }),
    seals: seals.map(({ number, size }) => ({
      number,
      consistency:
        last === undefined || last.number === number
          ? []
          : hex(consistencyProof(tree, { oldSize: size, newSize: last.size })),
    })),
  };
}

/** RFC 9162 by its definition, without stored nodes. */
function treeOf(log: readonly string[]): TreeNodes {
  const leaves = log.map((text, at) => recordLeaf({ sequence: at + 1, text }));
  const node = (level: number, index: number): Buffer =>
    level === 0
      ? (leaves[index] ?? assert.fail(`no leaf ${index}`))
      : nodeHash(node(level - 1, index * 2), node(level - 1, index * 2 + 1));
  return { node };
}

function entriesOf(files: ReadonlyMap<string, Buffer>): EvidenceEntry[] {
  return [...files].map(([name, octets]) => entryOf(name, octets));
}

export function entryOf(name: string, octets: Buffer): EvidenceEntry {
  const role = ROLES.find(([pattern]) => pattern.test(name))?.[1] ?? assert.fail(name);
  return { name, role, sizeBytes: octets.length, sha256: hash('sha256', octets) };
}

function withReport(files: readonly EvidenceEntry[], report: Buffer): EvidenceEntry[] {
  return files.flatMap((file) =>
    file.role === 'leggimi' ? [file, entryOf(EVIDENCE_FILES.report, report)] : [file],
  );
}

/** The index that a report is drawn from: without the line about the report. */
export function withoutReport(xml: Buffer): Buffer {
  const lines = xml.toString('utf8').split('\n');
  return Buffer.from(lines.filter((line) => !line.includes('nome="report.pdf"')).join('\n'));
}

/** The least there is of a PDF with an information dictionary. */
export function reportOf(drawnFrom: Buffer): Buffer {
  const keywords = `${EVIDENCE_FORMAT} ${hash('sha256', drawnFrom)}`;
  return Buffer.from(
    `%PDF-1.4\n1 0 obj\n<< /Keywords (${keywords}) >>\nendobj\ntrailer\n<< /Info 1 0 R >>\n%%EOF\n`,
  );
}
