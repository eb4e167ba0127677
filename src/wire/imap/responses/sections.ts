// SPDX-License-Identifier: EUPL-1.2
import { parseHeader } from '../../mime/header.ts';
import type { MimePart } from '../../mime/mime-index.ts';
import type { Section } from '../grammar/fetch-attributes.ts';
import { astring, type OctetString } from './strings.ts';

/** A run of octets of a message. */
export interface SectionRange {
  readonly start: number;
  readonly end: number;
}

/** What a part number leads to. */
export interface FoundPart {
  readonly part: MimePart;
  /** The root of the message embedded in it, when it is one. */
  readonly message?: MimePart;
}

/**
 * The part with that number (RFC 9051 section 6.4.5.1): parts of a multipart are counted from 1, the
 * body of a message that is no multipart is its part 1, and a number goes on through an embedded message.
 */
export function findPart(root: MimePart, numbers: readonly number[]): FoundPart | undefined {
  let within: MimePart | undefined = root;
  let found: FoundPart | undefined;
  for (const number of numbers) {
    if (within === undefined) return undefined;
    const part: MimePart | undefined =
      within.type === 'multipart' ? within.parts[number - 1] : number === 1 ? within : undefined;
    if (part === undefined) return undefined;
    const message: MimePart | undefined = part.type === 'message' ? part.parts[0] : undefined;
    found = message === undefined ? { part } : { part, message };
    within = part.type === 'multipart' && part !== within ? part : message;
  }
  return found;
}

/** The octets a section names, before header fields are picked; undefined when there is no such part. */
export function sectionRange(root: MimePart, section: Section): SectionRange | undefined {
  const { part: numbers, text } = section;
  if (numbers.length === 0) return entityRange(root, text);
  const found = findPart(root, numbers);
  if (found === undefined) return undefined;
  const { part, message } = found;
  if (text === undefined) return { start: part.bodyStart, end: part.bodyEnd };
  if (text === 'MIME') return { start: part.headerStart, end: part.bodyStart };
  return message === undefined ? undefined : entityRange(message, text);
}

function entityRange(entity: MimePart, text: Section['text']): SectionRange {
  if (text === undefined) return { start: entity.headerStart, end: entity.bodyEnd };
  if (text === 'TEXT') return { start: entity.bodyStart, end: entity.bodyEnd };
  return { start: entity.headerStart, end: entity.bodyStart };
}

/** HEADER.FIELDS and HEADER.FIELDS.NOT: the fields as they stand, and the empty line. */
export function pickFields(header: Buffer, section: Section): Buffer {
  const wanted = new Set((section.fields ?? []).map((name) => name.toLowerCase()));
  const keep = section.text === 'HEADER.FIELDS';
  const parts: Buffer[] = [];
  for (const field of parseHeader(header).fields) {
    if (wanted.has(field.key) === keep) parts.push(header.subarray(field.start, field.end));
  }
  parts.push(Buffer.from('\r\n'));
  return Buffer.concat(parts);
}

/** `BODY[1.HEADER.FIELDS (FROM TO)]`, as the response repeats it; the origin of a partial follows it. */
export function sectionLabel(section: Section): OctetString {
  const spec: string[] = section.part.map(String);
  if (section.text !== undefined) spec.push(section.text);
  const fields = section.fields?.map((name) => astring(name.toUpperCase(), { utf8: false }));
  return `BODY[${spec.join('.')}${fields === undefined ? '' : ` (${fields.join(' ')})`}]`;
}
