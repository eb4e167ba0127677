// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';

export interface NonAcceptanceFacts extends DraftFacts {
  /** What is wrong, in Italian, to follow "a causa di". */
  readonly error: string;
}

/** M2: a formal check failed (RFC 6109 section 3.1.2). */
export function draftNonAcceptance(_facts: NonAcceptanceFacts): Draft {
  throw new Error('not written yet');
}
