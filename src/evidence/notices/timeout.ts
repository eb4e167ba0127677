// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';
import { draftNotification } from '../drafting/notification.ts';
import { timeoutError } from '../wording/errors.ts';
import { timeoutText } from '../wording/texts.ts';

export interface TimeoutFacts extends DraftFacts {
  readonly recipient: string;
  /** Hours since dispatch: M5a or M5b. */
  readonly hours: 12 | 24;
}

/** M5: nothing came back in time for a recipient (RFC 6109 section 3.1.6). */
export function draftTimeoutNotice(facts: TimeoutFacts): Draft {
  const { recipient, hours, provider } = facts;
  return draftNotification(facts, {
    kind: hours === 12 ? 'timeout-12h' : 'timeout-24h',
    to: facts.about.sender,
    text: (textFacts) => timeoutText(textFacts, { recipient, hours }),
    error: 'altro', // U-3
    details: { deliveredTo: recipient, extendedError: timeoutError(provider.name, hours) },
  });
}
