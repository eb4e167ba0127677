// SPDX-License-Identifier: EUPL-1.2
import { parseAddressList } from '../../wire/mime/addresses.ts';
import { decodeWords } from '../../wire/mime/encoded-words.ts';
import type { Header, HeaderField } from '../../wire/mime/header.ts';
import { parseMessageId } from '../../wire/mime/message-ids.ts';
import type { Draft, DraftFacts } from '../draft.ts';
import { compose } from '../drafting/composition.ts';
import {
  copyField,
  copyFields,
  dateLine,
  fieldLine,
  identifierLine,
  onBehalfLine,
  senderLine,
  subjectLine,
} from '../drafting/header-lines.ts';
import { textFacts } from '../drafting/notification.ts';
import { newIdentifier } from '../identifiers.ts';
import { localTime } from '../local-time.ts';
import { encloseUnchanged, headerOf, type Original } from '../original.ts';
import { ANOMALY_VALUE, KIND_LITERALS, TRANSPORT_FIELD } from '../wording/literals.ts';
import { anomalyText } from '../wording/texts.ts';

export interface AnomalyEnvelopeFacts extends Omit<DraftFacts, 'about'> {
  /** Reverse path the message came with; empty for the null path. */
  readonly sender: string;
  /** Forward paths it came with. */
  readonly recipients: readonly string[];
  /** What was received. */
  readonly received: Original;
  /** Why its data are not certified, in Italian (see anomalyText). */
  readonly error: string;
  /** What else there is to say of it, a line each, in Italian. */
  readonly remarks?: readonly string[];
}

/**
 * M7: what is not certified mail, or damaged, wrapped for our recipients (RFC 6109 section 3.2.2). Two parts
 * only, no certification data; `instant` is that of arrival (IP-25).
 */
export function draftAnomalyEnvelope(facts: AnomalyEnvelopeFacts): Draft {
  const { ids, provider, received, recipients } = facts;
  const header = headerOf(received);
  // U-23: one is made when there is none, or none that can be read.
  const messageId = inheritedId(header)?.id ?? newIdentifier(ids, provider);
  const subject = readSubject(header);
  const about = {
    identifier: messageId,
    sender: shownSender(facts.sender, header),
    recipients: recipients.map((address) => ({ address, certified: true })),
    replyTo: '',
    ...(subject === undefined ? {} : { subject }),
  };
  return compose(facts, {
    kind: 'anomaly-envelope',
    messageId,
    to: recipients,
    header: envelopeHeader({ ...facts, about }, header),
    text: anomalyText(textFacts({ ...facts, about }, localTime(facts.instant)), facts.error, facts.remarks),
    enclosure: encloseUnchanged(received),
  });
}

/** IP-23: what is inherited, Message-ID included, and what is ours. */
function envelopeHeader(facts: AnomalyEnvelopeFacts & DraftFacts, header: Header): Buffer {
  const { provider, instant, received, about } = facts;
  const block = received.header;
  const inherited = inheritedId(header);
  const addReplyTo = header.first('Reply-To') === undefined && about.sender.includes('@');
  return Buffer.concat([
    copyFields(header, block, 'Return-Path', 'Received'),
    Buffer.from(
      fieldLine(TRANSPORT_FIELD, ANOMALY_VALUE) +
        dateLine(instant, localTime(instant)) +
        subjectLine(KIND_LITERALS['anomaly-envelope'].subjectPrefix, about.subject) +
        onBehalfLine(about.sender, provider.serviceAddress) +
        senderLine(about.sender, provider),
    ),
    copyFields(header, block, 'Reply-To', 'To', 'Cc'),
    inherited === undefined
      ? Buffer.from(identifierLine('Message-ID', `<${about.identifier}>`))
      : copyField(inherited.field, block),
    Buffer.from(addReplyTo ? fieldLine('Reply-To', about.sender) : ''),
  ]);
}

/** The first Message-ID that can be read; a second one would contradict it. */
function inheritedId(header: Header): { readonly field: HeaderField; readonly id: string } | undefined {
  for (const field of header.all('Message-ID')) {
    const id = parseMessageId(field.value);
    if (id !== undefined) return { field, id };
  }
  return undefined;
}

/** Who the envelope is on behalf of; a bounce has the null path, and is shown under its author's address. */
function shownSender(reversePath: string, header: Header): string {
  if (reversePath !== '') return reversePath;
  const from = header.first('From');
  const author = from === undefined ? undefined : parseAddressList(from.value).mailboxes[0];
  return author?.valid === true ? author.address : '<>';
}

function readSubject(header: Header): string | undefined {
  const field = header.first('Subject');
  return field === undefined ? undefined : decodeWords(field.value);
}
