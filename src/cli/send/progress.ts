// SPDX-License-Identifier: EUPL-1.2
import type { Happening, RecipientState, Sight } from './happening.ts';

type State = RecipientState['state'];

/** How it ended, or stands when the time is over. */
export type Outcome = 'delivered' | 'refused' | 'failed' | 'timeout';

/** How far a message has come for each of its recipients. */
export class Progress {
  readonly #states: Map<string, { readonly address: string; state: State }>;
  #certified: ReadonlySet<string> | null = null;
  #seesRelay = false;
  #refused = false;

  constructor(recipients: readonly string[]) {
    this.#states = new Map(
      recipients.map((address) => [address.toLowerCase(), { address, state: 'waiting' }]),
    );
  }

  take(sight: Sight): void {
    if (sight.certified !== null) {
      this.#certified = new Set(sight.certified.map((address) => address.toLowerCase()));
    }
    this.#seesRelay = sight.seesRelay;
    for (const happening of sight.happenings) this.#note(happening);
  }

  #note({ kind, recipients }: Happening): void {
    if (kind === 'refused') this.#refused = true;
    const next = NEXT_STATES[kind];
    if (next === undefined) return;
    for (const address of recipients) {
      const recipient = this.#states.get(address.toLowerCase());
      // A receipt after a warning counts; a relay says nothing new of one who has his receipt.
      if (recipient !== undefined && (next !== 'relayed' || recipient.state === 'waiting'))
        recipient.state = next;
    }
  }

  /** Nothing more is to be waited for. */
  get settled(): boolean {
    if (this.#refused) return true;
    if (this.#certified === null) return false;
    return this.recipients.every((recipient) => this.#isSettled(recipient));
  }

  get outcome(): Outcome {
    if (this.#refused) return 'refused';
    if (this.recipients.some(({ state }) => state === 'failed')) return 'failed';
    return this.settled ? 'delivered' : 'timeout';
  }

  get recipients(): readonly RecipientState[] {
    return [...this.#states].map(([key, { address, state }]) => ({
      address,
      certified: this.#certified === null ? null : this.#certified.has(key),
      state: this.#refused ? 'failed' : state,
    }));
  }

  /** Nobody is to send a receipt for ordinary mail: having left is all that can be known of it. */
  #isSettled({ certified, state }: RecipientState): boolean {
    if (state === 'delivered' || state === 'failed') return true;
    return certified === false && (state === 'relayed' || !this.#seesRelay);
  }
}

const NEXT_STATES: Partial<Readonly<Record<Happening['kind'], State>>> = {
  relayed: 'relayed',
  receipt: 'delivered',
  failed: 'failed',
};
