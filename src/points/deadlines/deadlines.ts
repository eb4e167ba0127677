// SPDX-License-Identifier: EUPL-1.2
import type { EmittingProvider } from '../../evidence/draft.ts';
import { draftTimeoutNotice } from '../../evidence/notices/timeout.ts';
import type { MailboxReader } from '../../mailroom/mailboxes/mailbox-store.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Condition, StepStore } from '../../mailroom/steps/step-store.ts';
import type { Submission, Tracking, TrackingReader } from '../../mailroom/tracking/tracking-store.ts';
import type { Clock, Instant } from '../../platform/clock.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import type { Attestation } from '../attestation.ts';
import { trackedTransitions } from '../lifecycle.ts';
import { placeReceipt } from '../placement.ts';
import { emissionActs } from '../records.ts';
import { decideNotices, FIRST_NOTICE_MS, SECOND_NOTICE_MS, type TimeoutNotice } from './deadline-decision.ts';

export interface DeadlinesOptions {
  readonly store: StepStore & MailboxReader & TrackingReader;
  readonly attestation: Attestation;
  readonly provider: EmittingProvider;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: Ids;
  readonly journal: Journal;
  /** How often the recipients are looked through, in milliseconds. */
  readonly lookMs?: number;
}

/** Recipients taken up at a time. */
const BATCH = 100;
const DEFAULT_LOOK_MS = 30_000;

/**
 * The notices of 12 and 24 hours (AP-36 to AP-41). What is due is read from the store each time, so that
 * restarts and clocks that jump change nothing: there is no timer that could be lost.
 */
export class Deadlines implements AsyncDisposable {
  readonly #options: DeadlinesOptions;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = true;
  #cancelTimer: (() => void) | undefined;

  constructor(options: DeadlinesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** Looks now, or once more after the look under way; to be called when the clock was moved. */
  wake(): void {
    if (this.#stopped) return;
    this.#cancelTimer?.();
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#running = this.look()
      .catch((error: unknown) =>
        this.#options.journal.error({ error }, 'the deadlines could not be looked at'),
      )
      .finally(() => {
        this.#running = undefined;
        if (this.#stopped) return;
        const { timers, lookMs = DEFAULT_LOOK_MS } = this.#options;
        this.#cancelTimer = timers.after(this.#again ? 0 : lookMs, () => this.wake());
        this.#again = false;
      });
  }

  /** Sends every notice that is due. Rejects with the Fault that kept the first of them back. */
  async look(): Promise<void> {
    const { store, clock } = this.#options;
    for (;;) {
      const now = clock.now();
      const silent = store.listSilent({
        firstBefore: now - FIRST_NOTICE_MS,
        secondBefore: now - SECOND_NOTICE_MS,
        limit: BATCH,
      });
      await Promise.all(silent.map((tracking) => this.#warn(tracking, now)));
      if (silent.length < BATCH) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#running;
  }

  /** AP-37, AP-38: one step for each notice, so that a crash between the two repeats neither. */
  async #warn(tracking: Tracking, now: Instant): Promise<void> {
    const submission = this.#options.store.findSubmission(tracking.identifier);
    if (submission === undefined) throw new Error(`tracking without submission: ${tracking.identifier}`);
    for (const notice of decideNotices(tracking, now))
      await this.#send(notice, { tracking, submission, now });
  }

  async #send(
    notice: TimeoutNotice,
    about: { readonly tracking: Tracking; readonly submission: Submission; readonly now: Instant },
  ): Promise<void> {
    const { store, attestation, provider, ids } = this.#options;
    const { tracking, submission, now } = about;
    const { identifier, recipient } = tracking;
    const first = notice === 'first';
    const attested = await attestation.attestDelivered(
      draftTimeoutNotice({
        provider,
        ids,
        instant: now,
        about: submission,
        recipient,
        hours: first ? 12 : 24,
      }),
      provider.serviceAddress,
    );
    const mailbox = store.getMailbox(submission.mailbox);
    const transition = first
      ? trackedTransitions.firstDeadlinePasses
      : trackedTransitions.secondDeadlinePasses;
    const acts: Act[] = [
      placeReceipt({ mailbox, content: attested.composition.content.id, instant: now }),
      {
        do: 'mark-tracking',
        identifier,
        recipient,
        ...(first ? { firstNoticeAt: now } : { secondNoticeAt: now }),
      },
      ...emissionActs([attested], {
        event: transition.record,
        instant: now,
        about: submission,
        provider: provider.name,
        recipient,
      }),
    ];
    // What arrived while we were signing stops the notice as if it had come before.
    const open: Condition = first
      ? { is: 'no-tracking-outcome', identifier, recipient, untaken: true }
      : { is: 'no-tracking-outcome', identifier, recipient };
    const step = new StepDraft().keep(attested.composition);
    step.part(acts, [open]);
    passCommitPoint('notice-signed');
    await store.commit(step.build());
    passCommitPoint('notice-committed');
  }
}
