// SPDX-License-Identifier: EUPL-1.2
import type { Decoder } from '../grammar/decoder.ts';
import { type FetchItem, fetchItems } from '../grammar/fetch-attributes.ts';
import { storeFlags } from '../grammar/flags.ts';
import { SP } from '../grammar/octet-classes.ts';
import { type SequenceSet, sequenceSet } from '../grammar/sequence-set.ts';
import { mailboxArgument } from './mailboxes.ts';

/** FETCH and UID FETCH; modifiers of RFC 7162. */
export interface FetchCommand {
  readonly name: 'FETCH';
  /** The set holds UIDs. */
  readonly uid: boolean;
  readonly set: SequenceSet;
  readonly items: readonly FetchItem[];
  readonly changedSince?: number;
  readonly vanished: boolean;
}

export interface StoreCommand {
  readonly name: 'STORE';
  readonly uid: boolean;
  readonly set: SequenceSet;
  readonly mode: 'set' | 'add' | 'remove';
  readonly silent: boolean;
  readonly flags: readonly string[];
  readonly unchangedSince?: number;
}

export interface CopyCommand {
  readonly name: 'COPY' | 'MOVE';
  readonly uid: boolean;
  readonly set: SequenceSet;
  readonly mailbox: string;
}

/** RFC 4315. */
interface UidExpungeCommand {
  readonly name: 'UID EXPUNGE';
  readonly set: SequenceSet;
}

export type MessagesCommand = FetchCommand | StoreCommand | CopyCommand | UidExpungeCommand;

export function setArgument(decoder: Decoder): SequenceSet {
  decoder.sp();
  return sequenceSet(decoder);
}

/** fetch = "FETCH" SP sequence-set SP items [SP "(" fetch-modifier *(SP fetch-modifier) ")"] */
export function fetch(decoder: Decoder, uid: boolean): FetchCommand {
  const set = setArgument(decoder);
  decoder.sp();
  const items = fetchItems(decoder);
  const base = { name: 'FETCH', uid, set, items } as const;
  if (!decoder.takes(SP)) return { ...base, vanished: false };
  let changedSince: number | undefined;
  let vanished = false;
  decoder.list(
    () => {
      if (decoder.takesWord('CHANGEDSINCE')) {
        decoder.sp();
        changedSince = decoder.number64();
      } else if (decoder.takesWord('VANISHED')) vanished = true;
      else decoder.fail('Unknown FETCH modifier');
    },
    { atLeast: 1, atMost: 4 },
  );
  // RFC 7162 section 3.2.6
  if (vanished && (!uid || changedSince === undefined)) {
    decoder.fail('VANISHED is for UID FETCH with CHANGEDSINCE');
  }
  return changedSince === undefined ? { ...base, vanished } : { ...base, vanished, changedSince };
}

/** store = "STORE" SP sequence-set [SP "(" store-modifier ")"] SP store-att-flags */
export function store(decoder: Decoder, uid: boolean): StoreCommand {
  const set = setArgument(decoder);
  decoder.sp();
  const unchangedSince = decoder.atList ? storeModifiers(decoder) : undefined;
  if (unchangedSince !== undefined) decoder.sp();
  const { mode, silent } = storeAtt(decoder);
  decoder.sp();
  const flags = storeFlags(decoder);
  const base = { name: 'STORE', uid, set, mode, silent, flags } as const;
  return unchangedSince === undefined ? base : { ...base, unchangedSince };
}

function storeModifiers(decoder: Decoder): number {
  const [unchangedSince = 0] = decoder.list(
    () => {
      if (!decoder.takesWord('UNCHANGEDSINCE')) decoder.fail('Unknown STORE modifier');
      decoder.sp();
      return decoder.number64();
    },
    { atLeast: 1, atMost: 1 },
  );
  return unchangedSince;
}

const STORE_ATT = /^([+-]?)FLAGS(\.SILENT)?$/;

function storeAtt(decoder: Decoder): Pick<StoreCommand, 'mode' | 'silent'> {
  const match = STORE_ATT.exec(decoder.word());
  if (match === null) return decoder.fail('Expected FLAGS');
  const mode = match[1] === '+' ? 'add' : match[1] === '-' ? 'remove' : 'set';
  return { mode, silent: match[2] !== undefined };
}

/** copy = "COPY" SP sequence-set SP mailbox; move (RFC 6851) likewise */
export function copy(decoder: Decoder, name: 'COPY' | 'MOVE', uid: boolean): CopyCommand {
  const set = setArgument(decoder);
  return { name, uid, set, mailbox: mailboxArgument(decoder) };
}
