// SPDX-License-Identifier: EUPL-1.2

/** One `name;option: value` of an entry (RFC 2849, attrval-spec). */
export interface LdifAttribute {
  /** The attribute's name without options, in the case it was written in. */
  readonly name: string;
  /** Options such as `binary`, in order, in the case they were written in (RFC 4512 section 2.5). */
  readonly options: readonly string[];
  /** The value's octets, base64 undone. */
  readonly value: Buffer;
}

/** One entry of an LDIF content file. */
export interface LdifEntry {
  /** The distinguished name as written, decoded as UTF-8. */
  readonly dn: string;
  readonly attributes: readonly LdifAttribute[];
  /** The line its `dn` starts on, counted from 1; absent in an entry that was never read from a file. */
  readonly line?: number;
}

/** Why a file is not LDIF as we accept it. */
export type LdifReason =
  | 'stray-continuation'
  | 'no-colon'
  | 'bad-attribute-name'
  | 'bad-base64'
  | 'unsafe-character'
  | 'not-utf8'
  | 'url-value'
  | 'change-record'
  | 'bad-version'
  | 'missing-dn'
  | 'misplaced-dn'
  | 'empty-entry'
  | 'line-too-long'
  | 'entry-too-large'
  | 'too-many-attributes'
  | 'too-many-entries'
  | 'file-too-large';

export interface LdifError {
  readonly reason: LdifReason;
  /** The line the trouble starts on, counted from 1. */
  readonly line: number;
  /** A short English sentence; never quotes more than 40 characters of the file. */
  readonly detail: string;
}

/** Bounds on what a reader takes; sizes in octets. */
export interface LdifLimits {
  /** One line after unfolding. */
  readonly lineBytes: number;
  /** All unfolded lines of one entry. */
  readonly entryBytes: number;
  readonly attributesPerEntry: number;
  readonly entries: number;
  readonly fileBytes: number;
}

/** Room for some fifteen times a national index of 300 providers and 120,000 domains (4 MB). */
export const LDIF_LIMITS: LdifLimits = {
  lineBytes: 1024 * 1024,
  entryBytes: 16 * 1024 * 1024,
  attributesPerEntry: 250_000,
  entries: 50_000,
  fileBytes: 64 * 1024 * 1024,
};

/** The values of an attribute; its name is compared without regard to case, options are not looked at. */
export function valuesOf(entry: LdifEntry, name: string): Buffer[] {
  const wanted = name.toLowerCase();
  const values: Buffer[] = [];
  for (const attribute of entry.attributes) {
    if (attribute.name.length === wanted.length && attribute.name.toLowerCase() === wanted) {
      values.push(attribute.value);
    }
  }
  return values;
}
