// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import { draftVirusNonDelivery } from '../../evidence/notices/virus.ts';
import { INBOX, receiptFolder } from '../../mailroom/mailboxes/folders.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Condition } from '../../mailroom/steps/step-store.ts';
import type { TrackingOutcome } from '../../mailroom/tracking/tracking-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { trackedTransitions } from '../lifecycle.ts';
import { recordAct } from '../records.ts';
import type { IncomingDecision } from './incoming-decision.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import { type Reception, traced } from './reception.ts';

type NotificationDecision = Extract<IncomingDecision, { decided: 'notification' }>;

/**
 * IP-18, DP-2: a correct notification goes into the mailbox unmodified and moves the tracking of its
 * recipients (IP-20). The same notification arriving twice is kept once. No M6, no receipt (GEN-16).
 */
export async function receiveNotification(
  reception: Reception,
  decision: NotificationDecision,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const { message, forwardPaths } = reception.transaction;
  const { data } = decision.notification;
  const messageId = reception.header.first('message-id')?.value ?? '';
  const delivered = traced(reception, { numbers: options.store, hostname: options.hostname });
  const step = new StepDraft().keepBlob(message.blob).keep(delivered);
  for (const recipient of forwardPaths) {
    const mailbox = options.store.findMailbox(recipient);
    const key = { identifier: `notification ${messageId}`, recipient };
    const once: Condition[] = messageId === '' ? [] : [{ is: 'no-delivery-outcome', ...key }];
    const acts: Act[] = [
      ...(messageId === '' ? [] : [outcomeAct(key, reception.instant)]),
      ...trackingActs(data, reception.instant),
      ...recordActs(reception, decision, recipient),
    ];
    if (mailbox === undefined) {
      options.journal.error(
        { identifier: data.identifier, recipient },
        'notification for a mailbox that is gone',
      );
      acts.push(undeliverableRecord(reception, decision, recipient));
    } else {
      acts.unshift(appendAct(mailbox, delivered.content.id, reception.instant));
    }
    if (decision.notification.receipt === 'rilevazione-virus') {
      acts.push(...(await tellVirus(step, { reception, decision, options })));
    }
    step.part(acts, once);
  }
  await options.store.commit(step.build());
  return { outcome: 'taken' };
}

/** DP-26: M6 and M8 stay in the service mailbox; receipts never count against a quota. */
function appendAct(mailbox: Mailbox, content: number, instant: Instant): Act {
  return {
    do: 'append',
    mailbox: mailbox.id,
    folder: mailbox.role === 'service' ? INBOX : receiptFolder(mailbox),
    content,
    flags: [],
    receivedAt: instant,
    savedAt: instant,
    counted: false,
  };
}

/** AP-42: by identifier and recipient, never by subject or the client's id. */
function trackingActs(data: CertificationData, instant: Instant): Act[] {
  const { identifier } = data;
  if (data.kind === 'presa-in-carico') {
    return (data.takenInCharge ?? []).map((recipient) => ({
      do: 'mark-tracking',
      identifier,
      recipient,
      takenInChargeAt: instant,
    }));
  }
  const outcome = outcomeOf(data);
  if (outcome === undefined || data.deliveredTo === undefined) return [];
  return [{ do: 'mark-tracking', identifier, recipient: data.deliveredTo, outcome, outcomeAt: instant }];
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
function recordActs(reception: Reception, decision: NotificationDecision, addressee: string): Act[] {
  const { data } = decision.notification;
  const recipients = data.kind === 'presa-in-carico' ? (data.takenInCharge ?? []) : [data.deliveredTo];
  const event =
    data.kind === 'presa-in-carico'
      ? trackedTransitions.takeChargeArrives.record
      : data.kind === 'rilevazione-virus'
        ? trackedTransitions.virusNoticeArrives.record
        : trackedTransitions.receiptArrives.record;
  return recipients.map((recipient) =>
    recordAct({
      event,
      instant: reception.instant,
      about: data,
      provider: decision.signature.provider.providerName,
      ...(recipient !== undefined && { recipient }),
      detail: {
        kind: data.kind,
        addressee,
        emitter: data.provider,
        messageId: reception.header.first('message-id')?.value ?? '',
        certificate: decision.signature.certificateHash,
        ...(data.extendedError !== undefined && { error: data.extendedError }),
      },
    }),
  );
}

function undeliverableRecord(reception: Reception, decision: NotificationDecision, recipient: string): Act {
  return recordAct({
    event: 'notification-undeliverable',
    instant: reception.instant,
    about: decision.notification.data,
    provider: decision.signature.provider.providerName,
    recipient,
  });
}

function outcomeAct(key: { identifier: string; recipient: string }, at: Instant): Act {
  return { do: 'put-delivery-outcome', outcome: { ...key, outcome: 'delivered', at } };
}

/** IP-19: our user learns from us (M9) what the other provider told our service mailbox (M8). */
async function tellVirus(
  step: StepDraft,
  work: { reception: Reception; decision: NotificationDecision; options: IncomingPointOptions },
): Promise<Act[]> {
  const { reception, decision, options } = work;
  const { data } = decision.notification;
  const submission = options.store.findSubmission(data.identifier);
  const tracking = options.store.findTracking(data.identifier, data.deliveredTo ?? '');
  // AP-40: one end for each recipient; only of recipients we sent to.
  if (submission === undefined || tracking === undefined || tracking.outcome !== undefined) return [];
  const { provider, ids, attestation } = options;
  const { instant } = reception;
  const notice = await attestation.attest(
    draftVirusNonDelivery({
      provider,
      ids,
      instant,
      about: submission,
      recipient: tracking.recipient,
      virus: data.extendedError ?? '',
    }),
  );
  step.keep(notice.composition);
  const mailbox = options.store.getMailbox(submission.mailbox);
  return [
    appendAct(mailbox, notice.composition.content.id, instant),
    recordAct({
      event: trackedTransitions.virusNoticeArrives.emits.record,
      instant,
      about: submission,
      provider: provider.name,
      recipient: tracking.recipient,
      generated: [notice.messageId],
    }),
  ];
}
