// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage } from '../../evidence/certification-data/certification-data.ts';
import type { LogReader, LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { EmittingProvider } from '../../evidence/draft.ts';
import { draftNonDelivery } from '../../evidence/notices/non-delivery.ts';
import type { MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { Refusal } from '../../mailroom/queue/courier.ts';
import type { QueueEntry } from '../../mailroom/queue/queue-store.ts';
import type { RelayEvents } from '../../mailroom/queue/relay-events.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Step } from '../../mailroom/steps/step-store.ts';
import type { Submission, TrackingReader } from '../../mailroom/tracking/tracking-store.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Attestation } from '../attestation.ts';
import { receivedTransitions, trackedTransitions } from '../lifecycle.ts';
import { placeReceipt } from '../placement.ts';
import { emissionActs, recordAct } from '../records.ts';
import { causeOf, type RelayFailure } from './failure-cause.ts';
import type { OrdinaryBounce } from './ordinary-bounce.ts';

export interface DispatchOptions {
  readonly store: MailboxReader & TrackingReader & Pick<LogReader, 'recordsAbout'>;
  readonly attestation: Attestation;
  readonly provider: EmittingProvider;
  /** Tells our user what an ordinary mail system would tell by a bounce. */
  readonly bounce: OrdinaryBounce;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly journal: Journal;
}

/** Messages of others whose first record is remembered: more than one notification is relayed about each. */
const RECORDS_KNOWN = 1000;

/**
 * What follows when a queue entry leaves the house or fails to: the part of the access point that goes
 * on after acceptance (AP-31 to AP-35). Each call gives what the step that settles the entry must carry.
 */
export class Dispatch implements RelayEvents {
  readonly #options: DispatchOptions;
  /** By PEC msgid; records never change. */
  readonly #firstRecords = new BoundedMap<string, LogRecord>(RECORDS_KNOWN);

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
        ...this.#subjectOf(entry),
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
    const last = entry.history.at(-1);
    const words = { text: last?.met ?? entry.lastError ?? '', peerSpoke: last?.peerSpoke ?? false };
    return this.#fail(
      entry,
      entry.forwardPaths.map((address) => ({ address, code: 0, permanent: false, ...words })),
    );
  }

  /**
   * A certified recipient's sender gets M13 (AP-34), an ordinary one's what SMTP provides (AP-35); a
   * notification causes none (GEN-16, DP-23).
   */
  async #fail(entry: QueueEntry, failures: readonly RelayFailure[]): Promise<Step> {
    // TIME-1: one instant for all that follows from the failure.
    const instant = this.#options.clock.now();
    const step = new StepDraft();
    const submission = this.#options.store.findSubmission(entry.identifier);
    if (entry.kind !== 'transport-envelope' || submission === undefined) {
      this.#options.journal.error(
        { identifier: entry.identifier, kind: entry.kind, failures },
        'a notification could not be relayed',
      );
      const event = 'notification-undeliverable';
      step.part(failures.map((failure) => this.#failureRecord({ entry, failure, instant }, event)));
      return step.build();
    }
    for (const failure of failures) {
      const story: Story = { entry, failure, submission, instant };
      step.part([this.#failureRecord(story, trackedTransitions.relayFails.record)]);
      await (entry.certified ? this.#tellCertified(step, story) : this.#tellOrdinary(step, story));
    }
    return step.build();
  }

  /** AP-34: M13 from the sender's provider. AP-40: not after another end, nor after the second notice. */
  async #tellCertified(step: StepDraft, story: Story): Promise<void> {
    const { failure, submission, instant } = story;
    const { identifier } = submission;
    const tracking = this.#options.store.findTracking(identifier, failure.address);
    if (tracking?.outcome !== undefined || tracking?.secondNoticeAt !== undefined) return;
    const { provider, ids, attestation } = this.#options;
    const cause = causeOf(failure);
    const notice = await attestation.attestDelivered(
      draftNonDelivery({
        provider,
        ids,
        instant,
        about: submission,
        recipient: failure.address,
        cause,
        ...(failure.peerSpoke && { detail: failure.text }),
      }),
      provider.serviceAddress,
    );
    step.keep(notice.composition);
    step.part(
      [
        this.#append(submission, notice.composition.content.id, instant),
        {
          do: 'mark-tracking',
          identifier,
          recipient: failure.address,
          outcome: 'not-delivered',
          outcomeAt: instant,
        },
        ...emissionActs([notice], {
          event: trackedTransitions.relayFails.emits.record,
          instant,
          about: submission,
          provider: provider.name,
          recipient: failure.address,
          detail: { cause, reply: oneLine(failure.text) },
        }),
      ],
      [{ is: 'no-tracking-outcome', identifier, recipient: failure.address, unexpired: true }],
    );
  }

  /** Spec 4.5: the failure of ordinary mail comes back as ordinary mail, in an anomaly envelope. */
  async #tellOrdinary(step: StepDraft, story: Story): Promise<void> {
    const { failure, submission, instant } = story;
    const { blob, attested } = await this.#options.bounce.compose({ submission, failure, instant });
    step.keepBlob(blob).keep(attested.composition);
    step.part([
      this.#append(submission, attested.composition.content.id, instant),
      ...emissionActs([attested], {
        event: receivedTransitions.wrap.record,
        instant,
        about: submission,
        provider: this.#options.provider.name,
        recipient: failure.address,
        detail: { cause: 'ordinary-bounce' },
      }),
    ]);
  }

  #append(submission: Submission, content: number, instant: Instant): Act {
    const mailbox = this.#options.store.getMailbox(submission.mailbox);
    return placeReceipt({ mailbox, content, instant });
  }

  #failureRecord(
    { entry, failure, instant }: Omit<Story, 'submission'>,
    event: 'smtp-failure' | 'notification-undeliverable',
  ): Act {
    return recordAct({
      event,
      instant,
      ...this.#subjectOf(entry),
      recipient: failure.address,
      detail: { kind: entry.kind, code: String(failure.code), reply: oneLine(failure.text) },
    });
  }

  /**
   * LOG-2: the message that the entry is or is about, and its sender's provider. Of what others sent to us
   * the log itself knows it, since nothing leaves before its record is kept.
   */
  #subjectOf(entry: QueueEntry): { readonly about: CertifiedMessage; readonly provider: string } {
    const { store, provider } = this.#options;
    const submission = store.findSubmission(entry.identifier);
    if (submission !== undefined) return { about: submission, provider: provider.name };
    const record = this.#firstRecordOf(entry.identifier);
    return {
      about: {
        ...(record ?? { sender: entry.reversePath }),
        identifier: entry.identifier,
        recipients: (record?.recipients ?? entry.forwardPaths).map((address) => ({
          address,
          certified: entry.certified,
        })),
        replyTo: '',
      },
      provider: record?.provider ?? '',
    };
  }

  #firstRecordOf(identifier: string): LogRecord | undefined {
    const known = this.#firstRecords.get(identifier);
    if (known !== undefined) return known;
    const [first] = this.#options.store.recordsAbout(identifier);
    if (first !== undefined) this.#firstRecords.set(identifier, first);
    return first;
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
