// SPDX-License-Identifier: EUPL-1.2
import { type Element, TAG } from './der-reader.ts';
import { oidValue, textValue } from './der-values.ts';
import { MalformedError } from './malformed.ts';

/** Most attributes in one name. */
const MAX_ATTRIBUTES = 64;

interface NameAttribute {
  readonly oid: string;
  readonly text: string;
}

/** A distinguished name, RFC 5280 section 4.1.2.4. */
export interface DistinguishedName {
  readonly der: Buffer;
  /** In order; several attributes of one RDN follow each other. */
  readonly attributes: readonly NameAttribute[];
  /** One string per RDN in the form names are compared in: case and runs of blanks do not count. */
  readonly comparable: readonly string[];
}

export function readName(element: Element): DistinguishedName {
  const attributes: NameAttribute[] = [];
  const rdns: NameAttribute[][] = [];
  const sequence = element.fields();
  while (!sequence.atEnd) {
    const fields = sequence.take(TAG.set).fields();
    const rdn: NameAttribute[] = [];
    do {
      rdn.push(readAttribute(fields.take(TAG.sequence)));
      if (attributes.length + rdn.length > MAX_ATTRIBUTES) {
        throw new MalformedError('a name of too many attributes');
      }
    } while (!fields.atEnd);
    attributes.push(...rdn);
    rdns.push(rdn);
  }
  return new ReadName(element.bytes, attributes, rdns);
}

/** A name as it was read. The form for comparing is made when it is asked for: mostly the octets are the same. */
class ReadName implements DistinguishedName {
  readonly der: Buffer;
  readonly attributes: readonly NameAttribute[];
  readonly #rdns: readonly (readonly NameAttribute[])[];
  #comparable: readonly string[] | undefined;

  constructor(
    der: Buffer,
    attributes: readonly NameAttribute[],
    rdns: readonly (readonly NameAttribute[])[],
  ) {
    this.der = der;
    this.attributes = attributes;
    this.#rdns = rdns;
  }

  get comparable(): readonly string[] {
    this.#comparable ??= this.#rdns.map((rdn) =>
      rdn
        .map(({ oid, text }) => `${oid}=${comparableText(text)}`)
        .sort()
        .join('\n'),
    );
    return this.#comparable;
  }
}

function readAttribute(element: Element): NameAttribute {
  const fields = element.fields();
  const oid = oidValue(fields.take(TAG.oid));
  const value = fields.next();
  fields.done();
  return { oid, text: textValue(value) ?? `#${value.bytes.toString('hex')}` };
}

/** RFC 5280 section 7.1, RFC 4518 section 2: as far as names of certification authorities need it. */
function comparableText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

export function sameName(one: DistinguishedName, other: DistinguishedName): boolean {
  if (one.der.equals(other.der)) return true;
  return one.comparable.length === other.comparable.length && startsWithName(one, other);
}

/** Whether `name` is `base` or lies below it (RFC 5280 section 4.2.1.10, directoryName). */
export function startsWithName(name: DistinguishedName, base: DistinguishedName): boolean {
  return base.comparable.every((rdn, index) => name.comparable[index] === rdn);
}

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.97', 'organizationIdentifier'],
]);

/** The name as people read it: `C=IT, O=Gestore Alfa S.p.A., CN=Posta Certificata`. */
export function printName(name: DistinguishedName): string {
  return name.attributes.map(({ oid, text }) => `${SHORT_NAMES.get(oid) ?? oid}=${text}`).join(', ');
}
