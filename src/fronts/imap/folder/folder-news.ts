// SPDX-License-Identifier: EUPL-1.2
import type { FlagState, MailboxChanges } from '../../../wire/imap/view/mailbox-view.ts';
import { UidSet } from '../../../wire/imap/view/uid-set.ts';

/** What happened in a folder between two readings of it. */
export interface Reading {
  /** MODSEQ of the folder at the reading before, and at this one. */
  readonly from: number;
  readonly to: number;
  /** Messages that came or changed, as they are at this reading. */
  readonly messages: readonly FlagState[];
  /** All that went, whether it was seen to come or not. */
  readonly vanished: UidSet;
}

/** Readings kept of a folder, and messages in all of them, 60 octets each: sessions that look seldom ask the store. */
const READINGS_KEPT = 16;
const MESSAGES_KEPT = 500;

/** The last readings of a folder, one after the other: what one session read the others need not read again. */
export class FolderNews {
  #readings: Reading[] = [];
  #messages = 0;

  /** Takes in the next reading, which begins where the one before ended. */
  add(reading: Reading): void {
    const messages = reading.messages.map(({ uid, modseq, flags }) => ({ uid, modseq, flags }));
    this.#readings.push({ ...reading, messages });
    this.#messages += weight(reading);
    while (this.#readings.length > READINGS_KEPT || this.#messages > MESSAGES_KEPT) {
      const oldest = this.#readings.shift();
      if (oldest === undefined) break;
      this.#messages -= weight(oldest);
    }
  }

  /** Forgets all: what went since is not known one by one. */
  clear(): void {
    this.#readings = [];
    this.#messages = 0;
  }

  /** All that happened after a MODSEQ; undefined when that lies too far back. */
  since(modseq: number): MailboxChanges | undefined {
    const first = this.#readings.findLastIndex(({ from }) => from <= modseq);
    const last = this.#readings.at(-1);
    if (first < 0 || last === undefined) return undefined;
    const messages = new Map<number, FlagState>();
    let vanished = UidSet.EMPTY;
    for (const reading of this.#readings.slice(first)) {
      for (const message of reading.messages) if (message.modseq > modseq) messages.set(message.uid, message);
      if (reading.vanished.isEmpty) continue;
      for (const uid of reading.vanished) messages.delete(uid);
      vanished = vanished.union(reading.vanished);
    }
    return { highestModseq: last.to, messages: [...messages.values()], vanished };
  }
}

function weight({ messages, vanished }: Reading): number {
  return messages.length + vanished.size;
}
