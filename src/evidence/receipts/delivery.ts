// SPDX-License-Identifier: EUPL-1.2
import type { ReceiptType } from '../certification-data/certification-data.ts';
import type { Draft, DraftFacts } from '../draft.ts';
import type { EnclosedOriginal } from '../original.ts';

export interface DeliveryFacts extends DraftFacts {
  /** The recipient served, as in the forward path. */
  readonly recipient: string;
  /** What the sender asked for (DP-19). */
  readonly requested: ReceiptType;
  /** The original as the envelope carries it. */
  readonly original: EnclosedOriginal;
}

/** M10, M11 or M12, as `form` says (see chooseReceipt). */
export async function draftDelivery(_form: ReceiptType, _facts: DeliveryFacts): Promise<Draft> {
  throw new Error('not written yet');
}
