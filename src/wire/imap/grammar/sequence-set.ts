// SPDX-License-Identifier: EUPL-1.2

import type { Decoder } from './decoder.ts';
import { COLON, COMMA, DOLLAR, STAR } from './octet-classes.ts';

/** Stands for `*`, the highest number in use: it compares above every number. */
export const HIGHEST = Number.POSITIVE_INFINITY;

/** Both ends included, `first` not above `last`; either may be `HIGHEST`. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** sequence-set (RFC 9051), with `$`, the saved result of a search (RFC 5182). */
export type SequenceSet =
  | { readonly saved: true }
  | { readonly saved: false; readonly ranges: readonly NumberRange[] };

/** seq-number = nz-number / "*" */
function seqNumber(decoder: Decoder): number {
  return decoder.takes(STAR) ? HIGHEST : decoder.nzNumber();
}

/** seq-range = seq-number ":" seq-number, in any order */
function seqRange(decoder: Decoder): NumberRange {
  const one = seqNumber(decoder);
  if (!decoder.takes(COLON)) return { first: one, last: one };
  const other = seqNumber(decoder);
  return one <= other ? { first: one, last: other } : { first: other, last: one };
}

/** sequence-set = (seq-number / seq-range) ["," sequence-set] / seq-last-command */
export function sequenceSet(decoder: Decoder): SequenceSet {
  if (decoder.takes(DOLLAR)) return { saved: true };
  const ranges: NumberRange[] = [];
  do {
    if (ranges.length === decoder.options.setRanges) {
      decoder.fail('Too many ranges in a set', { status: 'NO', code: 'LIMIT' });
    }
    ranges.push(seqRange(decoder));
  } while (decoder.takes(COMMA));
  return { saved: false, ranges };
}

/** known-uids, uid-set: a sequence-set without `*` and `$` (RFC 7162, RFC 4315). */
export function plainSet(decoder: Decoder): readonly NumberRange[] {
  const set = sequenceSet(decoder);
  if (set.saved || set.ranges.some((range) => range.last === HIGHEST)) {
    return decoder.fail('Only plain numbers are allowed in this set');
  }
  return set.ranges;
}
