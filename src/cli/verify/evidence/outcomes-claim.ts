// SPDX-License-Identifier: EUPL-1.2
import { outcomeOf, type RecipientOutcome } from '../../../evidence/evidence-file/outcomes.ts';
import { sameAddress } from '../../../wire/mime/addresses.ts';
import type { ClaimBook } from './claims.ts';
import type { MessageFacts } from './message-claims.ts';
import type { EvidencePackage } from './package-claim.ts';
import type { RecordFacts } from './record-claims.ts';

interface Facts {
  readonly evidence: EvidencePackage;
  readonly messages: readonly MessageFacts[];
  readonly records: ReadonlyMap<number, RecordFacts>;
}

/** Claim `outcomes`: the outcome of each recipient is the highest that a file supports, by the earliest that does. */
export function checkOutcomes(facts: Facts, book: ClaimBook): void {
  checkRecipients(facts, book);
  const { recipients } = facts.evidence.index;
  const messages = facts.messages.map(({ message }) => message);
  const records = [...facts.records.values()];
  for (const [at, recipient] of recipients.entries()) {
    const { address } = recipient;
    if (recipients.findIndex((other) => sameAddress(other.address, address)) !== at)
      book.refute('outcomes', 'recipients-differ', { detail: `${address} is listed twice` });
    const found = outcomeOf(address, { messages, records });
    const { outcome, source, instant } = recipient;
    if (outcome === found.outcome && source === found.source && instant === found.instant) continue;
    const detail = `${address}: ${told(recipient)} in the index, ${told(found)} by the files`;
    book.refute('outcomes', 'outcome-differs', {
      ...(source !== undefined && { file: source }),
      detail,
    });
  }
}

/** The record that a message was accepted, or was not, lists everybody it is for. */
function checkRecipients({ evidence, records }: Facts, book: ClaimBook): void {
  const listed = evidence.index.recipients.map(({ address }) => address);
  const within = (some: readonly string[], others: readonly string[]) =>
    some.every((one) => others.some((other) => sameAddress(one, other)));
  for (const { event, file, recipients } of records.values()) {
    if (!SUBMISSION_EVENTS.has(event)) continue;
    if (within(recipients, listed) && within(listed, recipients)) continue;
    book.refute('outcomes', 'recipients-differ', { file, detail: `it lists ${recipients.join(', ')}` });
  }
}

const SUBMISSION_EVENTS: ReadonlySet<string> = new Set([
  'acceptance',
  'non-acceptance-formal',
  'non-acceptance-virus',
]);

function told(outcome: RecipientOutcome): string {
  const when = outcome.instant === undefined ? '' : ` ${new Date(outcome.instant).toISOString()}`;
  return `${outcome.outcome}${when}${outcome.source === undefined ? '' : ` (${outcome.source})`}`;
}
