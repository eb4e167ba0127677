// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage } from '../../evidence/certification-data/certification-data.ts';
import type { EmittingProvider } from '../../evidence/draft.ts';
import { draftNonDelivery } from '../../evidence/notices/non-delivery.ts';
import { receiptFolder } from '../../mailroom/mailboxes/folders.ts';
import type { MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { Refusal } from '../../mailroom/queue/courier.ts';
import type { QueueEntry } from '../../mailroom/queue/queue-store.ts';
import type { RelayEvents } from '../../mailroom/queue/relay-events.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Step } from '../../mailroom/steps/step-store.ts';
import type { Submission, TrackingReader } from '../../mailroom/tracking/tracking-store.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Attestation } from '../attestation.ts';
import { trackedTransitions } from '../lifecycle.ts';
import { recordAct } from '../records.ts';
import { causeOf, type RelayFailure } from './failure-cause.ts';
import type { OrdinaryBounce } from './ordinary-bounce.ts';

export interface DispatchOptions {
  readonly store: MailboxReader & TrackingReader;
  readonly attestation: Attestation;
  readonly provider: EmittingProvider;
  /** Tells our user what an ordinary mail system would tell by a bounce. */
  readonly bounce: OrdinaryBounce;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly journal: Journal;
}

/**
 * What follows when a queue entry leaves the house or fails to: the part of the access point that goes
 * on after acceptance (AP-31 to AP-35). Each call gives what the step that settles the entry must carry.
 */
export class Dispatch implements RelayEvents {
  readonly #options: DispatchOptions;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  /** The peer took the message for these forward paths. */
  async onRelayed(
    entry: QueueEntry,
    accepted: readonly string[],
    peerReply: string | undefined,
  ): Promise<Step> {
    const step = new StepDraft();
    step.part([
      recordAct({
        event: trackedTransitions.relay.record,
        instant: this.#options.clock.now(),
        about: this.#describe(entry),
        provider: this.#options.provider.name,
        generated: [],
        detail: {
          kind: entry.kind,
          to: accepted.join(' '),
          destination: entry.destination,
          reply: oneLine(peerReply ?? ''),
        },
      }),
    ]);
    return step.build();
  }

  /** The peer refused these forward paths for good (AP-34). */
  onRefused(entry: QueueEntry, refusals: readonly Refusal[]): Promise<Step> {
    return this.#fail(entry, refusals);
  }

  /** AP-33: 24 hours are over. */
  onExpired(entry: QueueEntry): Promise<Step> {
    const text = entry.lastError ?? '';
    return this.#fail(
      entry,
      entry.forwardPaths.map((address) => ({ address, code: 0, text, permanent: false })),
    );
  }

  /**
   * A certified recipient's sender gets M13 (AP-34), an ordinary one's what SMTP provides; a notification
   * causes none (GEN-16).
   */
  async #fail(entry: QueueEntry, failures: readonly RelayFailure[]): Promise<Step> {
    const instant = this.#options.clock.now();
    const step = new StepDraft();
    const submission = this.#options.store.findSubmission(entry.identifier);
    if (entry.kind !== 'transport-envelope' || submission === undefined) {
      this.#options.journal.error(
        { identifier: entry.identifier, kind: entry.kind, failures },
        'a notification could not be relayed',
      );
      step.part(failures.map((failure) => this.#failureRecord(entry, failure, 'notification-undeliverable')));
      return step.build();
    }
    await Promise.all(
      failures.map((failure) =>
        entry.certified
          ? this.#tellCertified(step, { entry, failure, submission, instant })
          : this.#tellOrdinary(step, { entry, failure, submission, instant }),
      ),
    );
    return step.build();
  }

  /** AP-34: M13 from the sender's provider. AP-40: not after another end, nor after the second notice. */
  async #tellCertified(step: StepDraft, story: Story): Promise<void> {
    const { entry, failure, submission, instant } = story;
    const tracking = this.#options.store.findTracking(entry.identifier, failure.address);
    const failureRecord = this.#failureRecord(entry, failure, trackedTransitions.relayFails.record);
    if (tracking?.outcome !== undefined || tracking?.secondNoticeAt !== undefined) {
      step.part([failureRecord]);
      return;
    }
    const { provider, ids, attestation } = this.#options;
    const notice = await attestation.attest(
      draftNonDelivery({
        provider,
        ids,
        instant,
        about: submission,
        recipient: failure.address,
        cause: causeOf(failure),
        ...(failure.text !== '' && { detail: failure.text }),
      }),
    );
    step.keep(notice.composition);
    step.part(
      [
        failureRecord,
        this.#append(submission, notice.composition.content.id, instant),
        {
          do: 'mark-tracking',
          identifier: entry.identifier,
          recipient: failure.address,
          outcome: 'not-delivered',
          outcomeAt: instant,
        },
        recordAct({
          event: trackedTransitions.relayFails.emits.record,
          instant,
          about: submission,
          provider: provider.name,
          recipient: failure.address,
          generated: [notice.messageId],
          detail: { cause: causeOf(failure), reply: oneLine(failure.text) },
        }),
      ],
      [{ is: 'no-tracking-outcome', identifier: entry.identifier, recipient: failure.address }],
    );
  }

  /** Spec 4.5: the failure of ordinary mail comes back as ordinary mail, in an anomaly envelope. */
  async #tellOrdinary(step: StepDraft, story: Story): Promise<void> {
    const { entry, failure, submission, instant } = story;
    const bounce = await this.#options.bounce.compose({ submission, failure, instant });
    step.keepBlob(bounce.blob).keep(bounce.attested.composition);
    step.part([
      this.#failureRecord(entry, failure, trackedTransitions.relayFails.record),
      this.#append(submission, bounce.attested.composition.content.id, instant),
    ]);
  }

  #append(submission: Submission, content: number, instant: Instant): Act {
    const mailbox = this.#options.store.getMailbox(submission.mailbox);
    return {
      do: 'append',
      mailbox: mailbox.id,
      folder: receiptFolder(mailbox),
      content,
      flags: [],
      receivedAt: instant,
      savedAt: instant,
      counted: false,
    };
  }

  #failureRecord(
    entry: QueueEntry,
    failure: RelayFailure,
    event: 'smtp-failure' | 'notification-undeliverable',
  ): Act {
    return recordAct({
      event,
      instant: this.#options.clock.now(),
      about: this.#describe(entry),
      provider: this.#options.provider.name,
      recipient: failure.address,
      detail: { kind: entry.kind, code: String(failure.code), reply: oneLine(failure.text) },
    });
  }

  /** What the log says the entry is about: the submission, or the little that the entry itself knows. */
  #describe(entry: QueueEntry): CertifiedMessage {
    return (
      this.#options.store.findSubmission(entry.identifier) ?? {
        identifier: entry.identifier,
        sender: entry.reversePath,
        recipients: entry.forwardPaths.map((address) => ({ address, certified: entry.certified })),
        replyTo: entry.reversePath,
      }
    );
  }
}

interface Story {
  readonly entry: QueueEntry;
  readonly failure: RelayFailure;
  readonly submission: Submission;
  readonly instant: Instant;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').slice(0, 500);
}
