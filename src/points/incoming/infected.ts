// SPDX-License-Identifier: EUPL-1.2
import { draftVirusDetection } from '../../evidence/notices/virus.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act } from '../../mailroom/steps/step-store.ts';
import type { AttachmentFinding } from '../../trust/attachments/attachment-inspector.ts';
import type { Attested } from '../attestation.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { quarantineAct } from '../quarantining.ts';
import { recordAct } from '../records.ts';
import { groundsOf } from './authenticity.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import type { InfectedDecision } from './infected-decision.ts';
import { describe } from './ordinary.ts';
import type { Reception } from './reception.ts';
import {
  attestTakeCharge,
  type EnvelopeWork,
  envelopeEmission,
  envelopeRecord,
  noneServed,
  type Overtaken,
  serviceMailboxOf,
  takeChargeActs,
  tellProviderAct,
} from './take-charge.ts';

type Infected<Kind extends InfectedDecision['decided']> = Extract<InfectedDecision, { decided: Kind }>;

/** Carries out what was decided about a message with a virus, in one step. */
export function receiveInfected(
  reception: Reception,
  decision: InfectedDecision,
  options: IncomingPointOptions,
): Promise<IncomingOutcome | Overtaken> {
  switch (decision.decided) {
    case 'infected-envelope':
      return receiveEnvelope({ reception, decision: decision.envelope, options }, decision.virus);
    case 'infected-certified':
      return receiveCertified(reception, decision, options);
    case 'infected-ordinary':
      return refuseOrdinary(reception, decision, options);
  }
}

/** IP-16, IP-17: taken in charge, told recipient by recipient, kept, and delivered to nobody. */
async function receiveEnvelope(work: EnvelopeWork, virus: string): Promise<IncomingOutcome | Overtaken> {
  const { decision, options } = work;
  const { recipients, strangers, duplicates } = decision;
  const step = new StepDraft();
  const again = duplicates.map((recipient) =>
    envelopeRecord(work, { event: receivedTransitions.receiveAgain.record, recipient }),
  );
  if (recipients.length + strangers.length === 0) {
    step.part(again);
    await options.store.commit(step.build());
    return { outcome: 'taken' };
  }
  const acts: Act[] = [...again];
  if (recipients.length > 0) {
    const receipt = await attestTakeCharge(work);
    step.keep(receipt.composition);
    acts.push(...takeChargeActs(work, receipt));
  }
  acts.push(envelopeQuarantineAct(step, work, virus));
  for (const recipient of recipients) acts.push(...(await toldActs(step, work, { recipient, virus })));
  // U-11: whom the data do not list is owed no notification.
  for (const recipient of strangers) acts.push(detectionRecord(work, { recipient, virus }));
  // IP-28: all of it once, also when the envelope arrives twice at the same time.
  const part = step.part(acts, noneServed(decision));
  const outcome = await options.store.commit(step.build());
  return { outcome: outcome.parts[part]?.done === false ? 'overtaken' : 'taken' };
}

/** U-15: what the law is silent about is kept and written down; M8 goes out where the data can be read. */
async function receiveCertified(
  reception: Reception,
  { virus, kind, signature, envelope }: Infected<'infected-certified'>,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const { transaction, instant } = reception;
  const about = envelope?.envelope.data ?? describe(reception);
  const provider = signature.provider.providerName;
  const step = new StepDraft();
  const acts: Act[] = [
    quarantineAct(
      step,
      {
        message: transaction.message,
        at: instant,
        virus,
        kind,
        identifier: about.identifier,
        sender: about.sender,
        recipients: transaction.forwardPaths,
        provider,
      },
      options.store,
    ),
  ];
  const listed = new Set(
    envelope?.envelope.data.recipients.map(({ address }) => address.toLowerCase()) ?? [],
  );
  for (const recipient of transaction.forwardPaths) {
    if (envelope !== undefined && listed.has(recipient.toLowerCase())) {
      const work = { reception, decision: envelope, options };
      const notice = await attestDetection(work, { recipient, virus });
      step.keep(notice.composition);
      acts.push(tellProviderAct(work, notice), ...detectionActs(work, { recipient, virus, notice }));
      continue;
    }
    const detail = { virus, kind, ...groundsOf(signature) };
    acts.push(
      recordAct({ event: receivedTransitions.findVirus.record, instant, about, provider, recipient, detail }),
    );
  }
  step.part(acts);
  await options.store.commit(step.build());
  return { outcome: 'taken' };
}

/** IP-21: its sender is told by SMTP, and nobody else by anything. */
async function refuseOrdinary(
  reception: Reception,
  { virus }: Infected<'infected-ordinary'>,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  return refuse(reception, options, { text: `the message carries a virus: ${virus}`, detail: { virus } });
}

/** Ordinary mail with an attachment that this provider does not take: as with a virus. */
export function refuseAttachment(
  reception: Reception,
  { problem, name }: AttachmentFinding,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const text = 'attachments of this kind are not taken';
  return refuse(reception, options, { text, detail: { problem, attachment: name } });
}

async function refuse(
  reception: Reception,
  options: IncomingPointOptions,
  { text, detail }: { readonly text: string; readonly detail: Readonly<Record<string, string>> },
): Promise<IncomingOutcome> {
  const refusal = { code: 550, enhanced: '5.7.1', text } as const;
  const step = new StepDraft();
  step.part([
    recordAct({
      event: 'ordinary-refused',
      instant: reception.instant,
      about: describe(reception),
      provider: '',
      detail: {
        ...detail,
        peer: reception.transaction.peer.address,
        reply: `${refusal.code} ${refusal.enhanced} ${refusal.text}`,
      },
    }),
  ]);
  await options.store.commit(step.build());
  return { outcome: 'refused', ...refusal };
}

interface Detection {
  readonly recipient: string;
  readonly virus: string;
}

/** IP-16: one M8 for a recipient, who has an outcome now. */
async function toldActs(step: StepDraft, work: EnvelopeWork, found: Detection): Promise<Act[]> {
  const { decision, reception } = work;
  const { identifier } = decision.envelope.data;
  const notice = await attestDetection(work, found);
  step.keep(notice.composition);
  return [
    {
      do: 'put-delivery-outcome',
      outcome: {
        identifier,
        signer: decision.signer,
        recipient: found.recipient,
        outcome: 'virus',
        at: reception.instant,
      },
    },
    tellProviderAct(work, notice),
    ...detectionActs(work, { ...found, notice }),
  ];
}

function attestDetection(
  { reception, decision, options }: EnvelopeWork,
  found: Detection,
): Promise<Attested> {
  const { provider, ids, attestation } = options;
  const { data } = decision.envelope;
  const serviceMailbox = serviceMailboxOf(decision.signature, data.sender);
  return attestation.attest(
    draftVirusDetection({
      provider,
      ids,
      instant: reception.instant,
      about: data,
      serviceMailbox,
      ...found,
    }),
  );
}

function detectionRecord(work: EnvelopeWork, { recipient, virus }: Detection): Act {
  return envelopeRecord(work, {
    event: receivedTransitions.findVirus.record,
    recipient,
    detail: { virus },
  });
}

function detectionActs(
  work: EnvelopeWork,
  { recipient, virus, notice }: Detection & { readonly notice: Attested },
): Act[] {
  return envelopeEmission(work, {
    attested: notice,
    event: receivedTransitions.findVirus.record,
    recipient,
    detail: { virus },
  });
}

function envelopeQuarantineAct(step: StepDraft, work: EnvelopeWork, virus: string): Act {
  const { reception, decision, options } = work;
  const { data } = decision.envelope;
  return quarantineAct(
    step,
    {
      message: reception.transaction.message,
      at: reception.instant,
      virus,
      kind: 'envelope',
      identifier: data.identifier,
      sender: data.sender,
      recipients: [...decision.recipients, ...decision.strangers],
      provider: decision.signature.provider.providerName,
    },
    options.store,
  );
}
