// SPDX-License-Identifier: EUPL-1.2
import type { Decoder } from '../grammar/decoder.ts';
import { SP } from '../grammar/octet-classes.ts';

/** Commands without arguments. */
interface BareCommand {
  readonly name:
    | 'CAPABILITY'
    | 'CHECK'
    | 'CLOSE'
    | 'EXPUNGE'
    | 'IDLE'
    | 'LOGOUT'
    | 'NAMESPACE'
    | 'NOOP'
    | 'STARTTLS'
    | 'UNSELECT';
}

/** RFC 2971. */
export interface IdCommand {
  readonly name: 'ID';
  /** Field names as written, at most 30; undefined for NIL. */
  readonly params: readonly (readonly [field: string, value: string | undefined])[] | undefined;
}

/** RFC 5161. */
export interface EnableCommand {
  readonly name: 'ENABLE';
  /** In capitals. */
  readonly capabilities: readonly string[];
}

/** RFC 4978; DEFLATE is the only mechanism there is. */
export interface CompressCommand {
  readonly name: 'COMPRESS';
  readonly mechanism: string;
}

export type AnyStateCommand = BareCommand | IdCommand | EnableCommand | CompressCommand;

const ID_FIELDS_LIMIT = 30;
const ENABLE_LIMIT = 64;

/** id = "ID" SP id-params-list; RFC 2971 section 3.3: at most 30 fields, names of 30 octets, values of 1024. */
export function id(decoder: Decoder): IdCommand {
  decoder.sp();
  if (decoder.takesWord('NIL')) return { name: 'ID', params: undefined };
  const params = decoder.list(
    () => {
      const field = decoder.string();
      decoder.sp();
      const value = decoder.nstring();
      if (field.length > 30 || (value?.length ?? 0) > 1024) decoder.fail('ID field too long');
      return [field, value] as const;
    },
    { atMost: ID_FIELDS_LIMIT },
  );
  return { name: 'ID', params };
}

/** enable = "ENABLE" 1*(SP capability) */
export function enable(decoder: Decoder): EnableCommand {
  const capabilities: string[] = [];
  decoder.sp();
  do {
    if (capabilities.length === ENABLE_LIMIT) decoder.fail('List too long');
    capabilities.push(decoder.word());
  } while (decoder.takes(SP));
  return { name: 'ENABLE', capabilities };
}

/** compress = "COMPRESS" SP algorithm */
export function compress(decoder: Decoder): CompressCommand {
  decoder.sp();
  return { name: 'COMPRESS', mechanism: decoder.word() };
}
