// SPDX-License-Identifier: EUPL-1.2
import type { Decoder } from '../grammar/decoder.ts';
import { mailbox } from '../grammar/mailbox-name.ts';
import { SP, TILDE } from '../grammar/octet-classes.ts';

/** RFC 5464. The mailbox name is empty for what belongs to the server. */
export type MetadataCommand =
  | {
      readonly name: 'GETMETADATA';
      readonly mailbox: string;
      /** Lower case, each starting with `/private/` or `/shared/`. */
      readonly entries: readonly string[];
      readonly maxSizeBytes?: number;
      readonly depth: 0 | 1 | 'infinity';
    }
  | {
      readonly name: 'SETMETADATA';
      readonly mailbox: string;
      /** A value of undefined removes the entry. */
      readonly values: readonly { readonly entry: string; readonly value: Buffer | undefined }[];
    };

const ENTRY_LIMIT = 64;

interface GetOptions {
  readonly maxSizeBytes?: number;
  readonly depth: 0 | 1 | 'infinity';
}

/** getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries */
export function getMetadata(decoder: Decoder): MetadataCommand {
  decoder.sp();
  let options: GetOptions = { depth: 0 };
  if (decoder.atList) {
    options = getOptions(decoder);
    decoder.sp();
  }
  const name = mailbox(decoder);
  decoder.sp();
  const entries = decoder.atList
    ? decoder.list(() => entryName(decoder), { atLeast: 1, atMost: ENTRY_LIMIT })
    : [entryName(decoder)];
  return { name: 'GETMETADATA', mailbox: name, entries, ...options };
}

function getOptions(decoder: Decoder): GetOptions {
  let options: GetOptions = { depth: 0 };
  decoder.list(
    () => {
      const word = decoder.word();
      decoder.sp();
      if (word === 'MAXSIZE') options = { ...options, maxSizeBytes: decoder.number() };
      else if (word === 'DEPTH') options = { ...options, depth: depth(decoder) };
      else decoder.fail('Unknown GETMETADATA option');
    },
    { atLeast: 1, atMost: 4 },
  );
  return options;
}

function depth(decoder: Decoder): 0 | 1 | 'infinity' {
  if (decoder.takesWord('INFINITY')) return 'infinity';
  const number = decoder.number();
  return number === 0 || number === 1 ? number : decoder.fail('Unknown depth');
}

/** entry = astring; RFC 5464 section 3.2: no `//`, no `*` or `%`, no trailing slash, ASCII. */
function entryName(decoder: Decoder): string {
  const entry = decoder.astring().toLowerCase();
  const wellFormed = /^\/(private|shared)(\/[^/*%\x00-\x1f\x7f-\u{10ffff}]+)*$/u.test(entry);
  return wellFormed && entry.length <= 255 ? entry : decoder.fail('Malformed metadata entry name');
}

/** setmetadata = "SETMETADATA" SP mailbox SP "(" entry SP value *(SP entry SP value) ")" */
export function setMetadata(decoder: Decoder): MetadataCommand {
  decoder.sp();
  const name = mailbox(decoder);
  decoder.sp();
  const values = decoder.list(
    () => {
      const entry = entryName(decoder);
      if (!entry.includes('/', 1)) decoder.fail('A whole tree of entries cannot be set');
      decoder.expect(SP, 'a space');
      return { entry, value: metadataValue(decoder) };
    },
    { atLeast: 1, atMost: ENTRY_LIMIT },
  );
  return { name: 'SETMETADATA', mailbox: name, values };
}

/** value = nstring / literal8 */
function metadataValue(decoder: Decoder): Buffer | undefined {
  if (decoder.takesWord('NIL')) return undefined;
  return decoder.peek() === TILDE ? decoder.literal({ binary: true }) : decoder.stringOctets();
}
