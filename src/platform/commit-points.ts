// SPDX-License-Identifier: EUPL-1.2
import { channel } from 'node:diagnostics_channel';

/**
 * The instants at which a process that dies leaves something half done behind, in the order in which a message
 * passes them. docs/crash-safety.md shows this list, and the crash tests kill a provider at each of them.
 */
export const COMMIT_POINTS = {
  'store-opened': 'the store is open; what an earlier process left has not been swept',
  'spool-begun': 'a message too large for memory has begun to go into a spool file',
  'message-spooled': 'a message has come in whole; nobody has judged it',
  'blob-synced': 'a large blob is on the disk, without its name',
  'blob-named': 'a large blob has its name; no transaction names it',
  'blob-removing': 'nothing refers to a large blob any more; its file is still there',
  'group-begun': 'the transaction of a group of steps has begun',
  'group-performed': 'all acts of a group are performed; the transaction is not committed',
  'group-committed': 'the transaction is committed; nobody knows',
  'commit-heard': 'the thread that answers has heard of the commit; nobody was told',
  'submission-answering': 'a submission is kept; the 250 is not written',
  'relay-begun': 'a queue entry is about to be tried',
  'relay-answered': 'the peer has answered; the queue entry is as it was',
  'relay-settled': 'the answer of the peer is kept',
  'envelope-taken':
    'an envelope is taken in charge and delivered; what its mailbox had no room for is not told',
  'notification-kept':
    'a receipt or notice is in the mailbox with all that it moves; an arrival of what was there already is not written down',
  'exchange-answering': 'what a peer brought is kept; the 250 is not written',
  'notice-signed': 'a notice of 12 or 24 hours is signed; neither it nor its mark is kept',
  'notice-committed': 'a notice of 12 or 24 hours is kept with its mark',
  'seal-signed': 'the seal of a day of the log is signed; it is not kept',
  'seal-committed': 'the seal of a day of the log is kept; it has no time stamp',
  'removal-committed': 'messages are removed at the wish of a mail program, which has no answer yet',
  'append-committed': 'a message that a mail program brought is kept; it has no answer yet',
  'cards-written': 'messages are in the search index; its transaction is not committed',
  'cards-committed': 'messages are in the search index, with how far it has come in their mailboxes',
  'index-copy-written': 'a fresh provider index lies beside the copy of the last good one',
} as const;

export type CommitPoint = keyof typeof COMMIT_POINTS;

/** Where passing is told: `node:diagnostics_channel`, so a process to which nobody listens pays one comparison. */
export const COMMIT_POINT_CHANNEL = 'ceralacca.commit-point';

const passings = channel(COMMIT_POINT_CHANNEL);

/** To be called on the way past a commit point, in whatever thread; a listener is called before it returns. */
export function passCommitPoint(point: CommitPoint): void {
  if (passings.hasSubscribers) passings.publish(point);
}
