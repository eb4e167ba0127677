// SPDX-License-Identifier: EUPL-1.2
import type { DraftFacts } from '../../evidence/draft.ts';
import { readReceiptType } from '../../evidence/receipts/receipt-choice.ts';
import { draftTakeCharge } from '../../evidence/receipts/take-charge.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act } from '../../mailroom/steps/step-store.ts';
import type { AuthenticMessage } from '../../trust/signing/verification-result.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { recordAct } from '../records.ts';
import { destinationOf, domainOf, expiryOf } from '../routing.ts';
import type { TakenEnvelope } from '../taken-envelope.ts';
import { addAnomalies } from './anomaly.ts';
import type { IncomingDecision } from './incoming-decision.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import { type Reception, traced } from './reception.ts';

type EnvelopeDecision = Extract<IncomingDecision, { decided: 'envelope' }>;

/** IP-11: take-charge receipt, then the unmodified envelope to the delivery point; one step for all of it. */
export async function takeCharge(
  reception: Reception,
  decision: EnvelopeDecision,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const { message } = reception.transaction;
  const step = new StepDraft().keepBlob(message.blob);
  for (const recipient of decision.duplicates) {
    step.part([
      envelopeRecord(reception, decision, { event: receivedTransitions.receiveAgain.record, recipient }),
    ]);
  }
  if (decision.strangers.length > 0) await addStrangers(step, { reception, decision, options });
  const envelope = takenEnvelope(reception, decision, options);
  const prepared =
    decision.recipients.length === 0
      ? []
      : (
          await Promise.all([
            addTakeCharge(step, { reception, decision, options }),
            addDeliveries(step, { envelope, decision, options }),
          ])
        )[1];
  const outcome = await options.store.commit(step.build());
  await options.delivery.settle(envelope, prepared, outcome);
  return { outcome: 'taken' };
}

interface Work {
  readonly reception: Reception;
  readonly decision: EnvelopeDecision;
  readonly options: IncomingPointOptions;
}

async function addDeliveries(
  step: StepDraft,
  { envelope, decision, options }: Omit<Work, 'reception'> & { readonly envelope: TakenEnvelope },
) {
  step.keep(envelope.delivered);
  return options.delivery.prepare(step, envelope, decision.recipients);
}

/** IP-12, IP-13: one M6 for our recipients of this transaction. */
async function addTakeCharge(step: StepDraft, { reception, decision, options }: Work): Promise<void> {
  const { instant } = reception;
  const { provider, ids, ownDomains, attestation } = options;
  const { data } = decision.envelope;
  const serviceMailbox = serviceMailboxOf(decision.signature, data.sender);
  const facts: DraftFacts = { provider, ids, instant, about: data };
  const receipt = await attestation.attest(
    draftTakeCharge({ ...facts, serviceMailbox, takenInCharge: decision.recipients }),
  );
  step.keep(receipt.composition);
  step.part([
    envelopeRecord(reception, decision, { event: receivedTransitions.takeCharge.record }),
    {
      do: 'enqueue',
      entry: {
        destination: destinationOf(serviceMailbox, ownDomains),
        certified: true,
        reversePath: provider.serviceAddress, // GEN-17
        forwardPaths: [serviceMailbox],
        content: receipt.composition.content.id,
        kind: receipt.kind,
        identifier: data.identifier,
        eightBit: receipt.eightBit,
        createdAt: instant,
        expiresAt: expiryOf(true, instant),
      },
    },
    envelopeRecord(reception, decision, {
      event: receivedTransitions.takeCharge.emits.record,
      generated: [receipt.messageId],
      detail: { covers: decision.recipients.join(' '), to: serviceMailbox },
    }),
  ]);
}

/** IP-27, U-11: whom the certification data do not list gets the envelope as an anomaly, and no receipt. */
async function addStrangers(step: StepDraft, { reception, decision, options }: Work): Promise<void> {
  const { data } = decision.envelope;
  for (const recipient of decision.strangers) {
    if (options.store.findDeliveryOutcome(data.identifier, recipient) !== undefined) continue;
    await addAnomalies(step, {
      reception,
      options,
      recipients: [recipient],
      cause: 'not-listed',
      about: data,
    });
  }
}

function takenEnvelope(
  reception: Reception,
  decision: EnvelopeDecision,
  options: IncomingPointOptions,
): TakenEnvelope {
  const { header, instant } = reception;
  const { message } = reception.transaction;
  const { data, original } = decision.envelope;
  return {
    data,
    requested: readReceiptType(header.first('x-tiporicevuta')?.value),
    to: header.all('to').map((field) => field.value),
    cc: header.all('cc').map((field) => field.value),
    original: { octets: message.octets, index: message.index, part: original },
    delivered: traced(reception, { numbers: options.store, hostname: options.hostname }),
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
  reception: Reception,
  decision: EnvelopeDecision,
  facts: Pick<Parameters<typeof recordAct>[0], 'event' | 'recipient' | 'generated' | 'detail'>,
): Act {
  const { signature } = decision;
  return recordAct({
    ...facts,
    instant: reception.instant,
    about: decision.envelope.data,
    provider: signature.provider.providerName,
    // SIG-15: what the verification rested on.
    detail: {
      ...facts.detail,
      certificate: signature.certificateHash,
      ...(signature.crlNumber !== null && { crl: signature.crlNumber }),
    },
  });
}
