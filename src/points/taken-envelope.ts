// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData, ReceiptType } from '../evidence/certification-data/certification-data.ts';
import type { EnclosedOriginal } from '../evidence/original.ts';
import type { Composition } from '../mailroom/contents/composition.ts';
import type { Act, Condition } from '../mailroom/steps/step-store.ts';
import type { Instant } from '../platform/clock.ts';
import type { Attested } from './attestation.ts';

/** A correct transport envelope that was taken in charge. */
export interface TakenEnvelope {
  readonly data: CertificationData;
  /** Service address of the provider that signed it, lower case. */
  readonly signer: string;
  readonly requested: ReceiptType;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly original: EnclosedOriginal;
  /** The envelope as it goes into mailboxes: unmodified, with the trace fields on top (DP-2). */
  readonly delivered: Composition;
  /** Descriptive name of the sender's provider. */
  readonly senderProvider: string;
  readonly instant: Instant;
}

/** What delivering to one recipient takes: a receipt or a notice, and acts done together or not at all. */
export interface PreparedDelivery {
  readonly recipient: string;
  readonly attested: Attested;
  readonly acts: readonly Act[];
  readonly onlyIf: readonly Condition[];
}

/** The same as a part of a step; its fate is known after the commit. */
export interface AddedDelivery {
  readonly recipient: string;
  readonly part: number;
}
