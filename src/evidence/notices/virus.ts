// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';

export interface VirusFacts extends DraftFacts {
  /** The dangerous content, as the antivirus names it. */
  readonly virus: string;
}

export interface VirusDetectionFacts extends VirusFacts {
  readonly recipient: string;
  /** Service mailbox of the sender's provider. */
  readonly serviceMailbox: string;
}

export interface VirusNonDeliveryFacts extends VirusFacts {
  readonly recipient: string;
}

/** M3: a virus was found at the access point (RFC 6109 section 3.1.3). */
export function draftNonAcceptanceForVirus(_facts: VirusFacts): Draft {
  throw new Error('not written yet');
}

/** M8: tells the sender's provider of a virus found at the incoming point (RFC 6109 section 3.2.3). */
export function draftVirusDetection(_facts: VirusDetectionFacts): Draft {
  throw new Error('not written yet');
}

/** M9: tells the sender what an M8 told us (RFC 6109 section 3.2.4). */
export function draftVirusNonDelivery(_facts: VirusNonDeliveryFacts): Draft {
  throw new Error('not written yet');
}
