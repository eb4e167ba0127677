// SPDX-License-Identifier: EUPL-1.2
import {
  type LogProof,
  type ProvedRecord,
  type ProvingSeal,
  proveRecords,
} from '../../evidence/certification-log/log-proof.ts';
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import { recordLeaf } from '../../evidence/certification-log/log-tree.ts';
import type { EvidenceGap, EvidenceRecord } from '../../evidence/evidence-file/index-model.ts';
import { gapText } from '../../evidence/wording/evidence-gaps.ts';
import type { EvidenceStore } from './evidence-store.ts';

/** A record, what the index says of it, and its text to the octet. */
export interface GatheredRecord {
  readonly entry: EvidenceRecord;
  readonly record: LogRecord;
  readonly text: string;
}

export interface GatheredLog {
  /** In order. */
  readonly records: readonly GatheredRecord[];
  /** Those the records rest on, and the last one. */
  readonly seals: readonly ProvingSeal[];
  readonly missing: readonly EvidenceGap[];
}

/** The records to the octet, with their proofs where their day is closed. What cannot be proved is told. */
export function gatherLog(store: EvidenceStore, records: readonly LogRecord[]): GatheredLog {
  const missing: EvidenceGap[] = [];
  const lacks = (gap: Omit<EvidenceGap, 'text'>) => missing.push({ ...gap, text: gapText(gap) });
  const proof = proveWhatCan(store, {
    records,
    damaged: (record) => lacks({ what: 'registrazioni', why: 'danneggiato', record }),
  });
  const proved = new Map(proof.records.map((each) => [each.sequence, each]));
  const stamped = new Set(proof.seals.filter(({ token }) => token !== undefined).map(({ number }) => number));
  const gathered: GatheredRecord[] = [];
  for (const record of [...records].sort((one, other) => one.sequence - other.sequence)) {
    const { sequence } = record;
    const found = proved.get(sequence);
    if (found !== undefined) {
      gathered.push({ entry: provedEntry(found), record, text: found.text });
      if (!stamped.has(found.seal)) lacks({ what: 'marca', why: 'senza-autorita', record: sequence });
      continue;
    }
    const [text] = store.listRecordTexts(sequence, 1);
    if (missing.some((gap) => gap.record === sequence) || text?.sequence !== sequence) continue;
    const leaf = recordLeaf(text).toString('hex');
    gathered.push({ entry: { sequence, leaf, inclusion: [] }, record, text: text.text });
    lacks({ what: 'sigillo', why: 'giorno-aperto', record: sequence });
  }
  return { records: gathered, seals: proof.seals, missing };
}

/** The proof of those that a seal covers and that are as they were recorded. */
function proveWhatCan(
  store: EvidenceStore,
  {
    records,
    damaged,
  }: { readonly records: readonly LogRecord[]; readonly damaged: (sequence: number) => void },
): LogProof {
  const sealed = store.lastSeal()?.size ?? 0;
  let sequences = records.map(({ sequence }) => sequence).filter((sequence) => sequence <= sealed);
  for (;;) {
    if (sequences.length === 0) return { records: [], seals: [] };
    const proving = proveRecords(store, sequences);
    if (proving.ok) return proving.proof;
    damaged(proving.sequence);
    sequences = sequences.filter((sequence) => sequence !== proving.sequence);
  }
}

function provedEntry({ sequence, leaf, seal, inclusion }: ProvedRecord): EvidenceRecord {
  const hashes = inclusion.map((each) => each.toString('hex'));
  return { sequence, leaf: leaf.toString('hex'), seal, inclusion: hashes };
}
