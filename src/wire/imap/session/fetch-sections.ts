// SPDX-License-Identifier: EUPL-1.2
import type { Partial, Section } from '../grammar/fetch-attributes.ts';
import type { Awaitable, MessageContent } from '../imap-backend.ts';
import type { ResponseWriter } from '../responses/response-writer.ts';
import { pickFields, type SectionRange, sectionLabel, sectionRange } from '../responses/sections.ts';
import type { OctetString } from '../responses/strings.ts';

/** Octets read at once; more are streamed. */
const AT_ONCE_BYTES = 256 * 1024;

/** A section to write; `label` replaces its name in the response. */
export interface SectionItem {
  readonly section: Section;
  readonly partial?: Partial;
  readonly label?: OctetString;
}

export function readRange(content: MessageContent, { start, end }: SectionRange): Awaitable<Buffer> {
  const { head } = content;
  return head !== undefined && end <= head.length
    ? head.subarray(start, end)
    : content.octets.read(start, end);
}

/** `BODY[...]<origin> {n}` and the octets; NIL when the message has no such part. */
export function writeSection(
  writer: ResponseWriter,
  content: MessageContent,
  item: SectionItem,
): Awaitable<void> {
  const { section, partial } = item;
  const label = `${item.label ?? sectionLabel(section)}${partial === undefined ? '' : `<${partial.offset}>`}`;
  const range = sectionRange(content.index.root, section);
  if (range === undefined) return writer.text(`${label} NIL`);
  if (section.fields !== undefined) return writeFields(writer, content, { item, label, range });
  const cut = cutRange(range, partial);
  if (cut.end - cut.start > AT_ONCE_BYTES) return streamLiteral(writer, content, { label, range: cut });
  const octets = readRange(content, cut);
  if (octets instanceof Promise) return octets.then((read) => writeLiteral(writer, label, read));
  return writeLiteral(writer, label, octets);
}

/** The part of the range that a partial asks for; empty when it starts past the end (RFC 9051 section 6.4.5). */
export function cutRange({ start, end }: SectionRange, partial: Partial | undefined): SectionRange {
  if (partial === undefined) return { start, end };
  const from = Math.min(start + partial.offset, end);
  return { start: from, end: Math.min(from + partial.count, end) };
}

function writeLiteral(writer: ResponseWriter, label: OctetString, octets: Buffer): void {
  if (octets.length === 0) writer.text(`${label} ""`);
  else {
    writer.text(`${label} {${octets.length}}\r\n`);
    writer.octets(octets);
  }
}

async function writeFields(
  writer: ResponseWriter,
  content: MessageContent,
  at: { item: SectionItem; label: OctetString; range: SectionRange },
): Promise<void> {
  const fields = pickFields(await readRange(content, at.range), at.item.section);
  const { start, end } = cutRange({ start: 0, end: fields.length }, at.item.partial);
  writeLiteral(writer, at.label, fields.subarray(start, end));
}

/** Large sections go from the store to the socket in chunks. */
async function streamLiteral(
  writer: ResponseWriter,
  content: MessageContent,
  at: { label: OctetString; range: SectionRange },
): Promise<void> {
  const { start, end } = at.range;
  writer.text(`${at.label} {${end - start}}\r\n`);
  for await (const chunk of content.octets.stream(start, end)) {
    writer.octets(chunk);
    await writer.flush();
  }
}
