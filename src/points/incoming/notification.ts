// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import type { LogEvent } from '../../evidence/certification-log/log-store.ts';
import { draftVirusNonDelivery } from '../../evidence/notices/virus.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Condition } from '../../mailroom/steps/step-store.ts';
import type { TrackingOutcome } from '../../mailroom/tracking/tracking-store.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import { receivedTransitions, trackedTransitions } from '../lifecycle.ts';
import { placeReceipt } from '../placement.ts';
import { emissionActs, NOTIFICATION_KEY, recordAct } from '../records.ts';
import { groundsOf } from './authenticity.ts';
import { type IncomingDecision, manages } from './incoming-decision.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import { type Reception, traced } from './reception.ts';

type NotificationDecision = Extract<IncomingDecision, { decided: 'notification' }>;

interface Work {
  readonly reception: Reception;
  readonly decision: NotificationDecision;
  readonly options: IncomingPointOptions;
}

/**
 * IP-18, DP-2: a correct notification goes into the mailbox unmodified and moves the tracking of its
 * recipients, as far as they are those of the provider that signed it (IP-20). The same notification arriving twice is kept once. No M6, no receipt (GEN-16, DP-4).
 */
export async function receiveNotification(
  reception: Reception,
  decision: NotificationDecision,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const work: Work = { reception, decision, options };
  const { message, forwardPaths } = reception.transaction;
  // RFC 3834 section 5: it is a program's, whatever the provider that made it says.
  const delivered = traced(reception, message, {
    numbers: options.store,
    hostname: options.hostname,
    automatic: true,
  });
  const step = new StepDraft().keepBlob(message.blob).keep(delivered);
  const parts: { readonly addressee: string; readonly part: number }[] = [];
  for (const addressee of forwardPaths) {
    const once = arrivalOf(work, addressee);
    if (decision.notification.receipt === 'rilevazione-virus') await addVirusNotice(step, work, once);
    const acts = [
      ...deliveryActs(work, { addressee, content: delivered.content.id }),
      ...trackingActs(work),
      ...recordActs(work, addressee),
    ];
    parts.push({ addressee, part: step.part([...once.acts, ...acts], once.onlyIf) });
  }
  const outcome = await options.store.commit(step.build());
  passCommitPoint('notification-kept');
  const again = parts.filter(({ part }) => outcome.parts[part]?.done === false);
  if (again.length > 0) await recordAgain(work, again);
  return { outcome: 'taken' };
}

interface Once {
  readonly onlyIf: readonly Condition[];
  readonly acts: readonly Act[];
}

/**
 * What makes a notification count once for each addressee: what its data say, since they are signed. Its
 * Message-ID is not, and RFC 6109 does not ask that two receipts differ in it.
 */
function arrivalOf({ decision, reception }: Work, recipient: string): Once {
  const said = hash('sha256', JSON.stringify(decision.notification.data));
  const key = { identifier: `${NOTIFICATION_KEY}${said}`, signer: decision.signer, recipient };
  return {
    onlyIf: [{ is: 'no-delivery-outcome', ...key }],
    acts: [{ do: 'put-delivery-outcome', outcome: { ...key, outcome: 'delivered', at: reception.instant } }],
  };
}

/** LOG-1: the arrival of what was here already. */
async function recordAgain(work: Work, again: readonly { readonly addressee: string }[]): Promise<void> {
  const step = new StepDraft();
  step.part(
    again.map(({ addressee }) =>
      notificationRecord(work, {
        event: receivedTransitions.receiveAgain.record,
        recipient: addressee,
        detail: { kind: work.decision.notification.receipt },
      }),
    ),
  );
  await work.options.store.commit(step.build());
}

/** Into the mailbox; when it is gone the notification is kept nowhere, and the operator is told. */
function deliveryActs(work: Work, to: { readonly addressee: string; readonly content: number }): Act[] {
  const { reception, decision, options } = work;
  const { addressee, content } = to;
  const mailbox = options.store.findMailbox(addressee);
  if (mailbox !== undefined) return [placeReceipt({ mailbox, content, instant: reception.instant })];
  const { identifier } = decision.notification.data;
  options.journal.error({ identifier, recipient: addressee }, 'notification for a mailbox that is gone');
  return [notificationRecord(work, { event: 'notification-undeliverable', recipient: addressee })];
}

/** AP-42: by identifier and recipient, never by subject or the client's id. */
function trackingActs({ decision, reception }: Work): Act[] {
  const { data } = decision.notification;
  const { identifier } = data;
  const outcome = outcomeOf(data);
  return recipientsOf(data)
    .filter((recipient) => manages(decision.signature, recipient))
    .map((recipient) => ({ do: 'mark-tracking', identifier, recipient }) as const)
    .flatMap((mark): Act[] => {
      if (data.kind === 'presa-in-carico') return [{ ...mark, takenInChargeAt: reception.instant }];
      return outcome === undefined ? [] : [{ ...mark, outcome, outcomeAt: reception.instant }];
    });
}

/** The recipients of our user's message that a notification speaks of. */
function recipientsOf({ kind, takenInCharge = [], deliveredTo }: CertificationData): readonly string[] {
  if (kind === 'presa-in-carico') return takenInCharge;
  return deliveredTo === undefined ? [] : [deliveredTo];
}

function outcomeOf(data: CertificationData): TrackingOutcome | undefined {
  switch (data.kind) {
    case 'avvenuta-consegna':
      return 'delivered';
    case 'errore-consegna':
      return data.error === 'virus' ? 'virus' : 'not-delivered';
    case 'rilevazione-virus':
      return 'virus';
    default:
      return undefined;
  }
}

/** One record for each recipient the notification speaks of (LOG-4). */
function recordActs(work: Work, addressee: string): Act[] {
  const { notification, signature } = work.decision;
  const { data } = notification;
  const recipients = recipientsOf(data);
  return (recipients.length === 0 ? [undefined] : recipients).map((recipient) =>
    notificationRecord(work, {
      event: arrivalEvent(data),
      ...(recipient !== undefined && { recipient }),
      detail: {
        kind: data.kind,
        addressee,
        emitter: data.provider,
        // IP-20: what another says of a recipient is kept and shown, and changes nothing.
        ...(recipient !== undefined && !manages(signature, recipient) && { tracking: 'not-its-domain' }),
        ...(data.extendedError !== undefined && { error: data.extendedError }),
      },
    }),
  );
}

function arrivalEvent({ kind }: CertificationData): LogEvent {
  switch (kind) {
    case 'presa-in-carico':
      return trackedTransitions.takeChargeArrives.record;
    case 'rilevazione-virus':
      return trackedTransitions.virusNoticeArrives.record;
    default:
      return trackedTransitions.receiptArrives.record;
  }
}

/** LOG-2: about the message that the notification is about, which our own user sent. */
function notificationRecord(
  { reception, decision, options }: Work,
  facts: { readonly event: LogEvent; readonly recipient?: string; readonly detail?: Record<string, string> },
): Act {
  const { data } = decision.notification;
  return recordAct({
    ...facts,
    instant: reception.instant,
    about: options.store.findSubmission(data.identifier) ?? data,
    provider: options.provider.name,
    digests: [decision.signature.signedDigest],
    detail: {
      ...facts.detail,
      messageId: reception.header.first('message-id')?.value ?? '',
      ...groundsOf(decision.signature),
    },
  });
}

/**
 * IP-19: our user learns from us (M9) what the other provider told our service mailbox (M8). In a part of
 * its own before the tracking moves: one end for each recipient (AP-40), and only of recipients we sent to.
 */
async function addVirusNotice(step: StepDraft, work: Work, once: Once): Promise<void> {
  const { reception, decision, options } = work;
  const { data } = decision.notification;
  if (data.deliveredTo === undefined || !manages(decision.signature, data.deliveredTo)) return;
  const submission = options.store.findSubmission(data.identifier);
  const tracking = options.store.findTracking(data.identifier, data.deliveredTo);
  if (submission === undefined || tracking === undefined || tracking.outcome !== undefined) return;
  const { provider, ids, attestation } = options;
  const { recipient, identifier } = tracking;
  const { instant } = reception;
  const virus = data.extendedError ?? '';
  const notice = await attestation.attestDelivered(
    draftVirusNonDelivery({ provider, ids, instant, about: submission, recipient, virus }),
    provider.serviceAddress,
  );
  step.keep(notice.composition);
  step.part(
    [
      placeReceipt({
        mailbox: options.store.getMailbox(submission.mailbox),
        content: notice.composition.content.id,
        instant,
      }),
      ...emissionActs([notice], {
        event: trackedTransitions.virusNoticeArrives.emits.record,
        instant,
        about: submission,
        provider: provider.name,
        recipient,
      }),
    ],
    [...once.onlyIf, { is: 'no-tracking-outcome', identifier, recipient }],
  );
}
