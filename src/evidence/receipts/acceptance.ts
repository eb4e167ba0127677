// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';

/** M1: tells the sender that the message was accepted (RFC 6109 section 3.1.4). */
export function draftAcceptance(_facts: DraftFacts): Draft {
  throw new Error('not written yet');
}
