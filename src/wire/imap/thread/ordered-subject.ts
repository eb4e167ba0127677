// SPDX-License-Identifier: EUPL-1.2
import type { OrderingFacts } from '../imap-backend.ts';
import { sentDateOf, subjectKey } from './sort-messages.ts';
import type { ThreadNode } from './thread-node.ts';

/** THREAD ORDEREDSUBJECT (RFC 5256 section 3): one thread a base subject, its first message above all others. */
export function threadOrderedSubject(messages: readonly OrderingFacts[]): readonly ThreadNode[] {
  const ordered = [...messages].sort((a, b) => sentDateOf(a) - sentDateOf(b) || a.uid - b.uid);
  const threads = new Map<string, { uid: number; children: ThreadNode[] }>();
  for (const message of ordered) {
    const subject = subjectKey(message);
    const thread = threads.get(subject);
    if (thread === undefined) threads.set(subject, { uid: message.uid, children: [] });
    else thread.children.push({ uid: message.uid, children: [] });
  }
  // A Map keeps the order of insertion: that of each thread's first message.
  return [...threads.values()];
}
