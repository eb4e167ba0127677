// SPDX-License-Identifier: EUPL-1.2
import { isUtf8 } from 'node:buffer';
import {
  LDIF_LIMITS,
  type LdifAttribute,
  type LdifEntry,
  type LdifError,
  type LdifLimits,
} from './ldif-entry.ts';
import { isLdifRefusal, type LdifRefusal, readAttribute } from './ldif-line.ts';
import { LineUnfolder, type LogicalLine } from './line-unfolder.ts';

/** What a whole file says, or the first thing wrong with it. */
export type LdifReading =
  | { readonly ok: true; readonly entries: readonly LdifEntry[] }
  | { readonly ok: false; readonly error: LdifError };

/** A refusal that may point at another line than the one being read. */
type Refusal = LdifRefusal & { readonly line?: number };

const NUMBER_SIGN = 0x23;

interface OpenEntry {
  readonly dn: string;
  readonly line: number;
  readonly attributes: LdifAttribute[];
  sizeBytes: number;
}

/** Reads a file held in memory (RFC 2849, ldif-content). Never throws. */
export function readLdif(file: Uint8Array, limits: LdifLimits = LDIF_LIMITS): LdifReading {
  const reader = new LdifReader(limits);
  const entries = reader.push(file);
  for (const entry of reader.end()) entries.push(entry);
  return reader.error === undefined ? { ok: true, entries } : { ok: false, error: reader.error };
}

/**
 * Reads a file piece by piece; what it holds is one entry at most. Never throws: after the first error it
 * gives no more entries and `error` says what was wrong.
 *
 * Two liberties against RFC 2849: the version line may be missing, and values may hold UTF-8 that is not
 * base64, as directories in the field write them. A `:<` URL is refused and never fetched.
 */
export class LdifReader {
  readonly #limits: LdifLimits;
  readonly #lines: LineUnfolder;
  #error: LdifError | undefined;
  #open: OpenEntry | undefined;
  #versionSeen = false;
  #entries = 0;
  #ready: LdifEntry[] = [];

  constructor(limits: LdifLimits = LDIF_LIMITS) {
    this.#limits = limits;
    this.#lines = new LineUnfolder(limits);
  }

  /** The first thing wrong, with its line. */
  get error(): LdifError | undefined {
    return this.#error;
  }

  /** Takes the next octets; returns the entries that are complete now. */
  push(chunk: Uint8Array): LdifEntry[] {
    this.#lines.push(chunk, (line) => this.#take(line));
    return this.#given();
  }

  /** Says that the file has ended; returns the last entry. */
  end(): LdifEntry[] {
    this.#lines.end((line) => this.#take(line));
    if (this.#error === undefined && this.#lines.error === undefined) {
      const refusal = this.#closeEntry();
      if (refusal !== undefined) this.#error = { line: 0, ...refusal };
    }
    return this.#given();
  }

  #given(): LdifEntry[] {
    // The unfolder stops at its own error, so whatever was taken came before it.
    this.#error ??= this.#lines.error;
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Takes one unfolded line; false stops the reading. */
  #take(line: LogicalLine): boolean {
    const refusal = this.#refusalOf(line);
    if (refusal !== undefined) this.#error ??= { line: line.number, ...refusal };
    return this.#error === undefined;
  }

  #refusalOf(line: LogicalLine): Refusal | undefined {
    if (line.octets.length === 0) return this.#closeEntry();
    if (line.octets[0] === NUMBER_SIGN) return undefined;
    const attribute = readAttribute(line.octets);
    if (isLdifRefusal(attribute)) return attribute;
    if (this.#open === undefined) return this.#startWith(attribute, line);
    return this.#addTo(this.#open, { attribute, sizeBytes: line.octets.length });
  }

  #startWith(attribute: LdifAttribute, line: LogicalLine): Refusal | undefined {
    const name = attribute.name.toLowerCase();
    if (name === 'version') return this.#takeVersion(attribute.value);
    if (name !== 'dn') return { reason: 'missing-dn', detail: 'an entry must begin with its dn' };
    if (!isUtf8(attribute.value)) return { reason: 'not-utf8', detail: 'the dn is not UTF-8' };
    if (this.#entries >= this.#limits.entries) {
      return { reason: 'too-many-entries', detail: `more than ${this.#entries} entries` };
    }
    this.#entries++;
    const dn = attribute.value.toString('utf8');
    this.#open = { dn, line: line.number, attributes: [], sizeBytes: line.octets.length };
    return undefined;
  }

  #addTo(open: OpenEntry, added: { attribute: LdifAttribute; sizeBytes: number }): Refusal | undefined {
    const name = added.attribute.name.toLowerCase();
    if (name === 'dn') return { reason: 'misplaced-dn', detail: 'a second dn within one entry' };
    if (name === 'changetype' || name === 'control') {
      return { reason: 'change-record', detail: 'the file holds changes, not entries' };
    }
    if (open.attributes.length >= this.#limits.attributesPerEntry) {
      return { reason: 'too-many-attributes', detail: `more than ${open.attributes.length} in one entry` };
    }
    open.sizeBytes += added.sizeBytes;
    if (open.sizeBytes > this.#limits.entryBytes) {
      return { reason: 'entry-too-large', detail: `an entry of more than ${this.#limits.entryBytes} octets` };
    }
    open.attributes.push(added.attribute);
    return undefined;
  }

  #takeVersion(value: Buffer): Refusal | undefined {
    if (this.#versionSeen || this.#entries > 0) {
      return { reason: 'bad-version', detail: 'the version comes once and before all entries' };
    }
    this.#versionSeen = true;
    if (value.toString('latin1') === '1') return undefined;
    return { reason: 'bad-version', detail: 'only version 1 is known' };
  }

  #closeEntry(): Refusal | undefined {
    const open = this.#open;
    if (open === undefined) return undefined;
    this.#open = undefined;
    if (open.attributes.length === 0) {
      return { reason: 'empty-entry', detail: 'an entry without attributes', line: open.line };
    }
    this.#ready.push({ dn: open.dn, line: open.line, attributes: open.attributes });
    return undefined;
  }
}
