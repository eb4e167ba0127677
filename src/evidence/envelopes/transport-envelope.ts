// SPDX-License-Identifier: EUPL-1.2
import type { ReceiptType } from '../certification-data/certification-data.ts';
import type { Draft, DraftFacts } from '../draft.ts';
import type { Original } from '../original.ts';

export interface TransportEnvelopeFacts extends DraftFacts {
  /** What the sender asked for, `completa` by default (AP-28; see readReceiptType). */
  readonly receiptType: ReceiptType;
  readonly original: Original;
}

/** M4: the original and the certification data, for all recipients (RFC 6109 section 3.1.5). */
export function draftTransportEnvelope(_facts: TransportEnvelopeFacts): Draft {
  throw new Error('not written yet');
}
