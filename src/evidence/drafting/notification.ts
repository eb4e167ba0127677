// SPDX-License-Identifier: EUPL-1.2
import type {
  CertificationData,
  CertificationError,
  CertifiedMessage,
} from '../certification-data/certification-data.ts';
import type { Draft, DraftFacts, MessageKind } from '../draft.ts';
import { newIdentifier } from '../identifiers.ts';
import { type LocalTime, localTime } from '../local-time.ts';
import type { Enclosure } from '../original.ts';
import {
  KIND_LITERALS,
  RECEIPT_FIELD,
  SECURITY_FIELD,
  SECURITY_VALUE,
  SENDER_FIELD,
} from '../wording/literals.ts';
import type { ReadableText, TextFacts } from '../wording/texts.ts';
import { compose } from './composition.ts';
import { dateLine, fieldLine, referenceLine, subjectLine } from './header-lines.ts';

/** What sets one notification apart from the others. */
export interface NotificationParts {
  readonly kind: Exclude<MessageKind, 'transport-envelope' | 'anomaly-envelope'>;
  /** Addressee: the sender (GEN-9), or a service mailbox. */
  readonly to: string;
  readonly text: (facts: TextFacts) => ReadableText;
  readonly error: CertificationError;
  readonly details?: Pick<
    CertificationData,
    'receiptType' | 'deliveredTo' | 'takenInCharge' | 'extendedError'
  >;
  /** M8: the header names the sender too. */
  readonly namesSender?: boolean;
  readonly enclosure?: Enclosure;
}

/** A receipt or a notice: what the law calls `ricevuta` and `avviso` (RFC 6109 section 2.1). */
export function draftNotification(facts: DraftFacts, parts: NotificationParts): Draft {
  const { provider, ids, instant, about } = facts;
  const receipt = KIND_LITERALS[parts.kind].receipt;
  if (receipt === undefined) throw new TypeError(`${parts.kind} is no notification`);
  const time = localTime(instant);
  const messageId = newIdentifier(ids, provider);
  return compose(facts, {
    kind: parts.kind,
    messageId,
    to: [parts.to],
    header: Buffer.from(headerText(facts, parts, { messageId, receipt, time })),
    text: parts.text(textFacts(facts, time)),
    data: {
      kind: receipt,
      error: parts.error,
      ...certifiedFacts(about),
      provider: provider.name,
      instant,
      ...parts.details,
    },
    ...(parts.enclosure === undefined ? {} : { enclosure: parts.enclosure }),
  });
}

function headerText(
  { provider, instant, about }: DraftFacts,
  parts: NotificationParts,
  written: { readonly messageId: string; readonly receipt: string; readonly time: LocalTime },
): string {
  const { subjectPrefix, security } = KIND_LITERALS[parts.kind];
  return (
    fieldLine(RECEIPT_FIELD, written.receipt) +
    (security === true ? fieldLine(SECURITY_FIELD, SECURITY_VALUE) : '') +
    (parts.namesSender === true ? fieldLine(SENDER_FIELD, about.sender) : '') +
    dateLine(instant, written.time) +
    subjectLine(subjectPrefix, about.subject) +
    fieldLine('From', provider.serviceAddress) +
    fieldLine('To', parts.to) +
    fieldLine('Message-ID', `<${written.messageId}>`) +
    referenceLine(about.messageId)
  );
}

export function textFacts(facts: DraftFacts, time: LocalTime): TextFacts {
  const { provider, about } = facts;
  return { time, about, zoneWithColon: provider.variants?.zoneWithColon === true };
}

/** GEN-14: the facts that each document on a message repeats, and nothing that another document added to them. */
export function certifiedFacts(about: CertifiedMessage): CertifiedMessage {
  const { identifier, sender, recipients, replyTo, subject, messageId } = about;
  return {
    identifier,
    sender,
    recipients,
    replyTo,
    ...(subject === undefined ? {} : { subject }),
    ...(messageId === undefined ? {} : { messageId }),
  };
}
