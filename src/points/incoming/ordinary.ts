// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage } from '../../evidence/certification-data/certification-data.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import { decodeWords } from '../../wire/mime/encoded-words.ts';
import { parseMessageId } from '../../wire/mime/message-ids.ts';
import { recordAct } from '../records.ts';
import { type AnomalyWork, addAnomalies, addLeftOut, anomalyRecipients } from './anomaly.ts';
import { groundsOf } from './authenticity.ts';
import type { IncomingDecision } from './incoming-decision.ts';
import type { IncomingOutcome, IncomingPointOptions } from './incoming-options.ts';
import { decideDamaged, decideOrdinary, type OrdinaryDecision } from './ordinary-decision.ts';
import type { Reception } from './reception.ts';
import { decideVetted, vettingDetail } from './vetting.ts';

/** Ordinary mail: refused, wrapped or discarded, never delivered bare (IP-22). */
export async function receiveOrdinary(
  reception: Reception,
  { failure, cause }: Extract<IncomingDecision, { decided: 'ordinary' }>,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const { forwardPaths, peer } = reception.transaction;
  const recipients = anomalyRecipients(forwardPaths, reception, options);
  const decision = runsInCircles(reception) ?? decideOrdinary(recipients, options.ordinaryMail);
  const work: AnomalyWork = {
    reception,
    options,
    cause,
    about: describe(reception),
    provider: '',
    detail: { failed: failure.failed, reason: failure.reason, peer: peer.address },
  };
  return decision.decided === 'deliver' ? admit(decision, work) : carryOut(decision, work);
}

/** What would be let in is looked at first: nothing is asked about mail that stays out anyway. */
async function admit(
  decision: Extract<OrdinaryDecision, { decided: 'deliver' }>,
  work: AnomalyWork,
): Promise<IncomingOutcome> {
  const { ordinaryChecks: checks } = work.options;
  if (checks === undefined) return carryOut(decision, work);
  const vetting = await checks.vet(work.reception);
  if (vetting === undefined) return { outcome: 'try-later', text: 'too much ordinary mail at the moment' };
  const vetted = decideVetted(vetting, checks.rules);
  if (vetted.decided === 'admit') return carryOut(decision, { ...work, vetting, junk: vetted.junk });
  return carryOut(vetted, { ...work, detail: { ...work.detail, ...vettingDetail(vetting) } });
}

/** A message that was delivered to the same mailbox before has come round (as Postfix and others judge too). */
function runsInCircles({ header, transaction }: Reception): OrdinaryDecision | undefined {
  const visited = header.all('delivered-to').map(({ value }) => value.trim());
  const again = transaction.forwardPaths.some((path) => visited.some((other) => sameAddress(other, path)));
  if (!again) return undefined;
  const text = 'the message was delivered here before and runs in a loop';
  return { decided: 'refuse', refusal: { code: 554, enhanced: '5.4.6', text } };
}

/** Certified mail that is not in order: propagated all the same (IP-10, IP-26), with no M6 and no receipt. */
export async function receiveDamaged(
  reception: Reception,
  { cause, detail, signature }: Extract<IncomingDecision, { decided: 'damaged' }>,
  options: IncomingPointOptions,
): Promise<IncomingOutcome> {
  const recipients = anomalyRecipients(reception.transaction.forwardPaths, reception, options);
  return carryOut(decideDamaged(recipients), {
    reception,
    options,
    cause,
    about: describe(reception),
    provider: signature.provider.providerName,
    detail: { defect: detail, ...groundsOf(signature) },
  });
}

/** DP-23, IP-24: whatever happens, the sender hears of it by SMTP or not at all. */
async function carryOut(decision: OrdinaryDecision, work: AnomalyWork): Promise<IncomingOutcome> {
  const { reception, options, about, provider, detail } = work;
  const facts = { instant: reception.instant, about, provider };
  const step = new StepDraft();
  switch (decision.decided) {
    case 'refuse': {
      const { refusal } = decision;
      const reply = `${refusal.code} ${refusal.enhanced} ${refusal.text}`;
      step.part([recordAct({ ...facts, event: 'ordinary-refused', detail: { ...detail, reply } })]);
      await options.store.commit(step.build());
      return { outcome: 'refused', ...refusal };
    }
    case 'discard':
      step.part([recordAct({ ...facts, event: 'ordinary-discarded', ...(detail && { detail }) })]);
      break;
    case 'deliver':
      await addAnomalies(step, { ...work, mailboxes: decision.mailboxes });
      addLeftOut(step, { ...work, left: decision.left });
  }
  await options.store.commit(step.build());
  return { outcome: 'taken' };
}

/** For the log: what the SMTP dialogue and the header say; nothing of it is certified. */
export function describe({ header, transaction }: Reception): CertifiedMessage {
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
