// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';

export interface TimeoutFacts extends DraftFacts {
  readonly recipient: string;
  /** Hours since dispatch: M5a or M5b. */
  readonly hours: 12 | 24;
}

/** M5: nothing came back in time for a recipient (RFC 6109 section 3.1.6). */
export function draftTimeoutNotice(_facts: TimeoutFacts): Draft {
  throw new Error('not written yet');
}
