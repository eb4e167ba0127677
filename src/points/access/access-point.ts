// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage, ReceiptType } from '../../evidence/certification-data/certification-data.ts';
import type { Draft, DraftFacts, EmittingProvider } from '../../evidence/draft.ts';
import { draftTransportEnvelope } from '../../evidence/envelopes/transport-envelope.ts';
import { newIdentifier } from '../../evidence/identifiers.ts';
import { draftNonAcceptance } from '../../evidence/notices/non-acceptance.ts';
import { draftNonAcceptanceForVirus } from '../../evidence/notices/virus.ts';
import { draftAcceptance } from '../../evidence/receipts/acceptance.ts';
import { refusalText } from '../../evidence/wording/refusals.ts';
import { KEPT_RUN_FROM_BYTES } from '../../mailroom/contents/kept-run.ts';
import type { SpooledMessage } from '../../mailroom/contents/spool.ts';
import type { Mailbox, MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, StepStore } from '../../mailroom/steps/step-store.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Scanned } from '../../trust/antivirus/scanner.ts';
import type { AttachmentInspector } from '../../trust/attachments/attachment-inspector.ts';
import type { ProviderDirectory } from '../../trust/provider-directory/provider-directory.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import type { Attestation, Attested } from '../attestation.ts';
import { type CertificationGate, requireOpenGate } from '../certification-gate.ts';
import { messageTransitions } from '../lifecycle.ts';
import { placeReceipt } from '../placement.ts';
import { quarantineAct } from '../quarantining.ts';
import { emissionActs } from '../records.ts';
import { domainOf, eachOnce, expiryOf, groupByDestination, type OwnDomains } from '../routing.ts';
import { type AccessDecision, decideAccess } from './access-decision.ts';
import type { FormalLimits } from './formal-checks.ts';

/** A message handed in by an authenticated user of ours (AP-2). */
export interface SubmittedMessage {
  /** The mailbox the user is logged in to; the reverse path is its address (AP-3). */
  readonly mailbox: Mailbox;
  readonly reversePath: string;
  /** At least one. */
  readonly forwardPaths: readonly string[];
  readonly message: Scanned<SpooledMessage>;
}

export type SubmissionOutcome =
  /** M1 is in the sender's mailbox, M4 is on its way. */
  | { readonly outcome: 'accepted'; readonly identifier: string }
  /** M2, or M3, is in the sender's mailbox and says why (AP-16, U-8: SMTP answers 250 all the same). */
  | { readonly outcome: 'not-accepted'; readonly identifier: string; readonly reason: string }
  /** Nothing was decided about the message: its sender may not submit any more. */
  | { readonly outcome: 'refused'; readonly reason: 'mailbox-disabled'; readonly text: string };

export interface AccessPointOptions {
  readonly store: StepStore & Pick<MailboxReader, 'findMailbox'>;
  readonly attestation: Attestation;
  readonly directory: ProviderDirectory;
  readonly provider: EmittingProvider;
  readonly ownDomains: OwnDomains;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: FormalLimits;
  readonly attachments: AttachmentInspector;
  readonly gate: CertificationGate;
}

/** Addresses that one record names besides the recipients. */
const MAX_LISTED = 50;

type Acceptance = Extract<AccessDecision, { decided: 'accept' }>;
type Refusal = Extract<AccessDecision, { decided: 'refuse' }>;

/** What one submission works on. */
interface Case {
  readonly submitted: SubmittedMessage;
  readonly about: CertifiedMessage;
  readonly facts: DraftFacts;
  readonly instant: Instant;
}

/** The access point: from our user into the certified circuit, or back with the reason. */
export class AccessPoint {
  readonly #options: AccessPointOptions;

  constructor(options: AccessPointOptions) {
    this.#options = options;
  }

  /**
   * Decides on a submission and carries the decision out in one step. When it resolves, receipt or
   * notice, envelope, queue and log are on stable storage (AP-21). Throws a Fault when nothing was
   * done; the message can then be submitted again, but for `foreign-reverse-path` (AP-3). The octets
   * stay the caller's to discard.
   */
  async submit(submitted: SubmittedMessage): Promise<SubmissionOutcome> {
    const { provider, clock, ids, directory, limits } = this.#options;
    requireOpenGate(this.#options.gate);
    refuseForeign(submitted);
    // A session may outlive the right to it (AP-2).
    if (this.#options.store.findMailbox(submitted.mailbox.address)?.status !== 'active') {
      return { outcome: 'refused', reason: 'mailbox-disabled', text: 'the mailbox is disabled' };
    }
    // TIME-1, AP-20: one instant for everything this transaction makes.
    const instant = clock.now();
    const snapshot = directory.current;
    const { message, reversePath } = submitted;
    // A recipient named twice in the dialogue is one recipient (DP-5: one receipt each).
    const forwardPaths = eachOnce(submitted.forwardPaths);
    // What carries a virus is not unpacked.
    const attachment =
      message.scan.verdict === 'infected' ? undefined : await this.#options.attachments.inspect(message);
    const decision = decideAccess(
      {
        header: parseHeader(message.header),
        index: message.index,
        sizeBytes: message.size,
        reversePath,
        forwardPaths,
      },
      {
        identifier: newIdentifier(ids, provider), // AP-4, AP-5
        limits,
        ...(attachment !== undefined && { attachment }),
        scan: message.scan,
        isCertifiedDomain: (domain) => snapshot.findByDomain(domain) !== undefined,
      },
    );
    const { about } = decision;
    const facts: DraftFacts = { provider, ids, instant, about };
    const work: Case = { submitted, about, facts, instant };
    switch (decision.decided) {
      case 'refuse':
        return this.#refuse(work, decision);
      case 'infected':
        return this.#refuseInfected(work, decision.virus);
      case 'accept':
        return this.#accept(work, decision);
    }
  }

  /** AP-19: one M1, one M4; with them everything that is needed to relay, to track and to prove. */
  async #accept(work: Case, { receiptType, unserved }: Acceptance): Promise<SubmissionOutcome> {
    const { facts, about, submitted, instant } = work;
    const { message } = submitted;
    const original = { octets: message.octets, index: message.index, header: message.header };
    const [receipt, envelope] = await Promise.all([
      this.#attestForSender(draftAcceptance(facts)),
      this.#options.attestation.attest(draftTransportEnvelope({ ...facts, receiptType, original })),
    ]);
    const step = new StepDraft().keepBlob(message.blob).keep(receipt.composition).keep(envelope.composition);
    step.part([
      this.#place(work, receipt),
      { do: 'put-submission', submission: submissionOf(work, receiptType) },
      ...this.#trackActs(work, { receiptType, envelope }),
      ...this.#enqueueActs(work, envelope),
      ...emissionActs([receipt, envelope], {
        event: messageTransitions.accept.record,
        instant,
        about,
        provider: facts.provider.name,
        detail: {
          size: String(message.size),
          sha256: message.blob.sha256.toString('hex'),
          ...(unserved.length > 0 && { unserved: listed(unserved) }),
        },
      }),
    ]);
    await this.#options.store.commit(step.build());
    return { outcome: 'accepted', identifier: about.identifier };
  }

  /** AP-14: nothing enters the circuit, the sender gets M2 and nobody else does (SEC-15). */
  async #refuse(work: Case, { failures, virus }: Refusal): Promise<SubmissionOutcome> {
    const { facts, about, instant } = work;
    const error = failures.map(({ problem, about: value }) => refusalText(problem, value)).join('; ');
    const notice = await this.#attestForSender(draftNonAcceptance({ ...facts, error }));
    const step = new StepDraft().keep(notice.composition);
    step.part([
      this.#place(work, notice),
      ...(virus === undefined ? [] : [this.#quarantine(step, work, virus)]),
      ...emissionActs([notice], {
        event: messageTransitions.refuse.record,
        instant,
        about,
        provider: facts.provider.name,
        detail: {
          problems: failures.map(({ problem }) => problem).join(' '),
          error,
          ...(virus !== undefined && { virus }),
        },
      }),
    ]);
    await this.#options.store.commit(step.build());
    return { outcome: 'not-accepted', identifier: about.identifier, reason: error };
  }

  /** AP-17: M3 and nothing else; the message is kept as it came (LOG-9). */
  async #refuseInfected(work: Case, virus: string): Promise<SubmissionOutcome> {
    const { facts, about, submitted, instant } = work;
    const { message } = submitted;
    const notice = await this.#attestForSender(draftNonAcceptanceForVirus({ ...facts, virus }));
    const step = new StepDraft().keep(notice.composition);
    step.part([
      this.#place(work, notice),
      this.#quarantine(step, work, virus),
      ...emissionActs([notice], {
        event: messageTransitions.refuseForVirus.record,
        instant,
        about,
        provider: facts.provider.name,
        detail: { virus, size: String(message.size), sha256: message.blob.sha256.toString('hex') },
      }),
    ]);
    await this.#options.store.commit(step.build());
    return { outcome: 'not-accepted', identifier: about.identifier, reason: virus };
  }

  #quarantine(step: StepDraft, { about, facts, submitted, instant }: Case, virus: string): Act {
    return quarantineAct(
      step,
      {
        message: submitted.message,
        at: instant,
        virus,
        kind: 'submission',
        identifier: about.identifier,
        sender: about.sender,
        recipients: about.recipients.map(({ address }) => address),
        provider: facts.provider.name,
      },
      this.#options.store,
    );
  }

  /** GEN-17: what we tell our own user comes from the service address. */
  #attestForSender(draft: Draft): Promise<Attested> {
    const { attestation, provider } = this.#options;
    return attestation.attestDelivered(draft, provider.serviceAddress);
  }

  /** GEN-9: receipts and notices go to the submission's reverse path, which is the sender's own mailbox. */
  #place({ submitted, instant }: Case, attested: Attested): Act {
    const { content } = attested.composition;
    return placeReceipt({ mailbox: submitted.mailbox, content: content.id, instant });
  }

  /**
   * AP-36: the time of each certified recipient counts from acceptance; AP-35: of no other. What a complete receipt
   * brings back from elsewhere stays for it, when it is large.
   */
  #trackActs(
    { about, submitted, instant }: Case,
    { receiptType, envelope }: { readonly receiptType: ReceiptType; readonly envelope: Attested },
  ): Act[] {
    const returns = receiptType === 'completa' && submitted.message.size >= KEPT_RUN_FROM_BYTES;
    return about.recipients
      .filter((recipient) => recipient.certified)
      .map(({ address }) => ({
        do: 'track',
        tracking: { identifier: about.identifier, recipient: address, dispatchedAt: instant },
        ...(returns &&
          !this.#options.ownDomains.has(domainOf(address)) && {
            envelope: envelope.composition.content.id,
          }),
      }));
  }

  /** AP-31: the submission's own reverse and forward paths, one transaction per destination. */
  #enqueueActs({ about, instant }: Case, envelope: Attested): Act[] {
    return groupByDestination(about.recipients, this.#options.ownDomains).map((destination) => ({
      do: 'enqueue',
      entry: {
        destination: destination.name,
        certified: destination.certified,
        reversePath: about.sender,
        forwardPaths: destination.addresses,
        content: envelope.composition.content.id,
        kind: envelope.kind,
        identifier: about.identifier,
        eightBit: envelope.eightBit,
        createdAt: instant,
        expiresAt: expiryOf(destination.certified, instant),
      },
    }));
  }
}

/**
 * AP-3, SEC-15: whatever door the message came by, receipts and notices go to its sender, so nobody sends
 * as somebody else.
 */
function refuseForeign({ mailbox, reversePath }: SubmittedMessage): void {
  if (sameAddress(mailbox.address, reversePath)) return;
  throw new Fault('foreign-reverse-path', 'the reverse path is not the address of the mailbox', {
    temporary: false,
  });
}

/** AP-10, U-7: whom the header names and nothing was sent to, for the log. */
function listed(addresses: readonly string[]): string {
  const rest = addresses.length - MAX_LISTED;
  return addresses.slice(0, MAX_LISTED).join(' ') + (rest > 0 ? ` and ${rest} more` : '');
}

function submissionOf({ submitted, about, instant }: Case, receiptType: ReceiptType) {
  return { ...about, mailbox: submitted.mailbox.id, receiptType, acceptedAt: instant };
}
