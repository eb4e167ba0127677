// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage } from '../../evidence/certification-data/certification-data.ts';
import { draftAnomalyEnvelope } from '../../evidence/envelopes/anomaly-envelope.ts';
import { type AnomalyCause, anomalyText } from '../../evidence/wording/anomalies.ts';
import { INBOX, junkFolder } from '../../mailroom/mailboxes/folders.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import type { StepDraft } from '../../mailroom/steps/step-draft.ts';
import type { Act, Condition } from '../../mailroom/steps/step-store.ts';
import { isAutomatic } from '../../wire/mime/automatic-mail.ts';
import { receivedTransitions } from '../lifecycle.ts';
import { placeMail } from '../placement.ts';
import { emissionActs, recordAct } from '../records.ts';
import type { IncomingPointOptions } from './incoming-options.ts';
import type { OrdinaryRecipient } from './ordinary-decision.ts';
import { type Reception, traced } from './reception.ts';
import { type Vetting, vettingDetail, vettingLines, vettingRemarks } from './vetting.ts';

/** What M7 adds on top of what it carries, generously: to judge whether there is room. */
const WRAPPING_BYTES = 16 * 1024;

export interface AnomalyWork {
  readonly reception: Reception;
  readonly options: IncomingPointOptions;
  readonly cause: AnomalyCause;
  /** What the log says the message is about. */
  readonly about: CertifiedMessage;
  /** Service address of the provider that signed it, lower case; absent when its data are not believed. */
  readonly signer?: string;
  /** What the parts of the step depend on. */
  readonly onlyIf?: readonly Condition[];
  /** Sending provider, by its descriptive name; empty when no provider sent it. */
  readonly provider: string;
  readonly detail?: Readonly<Record<string, string>>;
  /** What was found out about ordinary mail. */
  readonly vetting?: Vetting;
  /** Whether it goes among the unwanted. */
  readonly junk?: boolean;
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
  const vetting = work.vetting ?? { forged: false };
  const attested = await options.attestation.attest(
    draftAnomalyEnvelope({
      provider: options.provider,
      ids: options.ids,
      instant,
      sender: transaction.reversePath,
      recipients: transaction.forwardPaths,
      received: { octets: message.octets, index: message.index, header: message.header },
      error: anomalyText(cause),
      remarks: vettingRemarks(vetting),
    }),
  );
  const { content, octets } = attested.composition;
  const delivered = traced(
    reception,
    { octets, size: octets.size, index: content.index },
    {
      numbers: options.store,
      hostname: options.hostname,
      lines: vettingLines(vetting, options.hostname),
      automatic: isAutomatic(reception.header, transaction.reversePath),
    },
  );
  step.keepBlob(message.blob).keepBlob(attested.composition.frame).keep(delivered);
  for (const mailbox of mailboxes) {
    step.part(
      [
        placeMail(
          { mailbox, content: delivered.content.id, instant },
          work.junk === true ? junkFolder(options.store.listFolders(mailbox.id)) : INBOX,
        ),
        ...outcomeActs(work, mailbox.address),
        ...emissionActs([attested], {
          event: receivedTransitions.wrap.record,
          instant,
          about,
          provider,
          recipient: mailbox.address,
          detail: { ...work.detail, ...vettingDetail(vetting), cause },
        }),
      ],
      [...(work.onlyIf ?? []), ...notWrapped(work, mailbox.address)],
    );
  }
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
    work.onlyIf,
  );
}

/** What is known of each of these addresses when it is decided who gets an anomaly envelope. */
export function anomalyRecipients(
  addresses: readonly string[],
  reception: Reception,
  options: IncomingPointOptions,
): OrdinaryRecipient[] {
  return ordinaryRecipients(addresses, options, reception.transaction.message.size);
}

/** The same before the message is there; its size in octets is then left out. */
export function ordinaryRecipients(
  addresses: readonly string[],
  { store }: IncomingPointOptions,
  size = 0,
): OrdinaryRecipient[] {
  return addresses.map((address) => {
    const mailbox = store.findMailbox(address);
    if (mailbox === undefined) return { address, hasRoom: false };
    const used = store.usage(mailbox.id).countedBytes;
    return { address, mailbox, hasRoom: used + size + WRAPPING_BYTES <= mailbox.quotaBytes };
  });
}

/** IP-28: an envelope that comes again is not wrapped again. */
function notWrapped({ about, signer }: AnomalyWork, recipient: string): Condition[] {
  if (signer === undefined) return [];
  return [{ is: 'no-delivery-outcome', identifier: about.identifier, signer, recipient }];
}

function outcomeActs({ about, signer, reception }: AnomalyWork, recipient: string): Act[] {
  if (signer === undefined) return [];
  const { identifier } = about;
  const outcome = { identifier, signer, recipient, outcome: 'anomaly', at: reception.instant } as const;
  return [{ do: 'put-delivery-outcome', outcome }];
}
