// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';

/** A record as programs read it, every key there. */
export function recordJson(record: LogRecord): Record<string, unknown> {
  return {
    sequence: record.sequence,
    instant: new Date(record.instant).toISOString(),
    event: record.event,
    identifier: record.identifier,
    messageId: record.messageId ?? null,
    sender: record.sender,
    recipients: record.recipients,
    subject: record.subject ?? null,
    recipient: record.recipient ?? null,
    generated: record.generated ?? [],
    digests: record.digests ?? [],
    original: record.original ?? null,
    sendingProvider: record.provider ?? null,
    detail: record.detail ?? {},
  };
}
