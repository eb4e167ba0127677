// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { Letter } from './letters.ts';
import type { Sight } from './sight.ts';

/** What the sender of a message knows of it. */
export interface LetterEntry {
  readonly letter: Omit<Letter, 'octets'>;
  /** PEC msgids that a 250 named. */
  readonly told: string[];
  /** Attempts whose connection broke before a reply: each may have been accepted, or not. */
  unknown: number;
  /** How far time has jumped since, in hours: only what waits for an answer lives that long. */
  agedHours: number;
}

/** What a reader's program did to a message, known by mailbox and UID. */
export interface Removal {
  readonly uid: number;
  /** The message as it was fetched. */
  readonly sight: Sight;
  /** The server said that it is gone. */
  confirmed: boolean;
}

/** A message that a mail program put into a folder. */
export interface Appended {
  readonly messageId: string;
  /** The server's UID when it said so; undefined when the connection broke. */
  uid: number | undefined;
}

/** Everything that clients know: what they were told, and what they cannot know. */
export class Ledger {
  readonly letters = new Map<string, LetterEntry>();
  /** By mailbox, then UID in its INBOX. */
  readonly removals = new Map<string, Map<number, Removal>>();
  /** By mailbox: messages appended to its Bozze. */
  readonly appended = new Map<string, Appended[]>();

  begin(letter: Letter): LetterEntry {
    const { octets: _sent, ...rest } = letter;
    const entry: LetterEntry = { letter: rest, told: [], unknown: 0, agedHours: 0 };
    this.letters.set(letter.messageId, entry);
    return entry;
  }

  /** Notes a message that is about to be removed; it must be the one that it was when fetched before. */
  fetched(mailbox: string, { uid, sight }: { readonly uid: number; readonly sight: Sight }): Removal {
    const known = this.removals.get(mailbox) ?? new Map<number, Removal>();
    this.removals.set(mailbox, known);
    const removal = known.get(uid) ?? { uid, sight, confirmed: false };
    assert.equal(sight.sha256, removal.sight.sha256, `${mailbox}: UID ${uid} is another message now`);
    assert.ok(!removal.confirmed, `${mailbox}: UID ${uid} is back`);
    known.set(uid, removal);
    return removal;
  }

  append(mailbox: string, messageId: string): Appended {
    const appended: Appended = { messageId, uid: undefined };
    const all = this.appended.get(mailbox) ?? [];
    all.push(appended);
    this.appended.set(mailbox, all);
    return appended;
  }

  get accepted(): number {
    return [...this.letters.values()].filter(({ told }) => told.length > 0).length;
  }
}
