// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import type { LogRecord } from '../certification-log/log-store.ts';
import { type EvidenceKind, type EvidenceMessage, type EvidenceOutcome, OUTCOMES } from './index-model.ts';

/** How a recipient ended, and which file says so. */
export interface RecipientOutcome {
  readonly outcome: EvidenceOutcome;
  readonly instant?: Instant;
  readonly source?: string;
}

/** A record, as far as outcomes follow from it; a `LogRecord` fits. */
export interface OutcomeRecord
  extends Pick<LogRecord, 'sequence' | 'instant' | 'recipient' | 'recipients' | 'digests' | 'detail'> {
  readonly event: string;
}

/** What outcomes follow from: docs/evidence-format.md, Outcomes. */
export interface OutcomeGrounds {
  readonly messages: readonly Pick<EvidenceMessage, 'file' | 'kind' | 'instant' | 'about' | 'digest'>[];
  readonly records: readonly OutcomeRecord[];
}

/** The name of the file of a record. */
export function recordFile(sequence: number): string {
  return `log/records/${sequence}.json`;
}

/** The highest outcome that messages support for a recipient, or records where no message supports it. */
export function outcomeOf(recipient: string, { messages, records }: OutcomeGrounds): RecipientOutcome {
  const credible = messages.filter((message) => !isForeign(message, { recipient, records }));
  const byTime = credible.sort(
    (one, other) => one.instant - other.instant || (one.file < other.file ? -1 : 1),
  );
  const byNumber = [...records].sort((one, other) => one.sequence - other.sequence);
  for (const outcome of OUTCOMES) {
    const message = byTime.find((each) => supportsByMessage(each, recipient) === outcome);
    if (message !== undefined) return { outcome, instant: message.instant, source: message.file };
    const record = byNumber.find((each) => supportsByRecord(each, recipient) === outcome);
    if (record === undefined) continue;
    const instant = record.instant - (record.instant % 1000);
    return { outcome, instant, source: recordFile(record.sequence) };
  }
  return { outcome: 'ignoto' };
}

/** IP-20: whether it came from a provider that is not that of the recipient, as the log says; then it proves nothing. */
function isForeign(
  { digest }: OutcomeGrounds['messages'][number],
  { recipient, records }: { readonly recipient: string; readonly records: readonly OutcomeRecord[] },
): boolean {
  return records.some(
    (record) =>
      record.digests?.includes(digest) === true &&
      record.detail?.tracking !== undefined &&
      record.recipient !== undefined &&
      sameAddress(record.recipient, recipient),
  );
}

const BY_MESSAGE: Readonly<Record<EvidenceKind, EvidenceOutcome>> = {
  'delivery-complete': 'consegnato',
  'delivery-brief': 'consegnato',
  'delivery-concise': 'consegnato',
  'virus-detection': 'virus',
  'virus-non-delivery': 'virus',
  'non-delivery': 'non-consegnato',
  'timeout-24h': 'scaduto',
  'timeout-12h': 'avvisato',
  'take-charge': 'preso-in-carico',
  acceptance: 'accettato',
  'transport-envelope': 'accettato',
  'non-acceptance': 'non-accettato',
  'non-acceptance-virus': 'non-accettato',
};

/** These are about every recipient of the message. */
const ABOUT_ALL: ReadonlySet<EvidenceKind> = new Set([
  'acceptance',
  'transport-envelope',
  'non-acceptance',
  'non-acceptance-virus',
]);

function supportsByMessage(
  { kind, about }: OutcomeGrounds['messages'][number],
  recipient: string,
): EvidenceOutcome | undefined {
  const concerned = ABOUT_ALL.has(kind) || about.some((address) => sameAddress(address, recipient));
  return concerned ? BY_MESSAGE[kind] : undefined;
}

function supportsByRecord(record: OutcomeRecord, recipient: string): EvidenceOutcome | undefined {
  const { detail } = record;
  const isRecipient = record.recipient !== undefined && sameAddress(record.recipient, recipient);
  const lists = (text = '') => text.split(' ').some((address) => sameAddress(address, recipient));
  const isListed = record.recipients.some((address) => sameAddress(address, recipient));
  switch (record.event) {
    case 'delivered':
      return isRecipient ? 'consegnato' : undefined;
    case 'notification-received':
      // IP-20: what a provider says of another's recipient proves nothing.
      if (!isRecipient || detail?.tracking !== undefined) return undefined;
      if (detail?.kind === 'avvenuta-consegna') return 'consegnato';
      return detail?.kind === 'errore-consegna' ? 'non-consegnato' : undefined;
    case 'virus-detected':
    case 'virus-notice-received':
    case 'virus-nondelivery-emitted':
      return isRecipient ? 'virus' : undefined;
    case 'nondelivery-emitted':
      return isRecipient ? 'non-consegnato' : undefined;
    case 'timeout-24h':
      return isRecipient ? 'scaduto' : undefined;
    case 'timeout-12h':
      return isRecipient ? 'avvisato' : undefined;
    case 'take-charge-received':
      return isRecipient ? 'preso-in-carico' : undefined;
    case 'take-charge-emitted':
      return lists(detail?.covers) ? 'preso-in-carico' : undefined;
    case 'envelope-sent':
      return detail?.kind === 'transport-envelope' && lists(detail.to) ? 'inoltrato' : undefined;
    case 'acceptance':
      return isListed ? 'accettato' : undefined;
    case 'non-acceptance-formal':
    case 'non-acceptance-virus':
      return isListed ? 'non-accettato' : undefined;
    default:
      return undefined;
  }
}
