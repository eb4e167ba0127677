// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord, NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import {
  LOG_BLOCK_LEAVES as BLOCK_LEAVES,
  LOG_LEAF_BYTES as LEAF_BYTES,
  type LogAct,
  type RecordText,
} from '../../evidence/certification-log/sealed-log-store.ts';
import type { ActResult } from '../../mailroom/steps/step-store.ts';
import { stepFault } from '../step-faults.ts';
import { bareMessageId } from '../store-rules.ts';
import type { Tables } from './tables.ts';

export function record(tables: Tables, fields: NewLogRecord): ActResult {
  const sequence = lastSequence(tables) + 1;
  const kept = { ...fields, sequence };
  tables.log.set(sequence, kept);
  for (const id of idsOf(kept)) tables.logAbout.set(id, [...(tables.logAbout.get(id) ?? []), kept]);
  return { gave: 'record', sequence };
}

function idsOf({ identifier, messageId = '' }: LogRecord): Set<string> {
  return new Set([identifier, bareMessageId(messageId)].filter((id) => id !== ''));
}

export function lastSequence(tables: Tables): number {
  return (tables.forgotten.get('upTo') ?? 0) + tables.log.size;
}

export function listRecords(
  tables: Tables,
  { fromSequence, limit }: { fromSequence: number; limit: number },
): readonly LogRecord[] {
  return tables.log
    .values()
    .filter(({ sequence }) => sequence >= fromSequence)
    .slice(0, limit);
}

export function textOf({ sequence, ...fields }: LogRecord): RecordText {
  return { sequence, instant: fields.instant, text: JSON.stringify(fields) };
}

export function treeSize(tables: Tables): number {
  const blocks = tables.logBlocks.keys();
  if (blocks.length === 0) return tables.forgotten.get('upTo') ?? 0;
  const last = Math.max(...blocks);
  return last * BLOCK_LEAVES + (tables.logBlocks.get(last)?.length ?? 0) / LEAF_BYTES;
}

/** Throws the Fault `step-malformed` for a seal that is there already, and for records that no seal ends with. */
export function performLogAct(tables: Tables, act: LogAct): void {
  switch (act.do) {
    case 'grow-log':
      for (const { block, leaves } of act.blocks) {
        const before = tables.logBlocks.get(block)?.length ?? 0;
        if (leaves.length > before) tables.logBlocks.set(block, Buffer.from(leaves));
      }
      for (const { level, index, hash } of act.nodes) {
        const key = `${level} ${index}`;
        if (!tables.logNodes.has(key)) tables.logNodes.set(key, Buffer.from(hash));
      }
      break;
    case 'seal-log':
      if (tables.seals.has(act.seal.number)) throw stepFault('step-malformed', 'a seal never changes');
      tables.seals.set(act.seal.number, act.seal);
      break;
    case 'stamp-seal': {
      const seal = tables.seals.get(act.number);
      if (seal !== undefined && seal.token === undefined)
        tables.seals.set(act.number, { ...seal, token: act.token });
      break;
    }
    case 'forget-records':
      forgetRecords(tables, act.upTo);
      break;
  }
}

function forgetRecords(tables: Tables, upTo: number): void {
  if (!tables.seals.values().some(({ size }) => size === upTo))
    throw stepFault('step-malformed', 'the certification log forgets by whole seals');
  for (const old of tables.log.values().filter(({ sequence }) => sequence <= upTo)) {
    tables.log.delete(old.sequence);
    for (const id of idsOf(old)) {
      const left = tables.logAbout.get(id)?.filter(({ sequence }) => sequence > upTo) ?? [];
      tables.logAbout.set(id, left);
    }
  }
  for (const block of tables.logBlocks.keys())
    if (block < Math.floor(upTo / BLOCK_LEAVES)) tables.logBlocks.delete(block);
  tables.forgotten.set('upTo', upTo);
}
