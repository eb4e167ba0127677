// SPDX-License-Identifier: EUPL-1.2
import type { MimePart, Parameters } from '../../mime/mime-index.ts';
import { EMPTY_ENVELOPE } from './envelope.ts';
import { isAsciiText, nstring, type OctetString, type StringStyle, string } from './strings.ts';

export interface StructureOptions {
  /** BODYSTRUCTURE, with extension data; else BODY. */
  readonly extended: boolean;
  readonly style: StringStyle;
  /** The envelope of an embedded message, by its root part; made beforehand. */
  readonly envelopes: ReadonlyMap<MimePart, OctetString>;
}

const EMPTY_TEXT_PART: OctetString = '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 0 0)';

/** Messages within a part, whose envelopes its structure shows, in order. */
export function embeddedMessages(part: MimePart): readonly MimePart[] {
  const found: MimePart[] = [];
  const visit = (one: MimePart): void => {
    if (one.type === 'message') found.push(...one.parts);
    for (const inner of one.parts) visit(inner);
  };
  visit(part);
  return found;
}

/** body = "(" (body-type-1part / body-type-mpart) ")" of RFC 9051 section 7.5.2. */
export function bodyStructure(part: MimePart, options: StructureOptions): OctetString {
  if (part.type === 'multipart') return multipart(part, options);
  const { style } = options;
  const fields = [
    string(part.type.toUpperCase(), style),
    string(part.subtype.toUpperCase(), style),
    parameters(part.params, style),
    nstring(part.id, style),
    nstring(part.description, style),
    string(part.encoding.toUpperCase(), style),
    String(part.bodyEnd - part.bodyStart),
  ];
  if (isMessage(part, style)) fields.push(embedded(part, options), String(part.bodyLines));
  else if (part.type === 'text') fields.push(String(part.bodyLines));
  if (options.extended) fields.push(nstring(part.md5, style), extension(part, style));
  return `(${fields.join(' ')})`;
}

/** body-type-msg; message/global (RFC 6532) is one only to who knows IMAP4rev2 or UTF8=ACCEPT. */
function isMessage(part: MimePart, style: StringStyle): boolean {
  return part.type === 'message' && (part.subtype === 'rfc822' || (style.utf8 && part.subtype === 'global'));
}

function embedded(part: MimePart, options: StructureOptions): OctetString {
  const [message] = part.parts;
  // A message that lies too deep was not opened; the grammar asks for an envelope and a body all the same.
  if (message === undefined) return `${EMPTY_ENVELOPE} ${EMPTY_TEXT_PART}`;
  return `${options.envelopes.get(message) ?? EMPTY_ENVELOPE} ${bodyStructure(message, options)}`;
}

/** body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart] */
function multipart(part: MimePart, options: StructureOptions): OctetString {
  const { style } = options;
  let written = '';
  for (const child of part.parts) written += bodyStructure(child, options);
  written = `${written === '' ? EMPTY_TEXT_PART : written} ${string(part.subtype.toUpperCase(), style)}`;
  if (options.extended) written += ` ${parameters(part.params, style)} ${extension(part, style)}`;
  return `(${written})`;
}

/** body-fld-dsp SP body-fld-lang SP body-fld-loc */
function extension(part: MimePart, style: StringStyle): OctetString {
  const { disposition, language = [] } = part;
  const written =
    disposition === undefined
      ? 'NIL'
      : `(${string(disposition.type.toUpperCase(), style)} ${parameters(disposition.params, style)})`;
  const [first] = language;
  const languages =
    first === undefined
      ? 'NIL'
      : language.length === 1
        ? string(first, style)
        : `(${language.map((one) => string(one, style)).join(' ')})`;
  return `${written} ${languages} ${nstring(part.location, style)}`;
}

/** body-fld-param = "(" string SP string *(SP string SP string) ")" / nil */
function parameters(params: Parameters, style: StringStyle): OctetString {
  const written: OctetString[] = [];
  for (const [name, value] of Object.entries(params)) {
    // The index holds decoded values; who reads a structure expects a header's, so RFC 2231 once more.
    if (isAsciiText(value)) written.push(string(name.toUpperCase(), style), string(value, style));
    else written.push(string(`${name.toUpperCase()}*`, style), string(extendedValue(value), style));
  }
  return written.length === 0 ? 'NIL' : `(${written.join(' ')})`;
}

/** ext-value of RFC 2231 section 4, in UTF-8. */
function extendedValue(value: string): string {
  const octets = Buffer.from(value, 'utf8');
  let written = "utf-8''";
  for (const octet of octets) {
    const character = String.fromCharCode(octet);
    written += /[A-Za-z0-9!#$&+\-.^_`|~]/.test(character)
      ? character
      : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return written;
}
