// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';
import { draftNotification } from '../drafting/notification.ts';
import { acceptanceText } from '../wording/texts.ts';

/** M1: tells the sender that the message was accepted, for all recipients at once (RFC 6109 section 3.1.4). */
export function draftAcceptance(facts: DraftFacts): Draft {
  return draftNotification(facts, {
    kind: 'acceptance',
    to: facts.about.sender, // GEN-9
    text: acceptanceText,
    error: 'nessuno',
  });
}
