// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { QueueEntry } from '../../mailroom/queue/queue-store.ts';
import type { DeliveryOutcome, Submission, Tracking } from '../../mailroom/tracking/tracking-store.ts';

/** All that one provider remembers of a certified message. */
export interface Life {
  /** PEC msgid. */
  readonly identifier: string;
  /** Records of the certification log about it, in order. */
  readonly records: readonly LogRecord[];
  readonly submission?: Submission;
  readonly trackings: readonly Tracking[];
  readonly outcomes: readonly DeliveryOutcome[];
  /** What of it, or about it, waits to be relayed. */
  readonly queued: readonly QueueEntry[];
}
