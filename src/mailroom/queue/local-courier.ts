// SPDX-License-Identifier: EUPL-1.2
import type { StoredContent } from '../contents/content-store.ts';
import { type Courier, type RelayOutcome, refuseAll } from './courier.ts';
import type { QueueEntry } from './queue-store.ts';

/** What the incoming point answers, in process as over SMTP. */
export type LocalReply =
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'refused'; readonly code: number; readonly enhanced: string; readonly text: string }
  | { readonly outcome: 'try-later'; readonly text: string };

export type LocalReceiver = (entry: QueueEntry, content: StoredContent) => Promise<LocalReply>;

/** Relays within the provider: the same steps as between two, without a socket. */
export class LocalCourier implements Courier {
  readonly #receive: LocalReceiver;

  constructor(options: { readonly receive: LocalReceiver }) {
    this.#receive = options.receive;
  }

  async relay(entry: QueueEntry, content: StoredContent): Promise<RelayOutcome> {
    const reply = await this.#receive(entry, content);
    switch (reply.outcome) {
      case 'taken':
        return { accepted: entry.forwardPaths, refused: [], reply: '250 2.0.0 taken in process' };
      case 'refused':
        return { accepted: [], refused: refuseAll(entry, { ...reply, peerSpoke: true }) };
      case 'try-later':
        return {
          accepted: [],
          refused: refuseAll(entry, { code: 451, enhanced: '4.3.0', text: reply.text, peerSpoke: true }),
        };
    }
  }
}
