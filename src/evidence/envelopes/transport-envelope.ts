// SPDX-License-Identifier: EUPL-1.2
import type { ReceiptType } from '../certification-data/certification-data.ts';
import type { Draft, DraftFacts } from '../draft.ts';
import { compose } from '../drafting/composition.ts';
import {
  copyFields,
  copyTrace,
  dateLine,
  fieldLine,
  identifierLine,
  onBehalfLine,
  referenceLine,
  senderLine,
  subjectLine,
} from '../drafting/header-lines.ts';
import { certifiedFacts, textFacts } from '../drafting/notification.ts';
import { type LocalTime, localTime } from '../local-time.ts';
import { encloseWithNewId, headerOf, type Original } from '../original.ts';
import { KIND_LITERALS, RECEIPT_TYPE_FIELD, TRANSPORT_FIELD, TRANSPORT_VALUE } from '../wording/literals.ts';
import { transportEnvelopeText } from '../wording/texts.ts';

export interface TransportEnvelopeFacts extends DraftFacts {
  /** What the sender asked for, `completa` by default (AP-28; see readReceiptType). */
  readonly receiptType: ReceiptType;
  readonly original: Original;
}

/** M4: the original and the certification data, for all recipients (RFC 6109 section 3.1.5). */
export function draftTransportEnvelope(facts: TransportEnvelopeFacts): Draft {
  const { provider, instant, about, receiptType, original } = facts;
  const time = localTime(instant);
  return compose(facts, {
    kind: 'transport-envelope',
    messageId: about.identifier,
    to: about.recipients.map((recipient) => recipient.address),
    header: envelopeHeader(facts, time),
    text: transportEnvelopeText(textFacts(facts, time)),
    // AP-30
    data: {
      kind: 'posta-certificata',
      error: 'nessuno',
      ...certifiedFacts(about),
      provider: provider.name,
      instant,
      receiptType,
    },
    enclosure: encloseWithNewId(original, about),
  });
}

/** AP-26, AP-27, AP-29: what is copied is named here, all the rest of the original's header stays inside. */
function envelopeHeader(facts: TransportEnvelopeFacts, time: LocalTime): Buffer {
  const { provider, instant, about, original } = facts;
  const header = headerOf(original);
  const { subjectPrefix } = KIND_LITERALS['transport-envelope'];
  return Buffer.concat([
    copyTrace(header, original.header, about.sender),
    Buffer.from(
      fieldLine(TRANSPORT_FIELD, TRANSPORT_VALUE) +
        dateLine(instant, time) +
        subjectLine(subjectPrefix, about.subject) +
        onBehalfLine(about.sender, provider.serviceAddress) +
        senderLine(about.sender, provider),
    ),
    copyFields(header, original.header, 'Reply-To', 'To', 'Cc'),
    Buffer.from(
      (header.first('Reply-To') === undefined ? fieldLine('Reply-To', about.sender) : '') +
        identifierLine('Message-ID', `<${about.identifier}>`) +
        referenceLine(about.messageId) +
        fieldLine(RECEIPT_TYPE_FIELD, facts.receiptType),
    ),
  ]);
}
