// SPDX-License-Identifier: EUPL-1.2
import { draftTakeCharge } from '../../evidence/receipts/take-charge.ts';
import type { Act, Condition } from '../../mailroom/steps/step-store.ts';
import type { AuthenticMessage } from '../../trust/signing/verification-result.ts';
import type { Attested } from '../attestation.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { type EmissionFacts, emissionActs, recordAct } from '../records.ts';
import { destinationOf, domainOf, expiryOf } from '../routing.ts';
import { groundsOf } from './authenticity.ts';
import type { IncomingDecision } from './incoming-decision.ts';
import type { IncomingPointOptions } from './incoming-options.ts';
import type { Reception } from './reception.ts';

const COVERING = receivedTransitions.takeCharge.emits.record;

export type EnvelopeDecision = Extract<IncomingDecision, { decided: 'envelope' }>;

/** Another arrival of the same envelope was quicker with one of the recipients: nothing was done here. */
export interface Overtaken {
  readonly outcome: 'overtaken';
}

/** A correct envelope that arrived. */
export interface EnvelopeWork {
  readonly reception: Reception;
  readonly decision: EnvelopeDecision;
  readonly options: IncomingPointOptions;
}

/** IP-12, IP-13: one M6 for our recipients of this transaction. */
export function attestTakeCharge({ reception, decision, options }: EnvelopeWork): Promise<Attested> {
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

/**
 * IP-12: the recipients that no M6 covers yet. One that is covered and has no outcome is left from a process that
 * died between taking charge and telling that there was no room; the log knows which.
 */
export function uncoveredBy({ decision, options }: EnvelopeWork): readonly string[] {
  const { envelope, signature, recipients } = decision;
  const { providerName } = signature.provider;
  const covered = options.store
    .recordsAbout(envelope.data.identifier)
    .filter(({ event, provider }) => event === COVERING && provider === providerName)
    .flatMap(({ detail }) => detail?.covers?.toLowerCase().split(' ') ?? []);
  return recipients.filter((recipient) => !covered.includes(recipient.toLowerCase()));
}

/** The envelope is here, and its sender's provider is told so. */
export function takeChargeActs(work: EnvelopeWork, receipt: Attested): Act[] {
  const { decision } = work;
  const to = serviceMailboxOf(decision.signature, decision.envelope.data.sender);
  return [
    envelopeRecord(work, { event: receivedTransitions.takeCharge.record }),
    tellProviderAct(work, receipt),
    ...envelopeEmission(work, {
      attested: receipt,
      event: receivedTransitions.takeCharge.emits.record,
      detail: { covers: decision.recipients.join(' '), to },
    }),
  ];
}

/** IP-28: none of these recipients was served meanwhile. */
export function noneServed({ envelope, signer, recipients }: EnvelopeDecision): Condition[] {
  const { identifier } = envelope.data;
  return recipients.map((recipient) => ({ is: 'no-delivery-outcome', identifier, signer, recipient }));
}

/** GEN-9, GEN-17: M6 and M8 go to the service mailbox of the sender's provider, from our service address. */
export function tellProviderAct(work: EnvelopeWork, attested: Attested): Act {
  const { reception, decision, options } = work;
  const { data } = decision.envelope;
  const serviceMailbox = serviceMailboxOf(decision.signature, data.sender);
  return {
    do: 'enqueue',
    entry: {
      destination: destinationOf(serviceMailbox, options.ownDomains),
      certified: true,
      reversePath: options.provider.serviceAddress,
      forwardPaths: [serviceMailbox],
      content: attested.composition.content.id,
      kind: attested.kind,
      identifier: data.identifier,
      eightBit: attested.eightBit,
      createdAt: reception.instant,
      expiresAt: expiryOf(true, reception.instant),
    },
  };
}

/** IP-11: the service mailbox of the record found; of several that share the certificate, the sender's own. */
export function serviceMailboxOf(signature: AuthenticMessage, sender: string): string {
  const owner = signature.owners.find((record) => record.managedDomains.has(domainOf(sender)));
  return (owner ?? signature.provider).mailReceipt;
}

type EnvelopeFacts = Pick<EmissionFacts, 'event' | 'recipient' | 'detail'>;

export function envelopeRecord(work: EnvelopeWork, facts: EnvelopeFacts): Act {
  const digests = [work.decision.signature.signedDigest];
  return recordAct({ ...aboutEnvelope(work, facts), digests });
}

/** The record of what was generated about the envelope, with its frame. */
export function envelopeEmission(
  work: EnvelopeWork,
  facts: EnvelopeFacts & { readonly attested: Attested },
): Act[] {
  const { attested, ...told } = facts;
  return emissionActs([attested], aboutEnvelope(work, told));
}

function aboutEnvelope({ reception, decision }: EnvelopeWork, facts: EnvelopeFacts): EmissionFacts {
  const { signature } = decision;
  return {
    ...facts,
    instant: reception.instant,
    about: decision.envelope.data,
    provider: signature.provider.providerName,
    detail: { ...facts.detail, ...groundsOf(signature) },
  };
}
