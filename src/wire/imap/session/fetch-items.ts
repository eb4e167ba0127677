// SPDX-License-Identifier: EUPL-1.2
import { parseHeader } from '../../mime/header.ts';
import type { CommandOf } from '../commands/command.ts';
import { formatDateTime } from '../grammar/dates.ts';
import type { FetchItem, SimpleFetchItem } from '../grammar/fetch-attributes.ts';
import type { Awaitable, FetchedMessage, MessageContent } from '../imap-backend.ts';
import { bodyStructure, embeddedMessages } from '../responses/body-structure.ts';
import { envelope } from '../responses/envelope.ts';
import type { ResponseWriter } from '../responses/response-writer.ts';
import { type OctetString, string } from '../responses/strings.ts';
import { isUndecodable, writeBinary, writeBinarySize } from './fetch-binary.ts';
import { readRange, writeSection } from './fetch-sections.ts';
import { shownFlags } from './news.ts';
import type { SessionContext } from './session-context.ts';

/** Writes one data item of one message, its name first. */
type ItemWriter = (message: FetchedMessage, writer: ResponseWriter) => Awaitable<void>;

/** What FETCH asks of the mailbox, and how the answer is written. */
export interface FetchPlan {
  readonly writers: readonly ItemWriter[];
  /** Messages' contents are needed. */
  readonly content: boolean;
  /** So are their envelopes, and their structures: a mailbox may have them without the content. */
  readonly envelope: boolean;
  readonly structure: boolean;
  readonly preview?: 'lazy' | 'now';
  /** An item that is no PEEK marks messages as \Seen. */
  readonly marksSeen: boolean;
  readonly tellsFlags: boolean;
  /** Whether BINARY asks for a part of the message that cannot be decoded. */
  undecodable(message: FetchedMessage): boolean;
}

const WITHOUT_CONTENT: ReadonlySet<FetchItem['item']> = new Set([
  'BODYSTRUCTURE',
  'EMAILID',
  'ENVELOPE',
  'FLAGS',
  'INTERNALDATE',
  'MODSEQ',
  'PREVIEW',
  'RFC822.SIZE',
  'SAVEDATE',
  'THREADID',
  'UID',
]);

/** Works out once a command what is done for each message. */
export function planFetch(context: SessionContext, command: CommandOf<'FETCH'>): FetchPlan {
  const items = completeItems(command);
  const preview = items.find((item) => item.item === 'PREVIEW');
  const binary = items.filter((item) => item.item === 'BINARY[]' || item.item === 'BINARY.SIZE');
  return {
    undecodable: (message) => binary.some(({ part }) => isUndecodable(contentOf(message), part)),
    writers: items.map((item) => itemWriter(context, item)),
    content: items.some(({ item }) => !WITHOUT_CONTENT.has(item)),
    envelope: items.some(({ item }) => item === 'ENVELOPE'),
    structure: items.some(({ item }) => item === 'BODYSTRUCTURE'),
    ...(preview?.item === 'PREVIEW' ? { preview: preview.lazy ? 'lazy' : 'now' } : {}),
    marksSeen: items.some(marksSeen),
    tellsFlags: items.some(({ item }) => item === 'FLAGS'),
  };
}

/** UID FETCH tells the UID (RFC 9051 section 6.4.9), CHANGEDSINCE the MODSEQ (RFC 7162 section 3.1.4.1). */
function completeItems({ uid, items, changedSince }: CommandOf<'FETCH'>): readonly FetchItem[] {
  const asked = (name: SimpleFetchItem): boolean => items.some(({ item }) => item === name);
  const complete: FetchItem[] = [];
  if (uid || asked('UID')) complete.push({ item: 'UID' });
  complete.push(...items.filter(({ item }) => item !== 'UID'));
  if (changedSince !== undefined && !asked('MODSEQ')) complete.push({ item: 'MODSEQ' });
  return complete;
}

function marksSeen(item: FetchItem): boolean {
  if (item.item === 'BODY[]' || item.item === 'BINARY[]') return !item.peek;
  return item.item === 'RFC822' || item.item === 'RFC822.TEXT';
}

function itemWriter(context: SessionContext, item: FetchItem): ItemWriter {
  switch (item.item) {
    case 'BODY[]':
      return (message, writer) => writeSection(writer, contentOf(message), item);
    case 'BINARY[]':
      return (message, writer) => writeBinary(writer, contentOf(message), item);
    case 'BINARY.SIZE':
      return (message, writer) => writeBinarySize(writer, contentOf(message), item);
    case 'PREVIEW':
      return (message, writer) => {
        const { preview } = message;
        writer.text(`PREVIEW ${preview === undefined ? 'NIL' : string(preview, context.style)}`);
      };
    case 'BODY':
    case 'BODYSTRUCTURE':
      return structureWriter(context, item.item);
    case 'ENVELOPE':
      return (message, writer) => writeEnvelope(context, message, writer);
    case 'RFC822':
    case 'RFC822.HEADER':
    case 'RFC822.TEXT':
      return wholeWriter(item.item);
    default:
      return simpleWriter(context, item.item);
  }
}

/** RFC 3501 section 6.4.5: names for BODY[], BODY.PEEK[HEADER] and BODY[TEXT]. */
function wholeWriter(label: 'RFC822' | 'RFC822.HEADER' | 'RFC822.TEXT'): ItemWriter {
  const section =
    label === 'RFC822'
      ? { part: [] }
      : { part: [], text: label === 'RFC822.TEXT' ? ('TEXT' as const) : ('HEADER' as const) };
  return (message, writer) => writeSection(writer, contentOf(message), { section, label });
}

type EntryItem = Exclude<
  SimpleFetchItem,
  'BODY' | 'BODYSTRUCTURE' | 'ENVELOPE' | 'RFC822' | 'RFC822.HEADER' | 'RFC822.TEXT'
>;

/** Items that the mailbox keeps beside the message. */
function simpleWriter(context: SessionContext, item: EntryItem): ItemWriter {
  const texts: Record<EntryItem, (message: FetchedMessage) => OctetString> = {
    EMAILID: ({ emailId }) => `(${emailId})`,
    FLAGS: (message) => {
      context.selected?.view.noteFetched(message);
      return shownFlags(context, message);
    },
    INTERNALDATE: ({ internalDate }) => `"${formatDateTime(internalDate)}"`,
    MODSEQ: ({ modseq }) => `(${modseq})`,
    'RFC822.SIZE': ({ sizeBytes }) => String(sizeBytes),
    SAVEDATE: ({ savedDate }) => (savedDate === undefined ? 'NIL' : `"${formatDateTime(savedDate)}"`),
    THREADID: ({ threadId }) => (threadId === undefined ? 'NIL' : `(${threadId})`),
    UID: ({ uid }) => String(uid),
  };
  const text = texts[item];
  return (message, writer) => writer.text(`${item} ${text(message)}`);
}

function contentOf(message: FetchedMessage): MessageContent {
  if (message.content === undefined) throw new Error('the mailbox did not give the content asked for');
  return message.content;
}

function writeEnvelope(
  context: SessionContext,
  message: FetchedMessage,
  writer: ResponseWriter,
): Awaitable<void> {
  if (message.envelope !== undefined) return writer.text(`ENVELOPE ${message.envelope}`);
  const content = contentOf(message);
  const { headerStart, bodyStart } = content.index.root;
  const header = readRange(content, { start: headerStart, end: bodyStart });
  const write = (octets: Buffer): void =>
    writer.text(`ENVELOPE ${envelope(parseHeader(octets), context.style)}`);
  return header instanceof Promise ? header.then(write) : write(header);
}

function structureWriter(context: SessionContext, name: 'BODY' | 'BODYSTRUCTURE'): ItemWriter {
  return (message, writer) => {
    if (name === 'BODY' || message.structure === undefined)
      return writeStructure(context, { message, writer, name });
    return writer.text(`BODYSTRUCTURE ${message.structure}`);
  };
}

async function writeStructure(
  context: SessionContext,
  at: { message: FetchedMessage; writer: ResponseWriter; name: 'BODY' | 'BODYSTRUCTURE' },
): Promise<void> {
  const content = contentOf(at.message);
  const { style } = context;
  const envelopes = new Map<(typeof content.index)['root'], OctetString>();
  for (const inner of embeddedMessages(content.index.root)) {
    const header = await readRange(content, { start: inner.headerStart, end: inner.bodyStart });
    envelopes.set(inner, envelope(parseHeader(header), style));
  }
  const extended = at.name === 'BODYSTRUCTURE';
  at.writer.text(`${at.name} ${bodyStructure(content.index.root, { extended, style, envelopes })}`);
}
