// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage } from '../../evidence/certification-data/certification-data.ts';
import { draftAnomalyEnvelope } from '../../evidence/envelopes/anomaly-envelope.ts';
import { type AnomalyCause, anomalyText } from '../../evidence/wording/anomalies.ts';
import { INBOX } from '../../mailroom/mailboxes/folders.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act } from '../../mailroom/steps/step-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { decodeWords } from '../../wire/mime/encoded-words.ts';
import { parseMessageId } from '../../wire/mime/message-ids.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { recordAct } from '../records.ts';
import type { IncomingDecision } from './incoming-decision.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import { decideDamaged, decideOrdinary, type OrdinaryRecipient } from './ordinary-decision.ts';
import type { Reception } from './reception.ts';

/** What M7 adds on top of what it carries, generously: to judge whether there is room. */
const WRAPPING_BYTES = 16 * 1024;

/** Ordinary mail: refused, wrapped or discarded, never delivered bare (IP-22). */
export async function wrapOrdinary(
  reception: Reception,
  { failure, cause }: Extract<IncomingDecision, { decided: 'ordinary' }>,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const decision = decideOrdinary(ordinaryRecipients(reception, options), options.ordinaryMail);
  const about = describeOrdinary(reception);
  const detail = { failed: failure.failed, reason: failure.reason, peer: reception.transaction.peer.address };
  const facts = { instant: reception.instant, about, provider: '' };
  const step = new StepDraft();
  switch (decision.decided) {
    case 'refuse':
      step.part([
        recordAct({
          ...facts,
          event: 'ordinary-refused',
          detail: { ...detail, reply: decision.refusal.text },
        }),
      ]);
      await options.store.commit(step.build());
      return { outcome: 'refused', ...decision.refusal };
    case 'discard':
      step.part([recordAct({ ...facts, event: 'ordinary-discarded', detail })]);
      await options.store.commit(step.build());
      return { outcome: 'taken' };
    case 'deliver': {
      const recipients = decision.mailboxes.map((mailbox) => mailbox.address);
      await addAnomalies(step, { reception, options, recipients, cause, about, detail });
      await options.store.commit(step.build());
      return { outcome: 'taken' };
    }
  }
}

/** Certified mail that is not in order: propagated all the same (IP-10, IP-26), with no M6 and no receipt. */
export async function wrapDamaged(
  reception: Reception,
  { cause, detail: defect, signature }: Extract<IncomingDecision, { decided: 'damaged' }>,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const decision = decideDamaged(ordinaryRecipients(reception, options));
  const about = describeOrdinary(reception);
  const detail = { defect, certificate: signature.certificateHash };
  const step = new StepDraft();
  if (decision.decided !== 'deliver') {
    const refusal = decision.decided === 'refuse' ? decision.refusal : undefined;
    step.part([
      recordAct({ event: 'ordinary-refused', instant: reception.instant, about, provider: '', detail }),
    ]);
    await options.store.commit(step.build());
    return refusal === undefined ? { outcome: 'taken' } : { outcome: 'refused', ...refusal };
  }
  const recipients = decision.mailboxes.map((mailbox) => mailbox.address);
  await addAnomalies(step, { reception, options, recipients, cause, about, detail });
  await options.store.commit(step.build());
  return { outcome: 'taken' };
}

export interface AnomalyWork {
  readonly reception: Reception;
  readonly options: IncomingPointOptions;
  /** Addresses whose mailboxes get the envelope; those without a mailbox are left out. */
  readonly recipients: readonly string[];
  readonly cause: AnomalyCause;
  readonly about: CertifiedMessage;
  readonly detail?: Readonly<Record<string, string>>;
}

/** IP-23, IP-24, IP-25: M7 into the mailboxes, and nothing back to anybody. */
export async function addAnomalies(step: StepDraft, work: AnomalyWork): Promise<void> {
  const { reception, options, recipients, cause, about } = work;
  const { instant, transaction } = reception;
  const { message } = transaction;
  const { provider, ids } = options;
  const mailboxes = recipients
    .map((address) => options.store.findMailbox(address))
    .filter((mailbox): mailbox is Mailbox => mailbox !== undefined && mailbox.role === 'user');
  if (mailboxes.length === 0) return;
  const attested = await options.attestation.attest(
    draftAnomalyEnvelope({
      provider,
      ids,
      instant,
      sender: transaction.reversePath,
      recipients: transaction.forwardPaths,
      received: { octets: message.octets, index: message.index, header: message.header },
      error: anomalyText(cause),
    }),
  );
  step.keepBlob(message.blob).keep(attested.composition);
  step.part(
    mailboxes.flatMap((mailbox): Act[] => [
      {
        do: 'append',
        mailbox: mailbox.id,
        folder: INBOX,
        content: attested.composition.content.id,
        flags: [],
        receivedAt: instant,
        savedAt: instant,
        counted: true,
      },
      // IP-28: an envelope that comes again is not wrapped again.
      ...(about.identifier === '' ? [] : [outcomeAct(about.identifier, mailbox.address, instant)]),
      recordAct({
        event: receivedTransitions.wrap.record,
        instant,
        about,
        provider: '',
        recipient: mailbox.address,
        generated: [attested.messageId],
        detail: { ...work.detail, cause },
      }),
    ]),
  );
}

function outcomeAct(identifier: string, recipient: string, at: Instant): Act {
  return { do: 'put-delivery-outcome', outcome: { identifier, recipient, outcome: 'anomaly', at } };
}

function ordinaryRecipients(reception: Reception, options: IncomingPointOptions): OrdinaryRecipient[] {
  const { forwardPaths, message } = reception.transaction;
  const { store } = options;
  return forwardPaths.map((address) => {
    const mailbox = store.findMailbox(address);
    if (mailbox === undefined) return { address, hasRoom: false };
    const used = store.usage(mailbox.id).countedBytes;
    return { address, mailbox, hasRoom: used + message.size + WRAPPING_BYTES <= mailbox.quotaBytes };
  });
}

/** For the log: what the SMTP dialogue and the header say; nothing of it is certified. */
function describeOrdinary({ header, transaction }: Reception): CertifiedMessage {
  const subject = header.first('subject');
  const messageId = parseMessageId(header.first('message-id')?.value ?? '');
  return {
    identifier: '',
    sender: transaction.reversePath,
    recipients: transaction.forwardPaths.map((address) => ({ address, certified: true })),
    replyTo: transaction.reversePath,
    ...(subject !== undefined && { subject: decodeWords(subject.value) }),
    ...(messageId !== undefined && { messageId: `<${messageId}>` }),
  };
}
