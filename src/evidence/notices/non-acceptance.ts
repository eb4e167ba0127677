// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';
import { draftNotification } from '../drafting/notification.ts';
import { nonAcceptanceText } from '../wording/texts.ts';

export interface NonAcceptanceFacts extends DraftFacts {
  /** What is wrong, in Italian, to follow "a causa di" (see refusalText). */
  readonly error: string;
}

/** M2: a formal check failed; the original does not come back (RFC 6109 section 3.1.2). */
export function draftNonAcceptance(facts: NonAcceptanceFacts): Draft {
  return draftNotification(facts, {
    kind: 'non-acceptance',
    to: facts.about.sender,
    text: (textFacts) => nonAcceptanceText(textFacts, facts.error),
    error: 'altro',
    details: { extendedError: facts.error },
  });
}
