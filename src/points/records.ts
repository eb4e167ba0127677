// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage } from '../evidence/certification-data/certification-data.ts';
import type { LogEvent, NewLogRecord } from '../evidence/certification-log/log-store.ts';
import type { Act } from '../mailroom/steps/step-store.ts';
import type { Instant } from '../platform/clock.ts';

export interface RecordFacts {
  readonly event: LogEvent;
  /** The instant of the transaction (LOG-8, TIME-1). */
  readonly instant: Instant;
  readonly about: CertifiedMessage;
  /** Sending provider, by its descriptive name. */
  readonly provider: string;
  readonly recipient?: string;
  /** Message-IDs generated, without angle brackets. */
  readonly generated?: readonly string[];
  readonly detail?: Readonly<Record<string, string>>;
}

/** How the keys of notifications begin among delivery outcomes; no PEC msgid holds a blank. */
export const NOTIFICATION_KEY = 'notification ';

/** The act that writes a record with every field of LOG-2 and LOG-4. LOG-6: no content gets here. */
export function recordAct(facts: RecordFacts): Act {
  const { about } = facts;
  const record: NewLogRecord = {
    instant: facts.instant,
    event: facts.event,
    identifier: about.identifier,
    sender: about.sender,
    recipients: about.recipients.map((recipient) => recipient.address),
    provider: facts.provider,
    ...(about.messageId !== undefined && { messageId: about.messageId }),
    ...(about.subject !== undefined && { subject: about.subject }),
    ...(facts.recipient !== undefined && { recipient: facts.recipient }),
    ...(facts.generated !== undefined && { generated: facts.generated }),
    ...(facts.detail !== undefined && { detail: facts.detail }),
  };
  return { do: 'record', record };
}
