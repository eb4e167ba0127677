// SPDX-License-Identifier: EUPL-1.2
import type { ContentCard, FactName } from '../../mailroom/search/search-store.ts';
import type { MessageContent } from '../../wire/imap/imap-backend.ts';
import { bodyStructure, embeddedMessages } from '../../wire/imap/responses/body-structure.ts';
import { envelope } from '../../wire/imap/responses/envelope.ts';
import { searchHeader } from '../../wire/imap/search/message-header.ts';
import { atHand, readSearchTexts } from '../../wire/imap/search/message-text.ts';
import { orderingFactsOf } from '../../wire/imap/thread/ordering-facts.ts';
import { type Header, parseHeader } from '../../wire/mime/header.ts';
import type { MimePart } from '../../wire/mime/mime-index.ts';
import type { OrderingCard } from './house/ordering.ts';
import { previewOf } from './house/preview.ts';

/** Characters of text indexed of one message; a longer one is read again whenever it is searched. */
export const KEPT_TEXT_LENGTH = 1024 * 1024;

/** What the index keeps of a message; runs in the indexer's thread, which imports this module by its address. */
export async function deriveCard(content: MessageContent): Promise<ContentCard> {
  return derive(await atHand(content));
}

async function derive(content: MessageContent): Promise<ContentCard> {
  const { root } = content.index;
  const header = parseHeader(await content.octets.read(root.headerStart, root.bodyStart));
  const text = await keptText(content, header);
  const facts: Partial<Record<FactName, string>> = { ordering: JSON.stringify(orderingOf(header)) };
  const written = envelope(header, PLAIN);
  if (isAscii(written)) facts.envelope = written;
  const structure = await structureOf(content);
  if (structure !== undefined) facts.structure = structure;
  const preview = await previewOf(content);
  if (preview !== undefined) facts.preview = preview;
  return text === undefined ? { facts } : { text, facts };
}

async function keptText(content: MessageContent, header: Header): Promise<ContentCard['text']> {
  const texts = await readSearchTexts(content, header);
  if (texts.header.length + texts.body.length > KEPT_TEXT_LENGTH) return undefined;
  // A line end inside a value, out of an encoded word, would make two lines of one field.
  const lines = texts.header === '' ? 0 : texts.header.split('\n').length;
  // A name with other octets might be folded into one that it is not.
  const plain = header.fields.every(({ name }) => /^[\x21-\x7e]*$/.test(name));
  return plain && lines === header.fields.length ? texts : undefined;
}

function orderingOf(header: Header): OrderingCard {
  const { uid, internalDate, sizeBytes, ...ordering } = orderingFactsOf(
    { uid: 0, internalDate: 0, sizeBytes: 0 },
    header,
  );
  const { sentDay } = searchHeader(header);
  return sentDay === undefined ? ordering : { ...ordering, sentDay };
}

async function structureOf(content: MessageContent): Promise<string | undefined> {
  const { root } = content.index;
  // RFC 6532: a message only to clients that know UTF-8, so its structure is not the same for all.
  if (holdsGlobal(root)) return undefined;
  const envelopes = new Map<MimePart, string>();
  for (const inner of embeddedMessages(root)) {
    const header = await content.octets.read(inner.headerStart, inner.bodyStart);
    envelopes.set(inner, envelope(parseHeader(header), PLAIN));
  }
  const written = bodyStructure(root, { extended: true, style: PLAIN, envelopes });
  return isAscii(written) ? written : undefined;
}

function holdsGlobal({ type, subtype, parts }: MimePart): boolean {
  return (type === 'message' && subtype === 'global') || parts.some(holdsGlobal);
}

/** How clients are told that know no UTF-8; what is ASCII then is the same for those that do. */
const PLAIN = { utf8: false };

function isAscii(written: string): boolean {
  return /^[\x00-\x7f]*$/.test(written);
}
