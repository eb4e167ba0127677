// SPDX-License-Identifier: EUPL-1.2
import { type Header, parseHeader } from './header.ts';
import type { MimeDefect, MimePart } from './mime-part.ts';
import { firstToken, parseContentType, parseDisposition } from './parameters.ts';

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

/** Reads the content fields (RFC 2045) of a header block; what is odd goes into `defects`. Never throws. */
export function readContentFields(
  block: Uint8Array,
  defaultType: DefaultType,
  defects: Set<MimeDefect>,
): ContentFields {
  const header = parseHeader(block);
  if (header.all('').length > 0) defects.add('malformed-header');
  const text = (name: string) => fieldText(header, name, defects);
  return {
    ...mediaTypeOf(text('content-type'), defaultType, defects),
    encoding: firstToken(text('content-transfer-encoding') ?? '') || '7bit',
    ...given('disposition', parseDisposition(text('content-disposition') ?? '')),
    ...given('id', text('content-id')),
    ...given('description', text('content-description')),
    ...given('md5', text('content-md5')),
    ...given('language', languageTags(text('content-language'))),
    ...given('location', text('content-location')),
  };
}

/** About how many octets of memory the fields take. */
export function contentFieldsSize(fields: ContentFields): number {
  return JSON.stringify(fields).length;
}

function fieldText(header: Header, name: string, defects: Set<MimeDefect>): string | undefined {
  const [field, another] = header.all(name);
  if (another !== undefined) defects.add('repeated-content-field');
  if (field === undefined) return undefined;
  if (field.raw.length <= MAX_CONTENT_FIELD_OCTETS) return field.value;
  defects.add('malformed-header');
  return undefined;
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

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
