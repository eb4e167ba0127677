// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../../evidence/certification-data/certification-data.ts';
import type { EvidenceIndex, EvidenceMessage } from '../../../evidence/evidence-file/index-model.ts';
import { messageKind, recognise } from '../../../evidence/recognition.ts';
import { sameAddress } from '../../../wire/mime/addresses.ts';
import { parseMessageId } from '../../../wire/mime/message-ids.ts';
import { recognitionInput } from '../certified-content.ts';
import type { MessageFile } from '../message-file.ts';
import type { ClaimBook } from './claims.ts';
import { KIND_TABLE } from './kind-table.ts';
import type { EvidencePackage } from './package-claim.ts';
import { second } from './record-claims.ts';

/** Claim `message-kind`: what a message is, and that it speaks of what the index says. Gives its certification data. */
export function checkKind(
  message: EvidenceMessage,
  {
    file,
    evidence,
    book,
  }: { readonly file: MessageFile; readonly evidence: EvidencePackage; readonly book: ClaimBook },
): CertificationData | undefined {
  const input = recognitionInput(file);
  const recognised = recognise(input);
  const refute = (code: 'kind-differs' | 'other-message', detail: string) => {
    book.refute('message-kind', code, { file: message.file, detail });
    return undefined;
  };
  if (recognised.kind === 'neither') return refute('kind-differs', recognised.detail);
  const kind = messageKind(recognised, input);
  if (kind !== message.kind) return refute('kind-differs', `it is ${kind}, not ${message.kind}`);
  if (!new RegExp(`^messages/${KIND_TABLE[kind].stem}(?:-\\d+)?\\.eml$`).test(message.file))
    return refute('kind-differs', `${kind} has another name`);
  const { data } = recognised;
  const messageId = parseMessageId(file.header.first('Message-ID')?.value ?? '');
  const other =
    (messageId === message.messageId ? undefined : `its Message-ID is ${messageId ?? 'none'}`) ??
    otherEmission(message, data) ??
    otherMessage(evidence.index, data);
  return other === undefined ? data : refute('other-message', other);
}

/** What is certified otherwise than the index says of this message. */
function otherEmission(
  { provider, instant, about }: EvidenceMessage,
  data: CertificationData,
): string | undefined {
  if (!sameText(data.provider, provider)) return `it is certified by ${data.provider}, not ${provider}`;
  if (second(data.instant) !== instant) return `it certifies ${new Date(data.instant).toISOString()}`;
  const concerned = data.takenInCharge ?? (data.deliveredTo === undefined ? [] : [data.deliveredTo]);
  return sameAddresses(concerned, about) ? undefined : `it is about ${concerned.join(', ') || 'nobody'}`;
}

/** What is certified of another message than that of the index. What a provider leaves out says nothing else. */
function otherMessage(index: EvidenceIndex, data: CertificationData): string | undefined {
  const { identifier, sender, messageId, subject, recipients } = index;
  if (data.identifier !== identifier) return `it speaks of ${data.identifier}`;
  if (!sameAddress(data.sender, sender)) return `it speaks of a message of ${data.sender}`;
  if (data.messageId !== undefined && data.messageId !== messageId) return `it speaks of ${data.messageId}`;
  if (data.subject !== undefined && !sameText(data.subject, subject ?? ''))
    return `it speaks of a message with another subject`;
  const addresses = [data.recipients, recipients].map((list) => list.map(({ address }) => address));
  const [certified = [], listed = []] = addresses;
  if (!sameAddresses(certified, listed)) return `it speaks of a message to ${certified.join(', ')}`;
  for (const { address, certified: kind } of data.recipients) {
    const told = recipients.find((recipient) => sameAddress(recipient.address, address));
    if (told?.certified !== undefined && told.certified !== kind)
      return `${address} is ${kind ? 'certified' : 'ordinary'} in it`;
  }
  return undefined;
}

function sameAddresses(some: readonly string[], others: readonly string[]): boolean {
  const within = (list: readonly string[], all: readonly string[]) =>
    list.every((one) => all.some((other) => sameAddress(one, other)));
  return within(some, others) && within(others, some);
}

/** Blanks and control characters are not the same in every document; XML has no place for some. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.toWellFormed().replace(/[\p{Cc}\s\ufffd\ufffe\uffff]+/gu, '');
  return plain(one) === plain(other);
}
