// SPDX-License-Identifier: EUPL-1.2
import type { SequenceSet } from '../grammar/sequence-set.ts';
import { bad, no, type StatusResponse } from '../responses/statuses.ts';
import type { MailboxView } from '../view/mailbox-view.ts';
import { UidSet } from '../view/uid-set.ts';

/** A command's message set: UIDs (`uid` true) or sequence numbers. */
export interface MessageSet {
  readonly uid: boolean;
  readonly set: SequenceSet;
}

/** The messages meant, or BAD for a sequence number that does not exist (RFC 9051 section 9, seq-number). */
export function resolveMessages(view: MailboxView, { uid, set }: MessageSet): UidSet | StatusResponse {
  if (uid) return view.resolveUids(set);
  return view.resolveSequence(set) ?? bad('No message has such a sequence number');
}

/** NO when a sequence number named a message that is gone though the client was not told (RFC 2180, RFC 5530). */
export function goneAmong(
  view: MailboxView,
  meant: { readonly uid: boolean; readonly uids: UidSet },
): StatusResponse | undefined {
  if (meant.uid || meant.uids.intersect(view.vanished).isEmpty) return undefined;
  return no('Some of the messages no longer exist', 'EXPUNGEISSUED');
}

/** Sequence numbers of messages of the view. */
export function sequenceNumbers(view: MailboxView, uids: UidSet): UidSet {
  const ranges: { first: number; last: number }[] = [];
  for (const { first, last } of uids.ranges()) {
    const number = view.sequenceOf(first);
    if (number > 0) ranges.push({ first: number, last: number + last - first });
  }
  return UidSet.ofRanges(ranges);
}

/** Numbers in the order they come in, rising runs written as ranges: `5,7:9,2`. */
export function orderedSet(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let start = 0; start < numbers.length; ) {
    let end = start;
    while (end + 1 < numbers.length && numbers[end + 1] === (numbers[end] ?? 0) + 1) end++;
    parts.push(start === end ? `${numbers[start]}` : `${numbers[start]}:${numbers[end]}`);
    start = end + 1;
  }
  return parts.join(',');
}
