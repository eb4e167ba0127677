// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';
import { draftNotification } from '../drafting/notification.ts';
import { DELIVERY_ERRORS, extendedError, type NonDeliveryCause } from '../wording/errors.ts';
import { nonDeliveryText } from '../wording/texts.ts';

export interface NonDeliveryFacts extends DraftFacts {
  readonly recipient: string;
  readonly cause: NonDeliveryCause;
  /** What a peer answered, put after our own words; only its printable ASCII, and not more than 300 characters. */
  readonly detail?: string;
}

const MAX_DETAIL = 300;

/** M13: a correct envelope could not be delivered (RFC 6109 section 3.3.3). */
export function draftNonDelivery(facts: NonDeliveryFacts): Draft {
  const { recipient, provider, about } = facts;
  const { error, status, words } = DELIVERY_ERRORS[facts.cause];
  const reason = extendedError(status, provider.name, words + peerWords(facts.detail));
  return draftNotification(facts, {
    kind: 'non-delivery',
    to: about.sender,
    text: (textFacts) => nonDeliveryText(textFacts, { recipient, error: reason }),
    error, // DP-22
    details: { deliveredTo: recipient, extendedError: reason },
  });
}

function peerWords(detail = ''): string {
  const words = detail
    .replace(/[^ -~]+/g, ' ')
    .trim()
    .slice(0, MAX_DETAIL);
  return words === '' ? '' : ` (${words})`;
}
