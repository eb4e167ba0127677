// SPDX-License-Identifier: EUPL-1.2
import type { ReceiptType } from '../certification-data/certification-data.ts';
import type { Draft, DraftFacts, MessageKind } from '../draft.ts';
import { draftNotification } from '../drafting/notification.ts';
import { type EnclosedOriginal, type Enclosure, encloseAgain } from '../original.ts';
import { deliveryText } from '../wording/texts.ts';
import { encloseReduced } from './brief-copy.ts';

export interface DeliveryFacts extends DraftFacts {
  /** The recipient served, as in the forward path. */
  readonly recipient: string;
  /** What the sender asked for (DP-19). */
  readonly requested: ReceiptType;
}

export interface DeliveryWithOriginalFacts extends DeliveryFacts {
  /** The original as the envelope carries it. */
  readonly original: EnclosedOriginal;
}

/** M10, M11 or M12, as `form` says (see chooseReceipt). */
export async function draftDelivery(form: ReceiptType, facts: DeliveryWithOriginalFacts): Promise<Draft> {
  if (form === 'breve') return draftBriefDelivery(facts);
  return form === 'completa' ? draftCompleteDelivery(facts) : draftConciseDelivery(facts);
}

/** M10: the whole original comes back (RFC 6109 section 3.3.2.1). */
export function draftCompleteDelivery(facts: DeliveryWithOriginalFacts): Draft {
  return draftReceipt('completa', facts, encloseAgain(facts.original)); // DP-10
}

/** M11: the original comes back with hashes for its named parts (section 3.3.2.2); reads those parts. */
export async function draftBriefDelivery(facts: DeliveryWithOriginalFacts): Promise<Draft> {
  const decoded = facts.provider.variants?.hashDecoded === true;
  return draftReceipt('breve', facts, await encloseReduced(facts.original, { decoded })); // DP-11
}

/** M12: nothing of the original comes back (section 3.3.2.3). */
export function draftConciseDelivery(facts: DeliveryFacts): Draft {
  return draftReceipt('sintetica', facts); // DP-12
}

const KINDS: Readonly<Record<ReceiptType, MessageKind & `delivery-${string}`>> = {
  completa: 'delivery-complete',
  breve: 'delivery-brief',
  sintetica: 'delivery-concise',
};

function draftReceipt(form: ReceiptType, facts: DeliveryFacts, enclosure?: Enclosure): Draft {
  const { recipient, requested, about } = facts;
  return draftNotification(facts, {
    kind: KINDS[form],
    to: about.sender, // GEN-9
    text: (textFacts) => deliveryText(textFacts, { recipient, form }),
    error: 'nessuno',
    // DP-18, DP-19; Date and text hold the instant of delivery (DP-20).
    details: { receiptType: requested, deliveredTo: recipient },
    ...(enclosure === undefined ? {} : { enclosure }),
  });
}
