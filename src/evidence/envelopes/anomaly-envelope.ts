// SPDX-License-Identifier: EUPL-1.2
import type { Draft, DraftFacts } from '../draft.ts';
import type { Original } from '../original.ts';

export interface AnomalyEnvelopeFacts extends Omit<DraftFacts, 'about'> {
  /** Reverse path the message came with; empty for the null path. */
  readonly sender: string;
  /** Forward paths it came with. */
  readonly recipients: readonly string[];
  /** What was received. */
  readonly received: Original;
  /** Why its data are not certified, in Italian. */
  readonly error: string;
}

/** M7: what is not certified mail, or damaged, wrapped for our recipients (RFC 6109 section 3.2.2). */
export function draftAnomalyEnvelope(_facts: AnomalyEnvelopeFacts): Draft {
  throw new Error('not written yet');
}
