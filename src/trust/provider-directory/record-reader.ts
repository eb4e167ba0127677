// SPDX-License-Identifier: EUPL-1.2
import { isUtf8 } from 'node:buffer';
import { readCertificate } from '../../wire/cms/certificate.ts';
import type { LdifEntry } from '../../wire/ldif/ldif-entry.ts';
import type { DirectoryProblem, DirectoryReason, Findings } from './directory-problem.ts';
import { lowerAscii } from './directory-snapshot.ts';
import { comparableName, type ProviderRecord } from './provider-record.ts';
import { isCertificateHash, isMailDomain, isServiceAddress, LONGEST_TEXT } from './record-values.ts';

/** Which record the entry's name says it is. */
export interface RecordPlace {
  readonly providerName: string;
  readonly providerUnit: string | undefined;
}

/** An entry with its values by attribute name, in lower case, and a place to tell what is wrong with it. */
class EntryValues {
  readonly #entry: LdifEntry;
  readonly #problems: Findings<DirectoryProblem>;
  readonly #values = new Map<string, Buffer[]>();

  constructor(entry: LdifEntry, problems: Findings<DirectoryProblem>) {
    this.#entry = entry;
    this.#problems = problems;
    for (const { name, value } of entry.attributes) {
      const values = this.#values.get(name.toLowerCase());
      if (values === undefined) this.#values.set(name.toLowerCase(), [value]);
      else values.push(value);
    }
  }

  problem(reason: DirectoryReason, detail: string): void {
    const { dn, line } = this.#entry;
    this.#problems.add(line === undefined ? { reason, detail, dn } : { reason, detail, dn, line });
  }

  octets(name: string): readonly Buffer[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }

  /** All values as text; those that are no UTF-8 are told and left out. */
  texts(name: string): string[] {
    const texts: string[] = [];
    for (const value of this.octets(name)) {
      if (isUtf8(value)) texts.push(value.toString('utf8'));
      else this.problem('not-utf8', `a value of ${name} is not UTF-8`);
    }
    return texts;
  }

  /** The value of an attribute that has at most one. */
  optional(name: string): string | undefined {
    const [value, ...others] = this.texts(name);
    if (others.length > 0) this.problem('repeated-attribute', `${name} may be there once only`);
    if (value === undefined || (value !== '' && value.length <= LONGEST_TEXT)) return value;
    this.problem('bad-value', `${name} is empty or longer than ${LONGEST_TEXT} characters`);
    return undefined;
  }

  required(name: string): string {
    const value = this.optional(name);
    if (this.octets(name).length === 0) this.problem('missing-attribute', `${name} is missing`);
    return value ?? '';
  }
}

/** Whether the entry says that it describes a provider. */
export function isProviderEntry(entry: LdifEntry): boolean {
  return entry.attributes.some(
    ({ name, value }) =>
      name.toLowerCase() === 'objectclass' && value.toString('latin1').toLowerCase() === 'provider',
  );
}

/**
 * Reads one record (RFC 6109 section 4.5.8). Everything wrong with it is added to `problems`; the record that is
 * returned then only serves to find more. `managedDomains` may come out empty: what that means depends on
 * what was there before (DIR-15).
 */
export function readRecord(
  entry: LdifEntry,
  { place, problems }: { place: RecordPlace; problems: Findings<DirectoryProblem> },
): ProviderRecord {
  const values = new EntryValues(entry, problems);
  const providerName = values.required('providerName');
  const providerUnit = values.optional('providerUnit');
  if (!agrees(providerName, place.providerName) || !agrees(providerUnit, place.providerUnit)) {
    values.problem('name-differs-from-dn', 'providerName and providerUnit must say what the dn says');
  }
  const ldifLocationUrl = values.optional('LDIFLocationURL');
  if (ldifLocationUrl !== undefined && place.providerUnit !== undefined) {
    // DIR-2
    values.problem('location-in-secondary-record', 'LDIFLocationURL belongs into the main record only');
  }
  const mailReceipt = values.required('mailReceipt');
  if (mailReceipt !== '' && !isServiceAddress(mailReceipt)) {
    values.problem('bad-value', 'mailReceipt is not a plain address');
  }
  return {
    providerName: providerName === '' ? place.providerName : providerName,
    providerUnit: place.providerUnit,
    mailReceipt,
    managedDomains: readDomains(values),
    ...readCertificates(values),
    ldifLocationUrl,
    description: values.texts('description')[0],
  };
}

function agrees(written: string | undefined, named: string | undefined): boolean {
  if (written === undefined || named === undefined) return written === named;
  return comparableName(written) === comparableName(named);
}

function readDomains(values: EntryValues): ReadonlySet<string> {
  const domains = new Set<string>();
  for (const domain of values.texts('managedDomains')) {
    if (isMailDomain(domain)) domains.add(lowerAscii(domain));
    else values.problem('bad-value', `${JSON.stringify(domain.slice(0, 80))} is not a mail domain`);
  }
  return domains;
}

/** DIR-4: as many certificates as hashes, each hash that of a certificate beside it. */
function readCertificates(values: EntryValues): Pick<ProviderRecord, 'certificates' | 'certificateHashes'> {
  const unmatched = readHashes(values);
  const listed = new Set(unmatched);
  const byHash = new Map<string, Buffer>();
  for (const der of values.octets('providerCertificate')) {
    const certificate = readCertificate(der);
    if (!certificate.ok) {
      values.problem('bad-certificate', `a providerCertificate cannot be read: ${certificate.reason}`);
      continue;
    }
    const { sha1 } = certificate.value;
    if (!listed.has(sha1))
      values.problem('hash-mismatch', `no providerCertificateHash for the certificate ${sha1}`);
    unmatched.delete(sha1);
    byHash.set(sha1, certificate.value.der);
  }
  for (const hash of unmatched)
    values.problem('hash-mismatch', `no providerCertificate has the hash ${hash}`);
  return { certificates: [...byHash.values()], certificateHashes: [...byHash.keys()] };
}

function readHashes(values: EntryValues): Set<string> {
  const hashes = new Set<string>();
  for (const name of ['providerCertificateHash', 'providerCertificate']) {
    if (values.octets(name).length === 0) values.problem('missing-attribute', `${name} is missing`);
  }
  for (const hash of values.texts('providerCertificateHash')) {
    if (isCertificateHash(hash)) hashes.add(hash.toLowerCase());
    else values.problem('bad-value', 'a providerCertificateHash is not 40 hexadecimal digits');
  }
  return hashes;
}
