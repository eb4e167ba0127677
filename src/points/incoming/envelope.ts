// SPDX-License-Identifier: EUPL-1.2
import { readReceiptType } from '../../evidence/receipts/receipt-choice.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Condition } from '../../mailroom/steps/step-store.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { receivedTransitions } from '../lifecycle.ts';
import type { TakenEnvelope } from '../taken-envelope.ts';
import { addAnomalies, addLeftOut, anomalyRecipients } from './anomaly.ts';
import { groundsOf } from './authenticity.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import { decideDamaged } from './ordinary-decision.ts';
import { type Reception, traced } from './reception.ts';
import {
  attestTakeCharge,
  type EnvelopeDecision,
  type EnvelopeWork,
  envelopeRecord,
  noneServed,
  type Overtaken,
  takeChargeActs,
  uncoveredBy,
} from './take-charge.ts';

/** IP-11: take-charge receipt, then the unmodified envelope to the delivery point; one step for all of it. */
export async function takeCharge(
  reception: Reception,
  decision: EnvelopeDecision,
  options: IncomingPointOptions,
): Promise<IncomingOutcome | Overtaken> {
  const work: EnvelopeWork = { reception, decision, options };
  const { store, delivery } = options;
  const step = new StepDraft().keepBlob(reception.transaction.message.blob);
  if (decision.recipients.length === 0) {
    addDuplicates(step, work);
    await addStrangers(step, work);
    await store.commit(step.build());
    return { outcome: 'taken' };
  }
  const envelope = takenEnvelope(work);
  const uncovered = { ...work, decision: { ...decision, recipients: uncoveredBy(work) } };
  const [acts, deliveries] = await Promise.all([
    chargeActs(step, uncovered),
    delivery.prepare(envelope, decision.recipients),
  ]);
  // IP-12: one M6 covers each recipient, also when the envelope arrives twice at the same time. What follows
  // happens with it or not at all.
  const part = step.keep(envelope.delivered).part(acts, noneServed(decision));
  const charged = { is: 'part-done', part } as const;
  addDuplicates(step, work, charged);
  await addStrangers(step, work, charged);
  const added = delivery.add(
    step,
    deliveries.map((each) => ({ ...each, onlyIf: [charged, ...each.onlyIf] })),
  );
  const outcome = await store.commit(step.build());
  if (outcome.parts[charged.part]?.done === false) return { outcome: 'overtaken' };
  passCommitPoint('envelope-taken');
  await delivery.settle(envelope, added, outcome);
  return { outcome: 'taken' };
}

/** Without recipients that no M6 covers yet, nothing but the arrival is written down. */
async function chargeActs(step: StepDraft, uncovered: EnvelopeWork): Promise<Act[]> {
  if (uncovered.decision.recipients.length === 0)
    return [envelopeRecord(uncovered, { event: receivedTransitions.receiveAgain.record })];
  const receipt = await attestTakeCharge(uncovered);
  step.keep(receipt.composition);
  return takeChargeActs(uncovered, receipt);
}

/** LOG-1, IP-28: the arrival of what was here already. */
function addDuplicates(step: StepDraft, work: EnvelopeWork, ...onlyIf: readonly Condition[]): void {
  for (const recipient of work.decision.duplicates) {
    step.part([envelopeRecord(work, { event: receivedTransitions.receiveAgain.record, recipient })], onlyIf);
  }
}

/** IP-27, U-11: whom the certification data do not list gets the envelope as an anomaly, and no receipt. */
async function addStrangers(
  step: StepDraft,
  { reception, decision, options }: EnvelopeWork,
  ...onlyIf: readonly Condition[]
): Promise<void> {
  const { data } = decision.envelope;
  const { strangers } = decision;
  if (strangers.length === 0) return;
  const othersServed = decision.recipients.length + decision.duplicates.length > 0;
  const decided = decideDamaged(anomalyRecipients(strangers, reception, options), { othersServed });
  const work = {
    reception,
    options,
    cause: 'not-listed',
    about: data,
    signer: decision.signer,
    onlyIf,
    provider: decision.signature.provider.providerName,
    detail: groundsOf(decision.signature),
  } as const;
  if (decided.decided === 'deliver') await addAnomalies(step, { ...work, mailboxes: decided.mailboxes });
  // The others of the transaction are served, so SMTP has no word for these.
  addLeftOut(step, { ...work, left: decided.decided === 'deliver' ? decided.left : strangers });
}

function takenEnvelope({ reception, decision, options }: EnvelopeWork): TakenEnvelope {
  const { header, instant } = reception;
  const { message } = reception.transaction;
  const { data, original, automatic } = decision.envelope;
  return {
    data,
    signer: decision.signer,
    requested: readReceiptType(header.first('x-tiporicevuta')?.value),
    to: header.all('to').map((field) => field.value),
    cc: header.all('cc').map((field) => field.value),
    original: { octets: message.octets, index: message.index, part: original },
    delivered: traced(reception, message, { numbers: options.store, hostname: options.hostname, automatic }),
    senderProvider: decision.signature.provider.providerName,
    instant,
  };
}
