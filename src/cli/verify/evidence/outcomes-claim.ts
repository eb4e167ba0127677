// SPDX-License-Identifier: EUPL-1.2
import type {
  EvidenceKind,
  EvidenceOutcome,
  EvidenceRecipient,
} from '../../../evidence/evidence-file/index-model.ts';
import { OUTCOMES } from '../../../evidence/evidence-file/index-model.ts';
import type { Instant } from '../../../platform/clock.ts';
import { sameAddress } from '../../../wire/mime/addresses.ts';
import type { ClaimBook } from './claims.ts';
import type { MessageFacts } from './message-claims.ts';
import type { EvidencePackage } from './package-claim.ts';
import { type RecordFacts, second } from './record-claims.ts';

/** A file that says how a recipient ended. */
interface Support {
  readonly file: string;
  readonly instant: Instant;
}

interface Facts {
  readonly evidence: EvidencePackage;
  readonly messages: readonly MessageFacts[];
  readonly records: ReadonlyMap<number, RecordFacts>;
}

/** Claim `outcomes`: the outcome of each recipient is the highest that a file supports, by the earliest that does. */
export function checkOutcomes(facts: Facts, book: ClaimBook): void {
  const { recipients } = facts.evidence.index;
  for (const [at, recipient] of recipients.entries()) {
    const { address } = recipient;
    if (recipients.findIndex((other) => sameAddress(other.address, address)) !== at)
      book.refute('outcomes', 'recipients-differ', { detail: `${address} is listed twice` });
    const { outcome, support } = outcomeOf(address, facts);
    const wrong =
      outcome !== recipient.outcome ||
      support?.file !== recipient.source ||
      support?.instant !== recipient.instant;
    if (!wrong) continue;
    const detail = `${address}: ${told(recipient)} in the index, ${told({ outcome, ...support, source: support?.file })} by the files`;
    book.refute('outcomes', 'outcome-differs', {
      ...(recipient.source && { file: recipient.source }),
      detail,
    });
  }
}

function told(outcome: {
  readonly outcome: EvidenceOutcome;
  readonly instant?: Instant | undefined;
  readonly source?: string | undefined;
}): string {
  const when = outcome.instant === undefined ? '' : ` ${new Date(outcome.instant).toISOString()}`;
  return `${outcome.outcome}${when}${outcome.source === undefined ? '' : ` (${outcome.source})`}`;
}

function outcomeOf(
  address: EvidenceRecipient['address'],
  facts: Facts,
): { readonly outcome: EvidenceOutcome; readonly support?: Support } {
  for (const outcome of OUTCOMES) {
    const messages = facts.messages
      .filter((message) => saysMessage(message, { outcome, address }))
      .map(({ message }) => ({ file: message.file, instant: message.instant }));
    const records = [...facts.records.values()]
      .filter((record) => saysRecord(record, { outcome, address }))
      .map((record) => ({ file: record.file, instant: second(record.instant) }));
    const support = earliest(messages) ?? earliest(records);
    if (support !== undefined) return { outcome, support };
  }
  return { outcome: 'ignoto' };
}

/** The first of the earliest. */
function earliest(some: readonly Support[]): Support | undefined {
  return some.reduce<Support | undefined>(
    (first, one) => (first === undefined || one.instant < first.instant ? one : first),
    undefined,
  );
}

interface Asked {
  readonly outcome: EvidenceOutcome;
  readonly address: string;
}

const BY_KIND: Readonly<Record<EvidenceKind, EvidenceOutcome>> = {
  acceptance: 'accettato',
  'transport-envelope': 'accettato',
  'non-acceptance': 'non-accettato',
  'non-acceptance-virus': 'non-accettato',
  'take-charge': 'preso-in-carico',
  'delivery-complete': 'consegnato',
  'delivery-brief': 'consegnato',
  'delivery-concise': 'consegnato',
  'non-delivery': 'non-consegnato',
  'virus-non-delivery': 'virus',
  'virus-detection': 'virus',
  'timeout-12h': 'avvisato',
  'timeout-24h': 'scaduto',
};

function saysMessage({ message, data }: MessageFacts, { outcome, address }: Asked): boolean {
  if (BY_KIND[message.kind] !== outcome) return false;
  const listing = outcome === 'accettato' || outcome === 'non-accettato';
  const named = listing ? (data?.recipients.map((recipient) => recipient.address) ?? []) : message.about;
  return has(named, address);
}

function saysRecord(record: RecordFacts, { outcome, address }: Asked): boolean {
  const { event, recipient, recipients, detail } = record;
  const about = recipient !== undefined && sameAddress(recipient, address);
  const counts = detail.tracking === undefined && event === 'notification-received';
  switch (outcome) {
    case 'consegnato':
      return about && (event === 'delivered' || (counts && detail.kind === 'avvenuta-consegna'));
    case 'virus':
      return about && VIRUS_EVENTS.has(event);
    case 'non-consegnato':
      return about && (event === 'nondelivery-emitted' || (counts && detail.kind === 'errore-consegna'));
    case 'scaduto':
      return about && event === 'timeout-24h';
    case 'avvisato':
      return about && event === 'timeout-12h';
    case 'preso-in-carico':
      return (
        (about && event === 'take-charge-received') ||
        (COVERING_EVENTS.has(event) && lists(detail.covers, address))
      );
    case 'inoltrato':
      return (
        event === 'envelope-sent' &&
        detail.kind === 'transport-envelope' &&
        (about || lists(detail.recipients, address))
      );
    case 'accettato':
      return event === 'acceptance' && has(recipients, address);
    case 'non-accettato':
      return REFUSALS.has(event) && has(recipients, address);
    case 'ignoto':
      return false;
  }
}

const VIRUS_EVENTS: ReadonlySet<string> = new Set([
  'virus-detected',
  'virus-notice-received',
  'virus-nondelivery-emitted',
]);
const COVERING_EVENTS: ReadonlySet<string> = new Set(['take-charge-emitted', 'envelope-received']);
const REFUSALS: ReadonlySet<string> = new Set(['non-acceptance-formal', 'non-acceptance-virus']);

function has(addresses: readonly string[], address: string): boolean {
  return addresses.some((one) => sameAddress(one, address));
}

/** Of a detail that holds addresses, parted by commas or blanks. */
function lists(text: string | undefined, address: string): boolean {
  return has((text ?? '').split(/[\s,]+/), address);
}
