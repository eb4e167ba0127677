// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage } from '../../evidence/certification-data/certification-data.ts';
import { draftAnomalyEnvelope } from '../../evidence/envelopes/anomaly-envelope.ts';
import { type AnomalyCause, anomalyText } from '../../evidence/wording/anomalies.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act } from '../../mailroom/steps/step-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { placeMail } from '../placement.ts';
import { recordAct } from '../records.ts';
import type { IncomingPointOptions } from './incoming-options.ts';
import type { OrdinaryRecipient } from './ordinary-decision.ts';
import { type Reception, traced } from './reception.ts';

/** What M7 adds on top of what it carries, generously: to judge whether there is room. */
const WRAPPING_BYTES = 16 * 1024;

export interface AnomalyWork {
  readonly reception: Reception;
  readonly options: IncomingPointOptions;
  readonly cause: AnomalyCause;
  /** What the log says the message is about. */
  readonly about: CertifiedMessage;
  /** Sending provider, by its descriptive name; empty when no provider sent it. */
  readonly provider: string;
  readonly detail?: Readonly<Record<string, string>>;
}

/** IP-23, IP-24, IP-25: M7 into these mailboxes, and nothing back to anybody. */
export async function addAnomalies(
  step: StepDraft,
  work: AnomalyWork & { readonly mailboxes: readonly Mailbox[] },
): Promise<void> {
  const { reception, options, mailboxes, cause, about, provider } = work;
  if (mailboxes.length === 0) return;
  const { instant, transaction } = reception;
  const { message } = transaction;
  const attested = await options.attestation.attest(
    draftAnomalyEnvelope({
      provider: options.provider,
      ids: options.ids,
      instant,
      sender: transaction.reversePath,
      recipients: transaction.forwardPaths,
      received: { octets: message.octets, index: message.index, header: message.header },
      error: anomalyText(cause),
    }),
  );
  const { content, octets } = attested.composition;
  const delivered = traced(
    reception,
    { octets, size: octets.size, index: content.index },
    { numbers: options.store, hostname: options.hostname },
  );
  step.keepBlob(message.blob).keepBlob(attested.composition.frame).keep(delivered);
  step.part(
    mailboxes.flatMap((mailbox): Act[] => [
      placeMail({ mailbox, content: delivered.content.id, instant }),
      // IP-28: an envelope that comes again is not wrapped again.
      ...(about.identifier === '' ? [] : [outcomeAct(about.identifier, mailbox.address, instant)]),
      recordAct({
        event: receivedTransitions.wrap.record,
        instant,
        about,
        provider,
        recipient: mailbox.address,
        generated: [attested.messageId],
        detail: { ...work.detail, cause },
      }),
    ]),
  );
}

/** LOG-1: recipients who get nothing, when others of the same message do. */
export function addLeftOut(step: StepDraft, work: AnomalyWork & { readonly left: readonly string[] }): void {
  const { reception, cause, about, provider, left, detail } = work;
  if (left.length === 0) return;
  step.part(
    left.map((recipient) =>
      recordAct({
        event: 'ordinary-discarded',
        instant: reception.instant,
        about,
        provider,
        recipient,
        detail: { ...detail, cause },
      }),
    ),
  );
}

/** What is known of each of these addresses when it is decided who gets an anomaly envelope. */
export function anomalyRecipients(
  addresses: readonly string[],
  reception: Reception,
  { store }: IncomingPointOptions,
): OrdinaryRecipient[] {
  const { size } = reception.transaction.message;
  return addresses.map((address) => {
    const mailbox = store.findMailbox(address);
    if (mailbox === undefined) return { address, hasRoom: false };
    const used = store.usage(mailbox.id).countedBytes;
    return { address, mailbox, hasRoom: used + size + WRAPPING_BYTES <= mailbox.quotaBytes };
  });
}

function outcomeAct(identifier: string, recipient: string, at: Instant): Act {
  return { do: 'put-delivery-outcome', outcome: { identifier, recipient, outcome: 'anomaly', at } };
}
