// SPDX-License-Identifier: EUPL-1.2
import type { LogEvent, LogRecord } from '../certification-log/log-store.ts';
import type { EvidenceKind } from './index-model.ts';

/** The events whose records name a message of a kind: when it was made, and when it came. */
export const NAMING_EVENTS: Readonly<
  Record<EvidenceKind, { readonly emission: LogEvent; readonly arrival?: LogEvent }>
> = {
  acceptance: { emission: 'acceptance' },
  'non-acceptance': { emission: 'non-acceptance-formal' },
  'non-acceptance-virus': { emission: 'non-acceptance-virus' },
  'transport-envelope': { emission: 'acceptance', arrival: 'envelope-received' },
  'take-charge': { emission: 'take-charge-emitted', arrival: 'take-charge-received' },
  'delivery-complete': { emission: 'delivery-receipt-emitted', arrival: 'notification-received' },
  'delivery-brief': { emission: 'delivery-receipt-emitted', arrival: 'notification-received' },
  'delivery-concise': { emission: 'delivery-receipt-emitted', arrival: 'notification-received' },
  'non-delivery': { emission: 'nondelivery-emitted', arrival: 'notification-received' },
  'virus-non-delivery': { emission: 'virus-nondelivery-emitted', arrival: 'notification-received' },
  'timeout-12h': { emission: 'timeout-12h' },
  'timeout-24h': { emission: 'timeout-24h' },
  'virus-detection': { emission: 'virus-detected', arrival: 'virus-notice-received' },
};

/** The record with the lowest number that names a message by its digest; undefined when none does. */
export function namingRecord(
  { kind, digest }: { readonly kind: EvidenceKind; readonly digest: string },
  records: readonly LogRecord[],
): LogRecord | undefined {
  const { emission, arrival } = NAMING_EVENTS[kind];
  const naming = records.filter(
    ({ event, digests }) => (event === emission || event === arrival) && digests?.includes(digest) === true,
  );
  return naming.sort((one, other) => one.sequence - other.sequence)[0];
}
