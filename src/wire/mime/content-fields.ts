// SPDX-License-Identifier: EUPL-1.2
import { fieldValue } from './header.ts';
import { LastSeen } from './last-seen.ts';
import type { MimeDefect, MimePart } from './mime-part.ts';
import { asBuffer } from './octets.ts';
import { firstToken, parseContentType, parseDisposition } from './parameters.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const UPPER_C = 0x43;
const LOWER_C = 0x63;

/** What the header of an entity says of its content. */
export type ContentFields = Pick<
  MimePart,
  | 'type'
  | 'subtype'
  | 'params'
  | 'encoding'
  | 'disposition'
  | 'id'
  | 'description'
  | 'md5'
  | 'language'
  | 'location'
>;

/** RFC 2045 section 5.2, and RFC 2046 section 5.1.5 for the parts of a digest. */
export type DefaultType = 'text/plain' | 'message/rfc822';

/** Octets of one content field that are read; a longer one counts as malformed. */
export const MAX_CONTENT_FIELD_OCTETS = 64 * 1024;

/** Headers of parts that are alike in message after message: those of certified mail have a handful. */
const SEEN_LIMIT = 256;
/** Octets of a header that is remembered: one that is longer belongs to its message alone. */
const SEEN_OCTETS = 400;

interface Seen {
  readonly fields: ContentFields;
  readonly defects: readonly MimeDefect[];
  /** About how many octets of memory the fields take. */
  readonly sizeBytes: number;
}
const SEEN: Readonly<Record<DefaultType, LastSeen<Seen>>> = {
  'text/plain': new LastSeen(SEEN_LIMIT),
  'message/rfc822': new LastSeen(SEEN_LIMIT),
};

/**
 * Reads the content fields (RFC 2045) of a header block; what is odd goes into `defects`. Never throws. Alike headers
 * may give the same object.
 */
export function readContentFields(
  block: Uint8Array,
  defaultType: DefaultType,
  defects: Set<MimeDefect>,
): Pick<Seen, 'fields' | 'sizeBytes'> {
  const text = asBuffer(block).toString('latin1');
  const mayBeSeen = text.length <= SEEN_OCTETS;
  let seen = mayBeSeen ? SEEN[defaultType].find(text) : undefined;
  if (seen === undefined) {
    const found = new Set<MimeDefect>();
    const fields = readFields(text, defaultType, found);
    seen = { fields, defects: [...found], sizeBytes: contentFieldsSize(fields) };
    // A boundary is never seen again.
    if (mayBeSeen && fields.type !== 'multipart') SEEN[defaultType].keep(text, seen);
  }
  for (const defect of seen.defects) defects.add(defect);
  return seen;
}

function readFields(text: string, defaultType: DefaultType, defects: Set<MimeDefect>): ContentFields {
  const texts = findContentFields(text, defects);
  const encoding = texts.get('content-transfer-encoding');
  const disposition = texts.get('content-disposition');
  const fields: Mutable<ContentFields> = {
    ...mediaTypeOf(texts.get('content-type'), defaultType, defects),
    encoding: (encoding === undefined ? '' : firstToken(encoding)) || '7bit',
  };
  const read = disposition === undefined ? undefined : parseDisposition(disposition);
  if (read !== undefined) fields.disposition = read;
  for (const [name, key] of AS_WRITTEN) {
    const text = texts.get(name);
    if (text !== undefined) fields[key] = text;
  }
  const language = languageTags(texts.get('content-language'));
  if (language !== undefined) fields.language = language;
  return fields;
}

type Mutable<T> = { -readonly [P in keyof T]: T[P] };

const AS_WRITTEN = [
  ['content-id', 'id'],
  ['content-description', 'description'],
  ['content-md5', 'md5'],
  ['content-location', 'location'],
] as const;
const CONTENT_FIELDS: ReadonlySet<string> = new Set([
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-language',
  ...AS_WRITTEN.map(([name]) => name),
]);

function contentFieldsSize(fields: ContentFields): number {
  const { type, subtype, params, encoding, disposition, language } = fields;
  // Names, quotes and commas of what is always there.
  let size = 50 + type.length + subtype.length + encoding.length + paramsSize(params);
  if (disposition !== undefined) size += 40 + textSize(disposition.type) + paramsSize(disposition.params);
  for (const [, key] of AS_WRITTEN) {
    const text = fields[key];
    if (text !== undefined) size += 6 + key.length + textSize(text);
  }
  for (const tag of language ?? []) size += 14 + textSize(tag);
  return size;
}

function paramsSize(params: MimePart['params']): number {
  let size = 0;
  for (const name in params) size += 6 + textSize(name) + textSize(params[name] ?? '');
  return size;
}

/** As it stands in JSON, where a character may take six octets. */
function textSize(text: string): number {
  return /^[ !#-[\]-~]*$/.test(text) ? text.length : Buffer.byteLength(JSON.stringify(text));
}

/**
 * The first of each content field, by name in lower case, as `parseHeader` would read it. Every part has a header, and
 * little of it matters here: other fields are only passed over.
 */
function findContentFields(text: string, defects: Set<MimeDefect>): Map<string, string> {
  const found = new Map<string, string>();
  for (let start = 0; start < text.length; ) {
    const first = text.charCodeAt(start);
    if (first === LF || (first === CR && text.charCodeAt(start + 1) === LF)) break;
    const lineEnd = endOfLine(text, start);
    let end = lineEnd;
    while (end < text.length && isBlank(text.charCodeAt(end))) end = endOfLine(text, end);
    const nameEnd = endOfName(text, { start, lineEnd });
    if (nameEnd === start) defects.add('malformed-header');
    else if (first === LOWER_C || first === UPPER_C) keepField(found, { text, start, nameEnd, end }, defects);
    start = end;
  }
  return found;
}

function keepField(
  found: Map<string, string>,
  field: { readonly text: string; readonly start: number; readonly nameEnd: number; readonly end: number },
  defects: Set<MimeDefect>,
): void {
  const { text, start, nameEnd, end } = field;
  const name = text.slice(start, nameEnd).toLowerCase();
  if (!CONTENT_FIELDS.has(name)) return;
  if (found.has(name)) {
    defects.add('repeated-content-field');
    return;
  }
  const raw = text.slice(text.indexOf(':', nameEnd) + 1, withoutLineEnd(text, end));
  if (raw.length > MAX_CONTENT_FIELD_OCTETS) defects.add('malformed-header');
  else found.set(name, fieldValue(raw));
}

function endOfLine(text: string, start: number): number {
  const lf = text.indexOf('\n', start);
  return lf < 0 ? text.length : lf + 1;
}

/** One past the name, blanks before the colon not counted; `start` where there is no name, or no colon. */
function endOfName(text: string, line: { readonly start: number; readonly lineEnd: number }): number {
  let end = line.start;
  for (let at = line.start; at < line.lineEnd; at++) {
    const code = text.charCodeAt(at);
    if (code === COLON) return end;
    if (!isBlank(code)) end = at + 1;
  }
  return line.start;
}

function withoutLineEnd(text: string, end: number): number {
  if (text.charCodeAt(end - 1) !== LF) return end;
  return text.charCodeAt(end - 2) === CR ? end - 2 : end - 1;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function mediaTypeOf(
  value: string | undefined,
  defaultType: DefaultType,
  defects: Set<MimeDefect>,
): Pick<ContentFields, 'type' | 'subtype' | 'params'> {
  const read = value === undefined ? undefined : parseContentType(value);
  if (read !== undefined) return read;
  if (value !== undefined) {
    defects.add('malformed-content-type');
    return { type: 'text', subtype: 'plain', params: {} };
  }
  return defaultType === 'text/plain'
    ? { type: 'text', subtype: 'plain', params: {} }
    : { type: 'message', subtype: 'rfc822', params: {} };
}

/** RFC 3282: a list of tags; comments and blanks go. */
function languageTags(value: string | undefined): readonly string[] | undefined {
  const tags = value
    ?.split(',')
    .map(firstToken)
    .filter((tag) => tag !== '');
  return tags?.length ? tags : undefined;
}
