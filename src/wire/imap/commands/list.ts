// SPDX-License-Identifier: EUPL-1.2
import type { Decoder } from '../grammar/decoder.ts';
import { listMailbox, mailbox } from '../grammar/mailbox-name.ts';
import { SP } from '../grammar/octet-classes.ts';
import { type StatusItem, statusItems } from './mailboxes.ts';

type ListSelection = 'SUBSCRIBED' | 'REMOTE' | 'RECURSIVEMATCH' | 'SPECIAL-USE';

/** LIST of RFC 9051 section 6.3.9, with what RFC 5258, 5819 and 6154 added. */
export interface ListCommand {
  readonly name: 'LIST';
  /** Whether extended syntax was used; the answer to a plain LIST looks a little different. */
  readonly extended: boolean;
  readonly selection: ReadonlySet<ListSelection>;
  readonly reference: string;
  readonly patterns: readonly string[];
  readonly returns: {
    readonly subscribed: boolean;
    readonly children: boolean;
    readonly specialUse: boolean;
    readonly status?: readonly StatusItem[];
  };
}

export interface LsubCommand {
  readonly name: 'LSUB';
  readonly reference: string;
  readonly pattern: string;
}

const SELECTIONS: ReadonlySet<string> = new Set(['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE']);
const PATTERN_LIMIT = 64;

function isSelection(word: string): word is ListSelection {
  return SELECTIONS.has(word);
}

/** list = "LIST" [SP list-select-opts] SP mailbox SP mbox-or-pat [SP list-return-opts] */
export function list(decoder: Decoder): ListCommand {
  decoder.sp();
  const selective = decoder.atList;
  const selection = new Set<ListSelection>(selective ? selectionOptions(decoder) : []);
  if (selective) decoder.sp();
  const reference = mailbox(decoder);
  decoder.sp();
  const several = decoder.atList;
  const patterns = several
    ? decoder.list(() => listMailbox(decoder), { atLeast: 1, atMost: PATTERN_LIMIT })
    : [listMailbox(decoder)];
  const returning = decoder.takes(SP);
  const returns = returning ? returnOptions(decoder) : NO_RETURNS;
  const extended = selective || several || returning;
  return { name: 'LIST', extended, selection, reference, patterns, returns };
}

function selectionOptions(decoder: Decoder): readonly ListSelection[] {
  const options = decoder.list(
    () => {
      const word = decoder.word();
      return isSelection(word) ? word : decoder.fail('Unknown LIST selection option');
    },
    { atMost: 16 },
  );
  // RFC 9051 section 6.3.9.1: RECURSIVEMATCH needs an option that selects; REMOTE does not.
  const selects = options.includes('SUBSCRIBED') || options.includes('SPECIAL-USE');
  if (options.includes('RECURSIVEMATCH') && !selects) decoder.fail('RECURSIVEMATCH cannot stand alone');
  return options;
}

const NO_RETURNS: ListCommand['returns'] = { subscribed: false, children: false, specialUse: false };

/** list-return-opts = "RETURN" SP "(" [return-option *(SP return-option)] ")" */
function returnOptions(decoder: Decoder): ListCommand['returns'] {
  if (!decoder.takesWord('RETURN')) decoder.fail('Expected RETURN');
  decoder.sp();
  let returns = NO_RETURNS;
  decoder.list(
    () => {
      const word = decoder.word();
      if (word === 'SUBSCRIBED') returns = { ...returns, subscribed: true };
      else if (word === 'CHILDREN') returns = { ...returns, children: true };
      else if (word === 'SPECIAL-USE') returns = { ...returns, specialUse: true };
      else if (word === 'STATUS') {
        decoder.sp();
        returns = { ...returns, status: statusItems(decoder) };
      } else decoder.fail('Unknown LIST return option');
    },
    { atMost: 16 },
  );
  return returns;
}

/** lsub = "LSUB" SP mailbox SP list-mailbox (RFC 3501) */
export function lsub(decoder: Decoder): LsubCommand {
  decoder.sp();
  const reference = mailbox(decoder);
  decoder.sp();
  return { name: 'LSUB', reference, pattern: listMailbox(decoder) };
}
