// SPDX-License-Identifier: EUPL-1.2
import type { ReceiptType } from '../../evidence/certification-data/certification-data.ts';
import type { Draft, DraftFacts, EmittingProvider } from '../../evidence/draft.ts';
import { draftNonDelivery } from '../../evidence/notices/non-delivery.ts';
import { draftDelivery } from '../../evidence/receipts/delivery.ts';
import type { NonDeliveryCause } from '../../evidence/wording/errors.ts';
import { INBOX } from '../../mailroom/mailboxes/folders.ts';
import type { Mailbox, MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Condition, StepOutcome, StepStore } from '../../mailroom/steps/step-store.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Attestation, Attested } from '../attestation.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { recordAct } from '../records.ts';
import { destinationOf, expiryOf, type OwnDomains } from '../routing.ts';
import type { TakenEnvelope } from '../taken-envelope.ts';
import { decideDelivery } from './delivery-decision.ts';

/** A recipient's part of the step; its fate is known after the commit. */
export interface PreparedDelivery {
  readonly recipient: string;
  readonly part: number;
}

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

  /**
   * Adds to a step what delivering to these recipients takes, side by side: for each the append with its
   * receipt, or a notice of non-delivery (DP-3: one commit, so there is no receipt without its delivery).
   */
  async prepare(
    step: StepDraft,
    envelope: TakenEnvelope,
    recipients: readonly string[],
  ): Promise<readonly PreparedDelivery[]> {
    const prepared = await Promise.all(recipients.map((recipient) => this.#prepareOne(envelope, recipient)));
    return prepared.map(({ recipient, attested, acts, onlyIf }) => {
      step.keep(attested.composition);
      return { recipient, part: step.part(acts, onlyIf) };
    });
  }

  /**
   * Sends the notices of those whose mailbox filled up between decision and commit. Recipients served
   * meanwhile by another transaction have their outcome already (DP-24).
   */
  async settle(
    envelope: TakenEnvelope,
    prepared: readonly PreparedDelivery[],
    outcome: StepOutcome,
  ): Promise<void> {
    for (const { recipient, part } of prepared) {
      const done = outcome.parts[part];
      if (done === undefined || done.done || done.failed.is !== 'room') continue;
      const { attested, acts, onlyIf } = await this.#fail(envelope, recipient, 'mailbox-full');
      const step = new StepDraft().keep(attested.composition);
      step.part(acts, onlyIf);
      await this.#options.store.commit(step.build());
    }
  }

  async #prepareOne(envelope: TakenEnvelope, recipient: string) {
    const { store } = this.#options;
    const mailbox = store.findMailbox(recipient);
    const decision = decideDelivery(
      {
        recipient,
        requested: envelope.requested,
        to: envelope.to,
        cc: envelope.cc,
        sizeBytes: envelope.delivered.content.size,
      },
      mailbox === undefined ? { usedBytes: 0 } : { mailbox, usedBytes: store.usage(mailbox.id).countedBytes },
    );
    if (decision.decided === 'fail') return this.#fail(envelope, recipient, decision.cause);
    return this.#deliver(envelope, { recipient, mailbox: decision.mailbox, receipt: decision.receipt });
  }

  /** DP-2, DP-3, DP-5, DP-10 to DP-12: into the mailbox, and a receipt of the kind asked for. */
  async #deliver(
    envelope: TakenEnvelope,
    to: { readonly recipient: string; readonly mailbox: Mailbox; readonly receipt: ReceiptType },
  ) {
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
      {
        do: 'append',
        mailbox: mailbox.id,
        folder: INBOX,
        content: delivered.content.id,
        flags: [],
        receivedAt: instant,
        savedAt: instant,
        counted: true,
      },
      {
        do: 'put-delivery-outcome',
        outcome: { identifier: data.identifier, recipient, outcome: 'delivered', at: instant },
      },
      this.#record(envelope, { event: receivedTransitions.deliver.record, recipient }),
      this.#enqueueAct(envelope, attested),
      this.#record(envelope, {
        event: receivedTransitions.deliver.emits.record,
        recipient,
        generated: [attested.messageId],
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
  async #fail(envelope: TakenEnvelope, recipient: string, cause: NonDeliveryCause) {
    const draft: Draft = draftNonDelivery({ ...this.#facts(envelope), recipient, cause });
    const attested = await this.#options.attestation.attest(draft);
    const acts: Act[] = [
      {
        do: 'put-delivery-outcome',
        outcome: {
          identifier: envelope.data.identifier,
          recipient,
          outcome: 'not-delivered',
          at: envelope.instant,
        },
      },
      this.#enqueueAct(envelope, attested),
      this.#record(envelope, {
        event: receivedTransitions.fail.record,
        recipient,
        generated: [attested.messageId],
        detail: { cause },
      }),
    ];
    return { recipient, attested, acts, onlyIf: notServed(envelope, recipient) };
  }

  #facts({ data, instant }: TakenEnvelope): DraftFacts {
    const { provider, ids } = this.#options;
    return { provider, ids, instant, about: data };
  }

  #record(
    envelope: TakenEnvelope,
    facts: Omit<Parameters<typeof recordAct>[0], 'instant' | 'about' | 'provider'>,
  ): Act {
    return recordAct({
      ...facts,
      instant: envelope.instant,
      about: envelope.data,
      provider: envelope.senderProvider,
    });
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

function notServed({ data }: TakenEnvelope, recipient: string): Condition[] {
  return [{ is: 'no-delivery-outcome', identifier: data.identifier, recipient }];
}
