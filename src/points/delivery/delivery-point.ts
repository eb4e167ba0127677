// SPDX-License-Identifier: EUPL-1.2
import type { ReceiptType } from '../../evidence/certification-data/certification-data.ts';
import type { Draft, DraftFacts, EmittingProvider } from '../../evidence/draft.ts';
import { draftNonDelivery } from '../../evidence/notices/non-delivery.ts';
import { draftDelivery } from '../../evidence/receipts/delivery.ts';
import type { NonDeliveryCause } from '../../evidence/wording/errors.ts';
import type { Mailbox, MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Condition, StepOutcome, StepStore } from '../../mailroom/steps/step-store.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Attestation, Attested } from '../attestation.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { placeMail } from '../placement.ts';
import { type EmissionFacts, emissionActs, recordAct } from '../records.ts';
import { destinationOf, expiryOf, type OwnDomains } from '../routing.ts';
import type { AddedDelivery, PreparedDelivery, TakenEnvelope } from '../taken-envelope.ts';
import { type DeliveryDecision, decideDelivery } from './delivery-decision.ts';

export interface DeliveryPointOptions {
  readonly store: StepStore & MailboxReader;
  readonly attestation: Attestation;
  readonly provider: EmittingProvider;
  readonly ownDomains: OwnDomains;
  readonly ids: Ids;
}

/** The delivery point: into the mailbox with a receipt, or back with the reason. */
export class DeliveryPoint {
  readonly #options: DeliveryPointOptions;

  constructor(options: DeliveryPointOptions) {
    this.#options = options;
  }

  /** Decides on each of these recipients and attests their receipts and notices, side by side. */
  prepare(envelope: TakenEnvelope, recipients: readonly string[]): Promise<readonly PreparedDelivery[]> {
    return Promise.all(recipients.map((recipient) => this.#prepareOne(envelope, recipient)));
  }

  /**
   * A part of the step for each: the append with its receipt, or a notice of non-delivery (DP-3: one commit,
   * so there is no receipt without its delivery).
   */
  add(step: StepDraft, prepared: readonly PreparedDelivery[]): readonly AddedDelivery[] {
    return prepared.map(({ recipient, attested, acts, onlyIf }) => {
      step.keep(attested.composition);
      return { recipient, part: step.part(acts, onlyIf) };
    });
  }

  /**
   * Ends what the commit left open. A mailbox that filled up, or was disabled, between decision and commit
   * is a failure like any other; a recipient served meanwhile by another transaction has an outcome already,
   * so that only the arrival is written down (DP-24, IP-28).
   */
  async settle(
    envelope: TakenEnvelope,
    added: readonly AddedDelivery[],
    outcome: StepOutcome,
  ): Promise<void> {
    const step = new StepDraft();
    for (const { recipient, part } of added) {
      const fate = outcome.parts[part];
      if (fate === undefined || fate.done) continue;
      if (fate.failed.is === 'room') await this.#addFailure(step, envelope, recipient);
      else {
        step.part([this.#record(envelope, { event: receivedTransitions.receiveAgain.record, recipient })]);
      }
    }
    const rest = step.build();
    if (rest.parts.length > 0) await this.#options.store.commit(rest);
  }

  async #addFailure(step: StepDraft, envelope: TakenEnvelope, recipient: string): Promise<void> {
    const decision = this.#decide(envelope, recipient);
    // Room that is there again now was not there when it mattered.
    const cause = decision.decided === 'fail' ? decision.cause : 'mailbox-full';
    this.add(step, [await this.#fail(envelope, recipient, cause)]);
  }

  async #prepareOne(envelope: TakenEnvelope, recipient: string): Promise<PreparedDelivery> {
    const decision = this.#decide(envelope, recipient);
    if (decision.decided === 'fail') return this.#fail(envelope, recipient, decision.cause);
    return this.#deliver(envelope, { recipient, mailbox: decision.mailbox, receipt: decision.receipt });
  }

  #decide(envelope: TakenEnvelope, recipient: string): DeliveryDecision {
    const { store } = this.#options;
    const mailbox = store.findMailbox(recipient);
    return decideDelivery(
      {
        recipient,
        requested: envelope.requested,
        to: envelope.to,
        cc: envelope.cc,
        sizeBytes: envelope.delivered.content.size,
      },
      mailbox === undefined ? { usedBytes: 0 } : { mailbox, usedBytes: store.usage(mailbox.id).countedBytes },
    );
  }

  /** DP-2, DP-3, DP-5, DP-10 to DP-12: into the mailbox, and a receipt of the kind asked for. */
  async #deliver(
    envelope: TakenEnvelope,
    to: { readonly recipient: string; readonly mailbox: Mailbox; readonly receipt: ReceiptType },
  ): Promise<PreparedDelivery> {
    const { recipient, mailbox, receipt } = to;
    const { delivered, instant, data } = envelope;
    const attested = await this.#options.attestation.attest(
      await draftDelivery(receipt, {
        ...this.#facts(envelope),
        recipient,
        requested: envelope.requested,
        original: envelope.original,
      }),
    );
    const size = delivered.content.size;
    const acts: Act[] = [
      placeMail({ mailbox, content: delivered.content.id, instant }),
      {
        do: 'put-delivery-outcome',
        outcome: {
          identifier: data.identifier,
          signer: envelope.signer,
          recipient,
          outcome: 'delivered',
          at: instant,
        },
      },
      this.#record(envelope, { event: receivedTransitions.deliver.record, recipient }),
      this.#enqueueAct(envelope, attested),
      ...this.#emission(envelope, {
        attested,
        event: receivedTransitions.deliver.emits.record,
        recipient,
        detail: { form: receipt },
      }),
    ];
    const onlyIf: Condition[] = [
      ...notServed(envelope, recipient),
      { is: 'room', mailbox: mailbox.id, sizeBytes: size },
    ];
    return { recipient, attested, acts, onlyIf };
  }

  /** DP-21, DP-22: one M13 to the original sender. */
  async #fail(
    envelope: TakenEnvelope,
    recipient: string,
    cause: NonDeliveryCause,
  ): Promise<PreparedDelivery> {
    const draft: Draft = draftNonDelivery({ ...this.#facts(envelope), recipient, cause });
    const attested = await this.#options.attestation.attest(draft);
    const acts: Act[] = [
      {
        do: 'put-delivery-outcome',
        outcome: {
          identifier: envelope.data.identifier,
          signer: envelope.signer,
          recipient,
          outcome: 'not-delivered',
          at: envelope.instant,
        },
      },
      this.#enqueueAct(envelope, attested),
      ...this.#emission(envelope, {
        attested,
        event: receivedTransitions.fail.record,
        recipient,
        detail: { cause },
      }),
    ];
    return { recipient, attested, acts, onlyIf: notServed(envelope, recipient) };
  }

  #facts({ data, instant }: TakenEnvelope): DraftFacts {
    const { provider, ids } = this.#options;
    return { provider, ids, instant, about: data };
  }

  #record(envelope: TakenEnvelope, facts: AboutEnvelope): Act {
    return recordAct({ ...facts, ...certifiedOf(envelope) });
  }

  /** The record of a receipt or notice, with its frame. */
  #emission(
    envelope: TakenEnvelope,
    { attested, ...facts }: AboutEnvelope & { readonly attested: Attested },
  ): Act[] {
    return emissionActs([attested], { ...facts, ...certifiedOf(envelope) });
  }

  /** DP-5, GEN-9, GEN-17: to the original sender, from our service address. */
  #enqueueAct({ data, instant }: TakenEnvelope, attested: Attested): Act {
    return {
      do: 'enqueue',
      entry: {
        destination: destinationOf(data.sender, this.#options.ownDomains),
        certified: true,
        reversePath: this.#options.provider.serviceAddress,
        forwardPaths: [data.sender],
        content: attested.composition.content.id,
        kind: attested.kind,
        identifier: data.identifier,
        eightBit: attested.eightBit,
        createdAt: instant,
        expiresAt: expiryOf(true, instant),
      },
    };
  }
}

type AboutEnvelope = Pick<EmissionFacts, 'event' | 'recipient' | 'detail'>;

function certifiedOf({ instant, data, senderProvider }: TakenEnvelope) {
  return { instant, about: data, provider: senderProvider };
}

function notServed({ data, signer }: TakenEnvelope, recipient: string): Condition[] {
  return [{ is: 'no-delivery-outcome', identifier: data.identifier, signer, recipient }];
}
