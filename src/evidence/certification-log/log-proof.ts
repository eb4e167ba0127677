// SPDX-License-Identifier: EUPL-1.2
import { LogTree, recordLeaf } from './log-tree.ts';
import { consistencyProof, inclusionProof, TREE_HASH_BYTES } from './merkle-tree.ts';
import type { RecordText, SealedLogReader, StoredSeal } from './sealed-log-store.ts';

/** A record, and what proves that it is in the tree of the seal of its day (RFC 9162 section 2.1.3). */
export interface ProvedRecord extends Pick<RecordText, 'sequence' | 'text'> {
  readonly leaf: Buffer;
  /** Number of the seal. */
  readonly seal: number;
  readonly inclusion: readonly Buffer[];
}

/** A signed seal, and what proves that the tree of the last one begins with its tree (RFC 9162 section 2.1.4). */
export interface ProvingSeal {
  readonly number: number;
  readonly signed: Buffer;
  readonly token?: Buffer;
  /** Empty for the last one. */
  readonly consistency: readonly Buffer[];
}

/** Everything that is needed to see that records stand in a log, besides certificates of authorities. */
export interface LogProof {
  readonly records: readonly ProvedRecord[];
  /** Those the records rest on, in order, and the last one of the log. */
  readonly seals: readonly ProvingSeal[];
}

/** Why there is no proof of a record. */
export type Unprovable = 'unknown' | 'removed' | 'unsealed' | 'damaged';

export type Proving =
  | { readonly ok: true; readonly proof: LogProof }
  | { readonly ok: false; readonly sequence: number; readonly why: Unprovable };

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const LOG_PROOF_FORMAT = 'ceralacca-log-proof/1';

/** Larger files are no proofs. */
export const LOG_PROOF_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * The proof of some records. One that is not what was recorded has none: what is handed out holds, as far as can be told
 * without signatures. Throws what `LogTree.node` throws when hashes are missing.
 */
export function proveRecords(log: SealedLogReader, sequences: readonly number[]): Proving {
  const tree = new LogTree(log);
  const seals = new Map<number, StoredSeal>();
  const records: ProvedRecord[] = [];
  for (const sequence of [...sequences].sort((one, other) => one - other)) {
    const [record] = log.listRecordTexts(sequence, 1);
    if (sequence <= log.forgottenUpTo()) return { ok: false, sequence, why: 'removed' };
    if (record?.sequence !== sequence) return { ok: false, sequence, why: 'unknown' };
    const seal = log.findSealOf(sequence);
    if (seal === undefined) return { ok: false, sequence, why: 'unsealed' };
    seals.set(seal.number, seal);
    const inclusion = inclusionProof(tree, { index: sequence - 1, size: seal.size });
    const leaf = tree.node(0, sequence - 1);
    if (!leaf.equals(recordLeaf(record))) return { ok: false, sequence, why: 'damaged' };
    records.push({ sequence, text: record.text, leaf, seal: seal.number, inclusion });
  }
  const last = log.lastSeal();
  if (last !== undefined) seals.set(last.number, last);
  const inOrder = [...seals.values()].sort((one, other) => one.number - other.number);
  return { ok: true, proof: { records, seals: inOrder.map((seal) => provingSeal(seal, { tree, last })) } };
}

function provingSeal(
  { number, size, signed, token }: StoredSeal,
  { tree, last }: { readonly tree: LogTree; readonly last: StoredSeal | undefined },
): ProvingSeal {
  return {
    number,
    signed: Buffer.from(signed),
    ...(token !== undefined && { token: Buffer.from(token) }),
    consistency:
      last === undefined || last.number === number
        ? []
        : consistencyProof(tree, { oldSize: size, newSize: last.size }),
  };
}

/** The JSON document of a proof. */
export function writeLogProof({ records, seals }: LogProof): string {
  const hex = (octets: Buffer) => octets.toString('hex');
  const document = {
    format: LOG_PROOF_FORMAT,
    records: records.map(({ sequence, text, leaf, seal, inclusion }) => {
      return { sequence, text, leaf: hex(leaf), seal, inclusion: inclusion.map(hex) };
    }),
    seals: seals.map(({ number, signed, token, consistency }) => {
      const base64 = (octets: Buffer | undefined) => octets?.toString('base64') ?? null;
      return { number, signed: base64(signed), token: base64(token), consistency: consistency.map(hex) };
    }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Reads what `writeLogProof` wrote; undefined when it is anything else. Nothing in it is believed yet. */
export function readLogProof(octets: Uint8Array): LogProof | undefined {
  if (octets.length > LOG_PROOF_LIMIT_BYTES) return undefined;
  try {
    const document = object(JSON.parse(Buffer.from(octets).toString('utf8')));
    if (document.format !== LOG_PROOF_FORMAT) return undefined;
    const records = list(document.records).map((each): ProvedRecord => {
      const { sequence, text, leaf, seal, inclusion } = object(each);
      return {
        sequence: count(sequence),
        text: recordText(text),
        leaf: treeHash(leaf),
        seal: count(seal),
        inclusion: list(inclusion).map(treeHash),
      };
    });
    const seals = list(document.seals).map((each): ProvingSeal => {
      const { number, signed, token, consistency } = object(each);
      return {
        number: count(number),
        signed: base64(signed),
        ...(token !== null && { token: base64(token) }),
        consistency: list(consistency).map(treeHash),
      };
    });
    const inOrder = seals.every(({ number }, at) => number > (seals[at - 1]?.number ?? 0));
    return records.length > 0 && seals.length > 0 && inOrder ? { records, seals } : undefined;
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

class ShapeError extends Error {}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError();
  return Object.fromEntries(Object.entries(value));
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new ShapeError();
  return value;
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw new ShapeError();
  return value;
}

/** What a record must say for anybody to be able to show it. */
function recordText(value: unknown): string {
  if (typeof value !== 'string') throw new ShapeError();
  const { instant, event, identifier } = object(JSON.parse(value));
  if (typeof event !== 'string' || typeof identifier !== 'string') throw new ShapeError();
  if (typeof instant !== 'number' || Number.isNaN(new Date(instant).getTime())) throw new ShapeError();
  return value;
}

const HASH = new RegExp(`^[0-9a-f]{${2 * TREE_HASH_BYTES}}$`);

function treeHash(value: unknown): Buffer {
  if (typeof value !== 'string' || !HASH.test(value)) throw new ShapeError();
  return Buffer.from(value, 'hex');
}

function base64(value: unknown): Buffer {
  if (typeof value !== 'string') throw new ShapeError();
  const octets = Buffer.from(value, 'base64');
  if (octets.toString('base64') !== value) throw new ShapeError();
  return octets;
}
