// SPDX-License-Identifier: EUPL-1.2
import { readReceiptType } from '../../evidence/receipts/receipt-choice.ts';
import { draftTakeCharge } from '../../evidence/receipts/take-charge.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Condition } from '../../mailroom/steps/step-store.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import type { AuthenticMessage } from '../../trust/signing/verification-result.ts';
import type { Attested } from '../attestation.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { recordAct } from '../records.ts';
import { destinationOf, domainOf, expiryOf } from '../routing.ts';
import type { TakenEnvelope } from '../taken-envelope.ts';
import { addAnomalies, addLeftOut, anomalyRecipients } from './anomaly.ts';
import { groundsOf } from './authenticity.ts';
import type { IncomingDecision } from './incoming-decision.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import { decideDamaged } from './ordinary-decision.ts';
import { type Reception, traced } from './reception.ts';

type EnvelopeDecision = Extract<IncomingDecision, { decided: 'envelope' }>;

/** Another arrival of the same envelope was quicker with one of the recipients: nothing was done here. */
export interface Overtaken {
  readonly outcome: 'overtaken';
}

/** IP-11: take-charge receipt, then the unmodified envelope to the delivery point; one step for all of it. */
export async function takeCharge(
  reception: Reception,
  decision: EnvelopeDecision,
  options: IncomingPointOptions,
): Promise<IncomingOutcome | Overtaken> {
  const work: Work = { reception, decision, options };
  const { store, delivery } = options;
  const step = new StepDraft().keepBlob(reception.transaction.message.blob);
  if (decision.recipients.length === 0) {
    addDuplicates(step, work);
    await addStrangers(step, work);
    await store.commit(step.build());
    return { outcome: 'taken' };
  }
  const envelope = takenEnvelope(work);
  const [receipt, deliveries] = await Promise.all([
    attestTakeCharge(work),
    delivery.prepare(envelope, decision.recipients),
  ]);
  // IP-12: one M6 covers each recipient, also when the envelope arrives twice at the same time. What follows
  // happens with it or not at all.
  const charged = {
    is: 'part-done',
    part: addTakeCharge(step.keep(envelope.delivered), { ...work, receipt }),
  } as const;
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

/** LOG-1, IP-28: the arrival of what was here already. */
function addDuplicates(step: StepDraft, work: Work, ...onlyIf: readonly Condition[]): void {
  for (const recipient of work.decision.duplicates) {
    step.part([envelopeRecord(work, { event: receivedTransitions.receiveAgain.record, recipient })], onlyIf);
  }
}

interface Work {
  readonly reception: Reception;
  readonly decision: EnvelopeDecision;
  readonly options: IncomingPointOptions;
}

/** IP-12, IP-13: one M6 for our recipients of this transaction. */
function attestTakeCharge({ reception, decision, options }: Work): Promise<Attested> {
  const { provider, ids, attestation } = options;
  const { envelope, signature, recipients } = decision;
  return attestation.attest(
    draftTakeCharge({
      provider,
      ids,
      instant: reception.instant,
      about: envelope.data,
      serviceMailbox: serviceMailboxOf(signature, envelope.data.sender),
      takenInCharge: recipients,
    }),
  );
}

/** Returns the number of its part, which is left out when one of its recipients was served meanwhile. */
function addTakeCharge(step: StepDraft, work: Work & { readonly receipt: Attested }): number {
  const { reception, decision, options, receipt } = work;
  const { instant } = reception;
  const { data } = decision.envelope;
  const serviceMailbox = serviceMailboxOf(decision.signature, data.sender);
  step.keep(receipt.composition);
  const acts: Act[] = [
    envelopeRecord(work, { event: receivedTransitions.takeCharge.record }),
    {
      do: 'enqueue',
      entry: {
        destination: destinationOf(serviceMailbox, options.ownDomains),
        certified: true,
        reversePath: options.provider.serviceAddress, // GEN-17
        forwardPaths: [serviceMailbox],
        content: receipt.composition.content.id,
        kind: receipt.kind,
        identifier: data.identifier,
        eightBit: receipt.eightBit,
        createdAt: instant,
        expiresAt: expiryOf(true, instant),
      },
    },
    envelopeRecord(work, {
      event: receivedTransitions.takeCharge.emits.record,
      generated: [receipt.messageId],
      detail: { covers: decision.recipients.join(' '), to: serviceMailbox },
    }),
  ];
  const { identifier } = data;
  const { signer } = decision;
  return step.part(
    acts,
    decision.recipients.map((recipient) => ({ is: 'no-delivery-outcome', identifier, signer, recipient })),
  );
}

/** IP-27, U-11: whom the certification data do not list gets the envelope as an anomaly, and no receipt. */
async function addStrangers(
  step: StepDraft,
  { reception, decision, options }: Work,
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

function takenEnvelope({ reception, decision, options }: Work): TakenEnvelope {
  const { header, instant } = reception;
  const { message } = reception.transaction;
  const { data, original } = decision.envelope;
  return {
    data,
    signer: decision.signer,
    requested: readReceiptType(header.first('x-tiporicevuta')?.value),
    to: header.all('to').map((field) => field.value),
    cc: header.all('cc').map((field) => field.value),
    original: { octets: message.octets, index: message.index, part: original },
    delivered: traced(reception, message, { numbers: options.store, hostname: options.hostname }),
    senderProvider: decision.signature.provider.providerName,
    instant,
  };
}

/** IP-11: the service mailbox of the record found; of several that share the certificate, the sender's own. */
function serviceMailboxOf(signature: AuthenticMessage, sender: string): string {
  const owner = signature.owners.find((record) => record.managedDomains.has(domainOf(sender)));
  return (owner ?? signature.provider).mailReceipt;
}

function envelopeRecord(
  { reception, decision }: Work,
  facts: Pick<Parameters<typeof recordAct>[0], 'event' | 'recipient' | 'generated' | 'detail'>,
): Act {
  const { signature } = decision;
  return recordAct({
    ...facts,
    instant: reception.instant,
    about: decision.envelope.data,
    provider: signature.provider.providerName,
    detail: { ...facts.detail, ...groundsOf(signature) },
  });
}
