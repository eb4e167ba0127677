// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../src/platform/clock.ts';
import type { Glance } from './glance.ts';

/** What the wires know of an envelope and one of its recipients. */
export interface Passage {
  /** Keys of the providers that took it as it was sent. */
  readonly takenBy: Set<string>;
  /** The sender's provider has a final refusal, or gave up after the 24 hours. */
  sendingFailed: boolean;
}

/** One certified recipient of a message, as far as everybody outside the providers knows. */
export class Fate {
  readonly recipient: string;
  readonly message: LedgerMessage;
  readonly passage: Passage;
  /** Providers where the recipient saw the envelope. */
  readonly deliveredAt = new Set<string>();
  /** An end was told to the sender's provider: a receipt, M13 or M9. */
  ended = false;
  /** Take-charge reached the sender's provider. */
  takenInCharge = false;
  firstNotices = 0;
  secondNotices = 0;
  /** Providers that told the sender's provider of a virus (M8). */
  readonly virusFoundBy = new Set<string>();
  /** Ends that the sender saw: kind and who says it. */
  readonly ends: { readonly kind: string; readonly provider: string }[] = [];

  constructor(message: LedgerMessage, recipient: string, passage: Passage) {
    this.passage = passage;
    this.message = message;
    this.recipient = recipient;
  }
}

/** A message that was certified, as its sender knows it. */
export interface LedgerMessage {
  readonly identifier: string;
  readonly sender: string;
  /** Key of the sender's provider. */
  readonly home: string;
  /** By the clock of the sender's provider. */
  readonly acceptedAt: Instant;
  readonly fates: ReadonlyMap<string, Fate>;
  readonly ordinary: readonly string[];
  bounces: number;
  acceptances: number;
}

/** A submission by its client Message-ID. */
export interface Submitted {
  readonly clientId: string;
  readonly sender: string;
  readonly home: string;
  readonly certified: readonly string[];
  readonly ordinary: readonly string[];
  /** Whether the law admits it. */
  readonly admissible: boolean;
  /** Answers that said `accepted`, by PEC msgid. */
  readonly accepted: Set<string>;
  refusedAnswers: number;
  /** Attempts whose answer nobody got. */
  unanswered: number;
  readonly certifiedAs: string[];
  notAccepted: number;
}

/** All that the simulated senders, recipients and wires know: the providers are not asked. */
export class Ledger {
  readonly messages = new Map<string, LedgerMessage>();
  readonly submitted = new Map<string, Submitted>();
  /** Sending provider, message, kind: what was given up after 24 hours. */
  readonly givenUp = new Set<string>();
  readonly #passages = new Map<string, Passage>();
  readonly seen = new Map<string, number>();

  passage(identifier: string, recipient: string): Passage {
    const key = `${identifier} ${recipient.toLowerCase()}`;
    const known = this.#passages.get(key);
    if (known !== undefined) return known;
    const passage = { takenBy: new Set<string>(), sendingFailed: false };
    this.#passages.set(key, passage);
    return passage;
  }

  fate(identifier: string, recipient: string): Fate | undefined {
    return this.messages.get(identifier)?.fates.get(recipient.toLowerCase());
  }

  countSeen(kind: string): void {
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1);
  }

  /** M1 is seen: from now on the message is certified. */
  accepts(found: Glance, at: { readonly instant: Instant }): LedgerMessage {
    const submitted = this.submitted.get(found.clientId);
    if (submitted === undefined) throw new Error(`M1 for ${found.clientId}, which nobody sent`);
    const fates = new Map<string, Fate>();
    const message: LedgerMessage = {
      identifier: found.identifier,
      sender: submitted.sender,
      home: submitted.home,
      acceptedAt: at.instant,
      fates,
      ordinary: submitted.ordinary,
      bounces: 0,
      acceptances: 1,
    };
    for (const recipient of submitted.certified)
      fates.set(
        recipient.toLowerCase(),
        new Fate(message, recipient, this.passage(found.identifier, recipient)),
      );
    this.messages.set(found.identifier, message);
    submitted.certifiedAs.push(found.identifier);
    return message;
  }
}
