// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { writeDistinguishedName } from '../../wire/ldif/distinguished-name.ts';
import type { LdifEntry } from '../../wire/ldif/ldif-entry.ts';
import { attribute, writeLdif } from '../../wire/ldif/ldif-writer.ts';

/** One environment of a provider, as it is to stand in the index (RFC 6109 section 4.5). */
export interface IndexedProvider {
  readonly providerName: string;
  /** Only for a secondary environment (DIR-1). */
  readonly providerUnit?: string | undefined;
  /** Signing certificates, DER. */
  readonly certificates: readonly Buffer[];
  readonly mailReceipt: string;
  readonly managedDomains: Iterable<string>;
  /** Where the provider publishes its records; only for a main environment (DIR-2). */
  readonly ldifLocationUrl?: string | undefined;
  readonly description?: string | undefined;
}

const ROOT = { type: 'o', value: 'postacert' } as const;

/** The LDIF of the whole index: the root entry with its URL, then the records in the order given (DIR-10). */
export function writeIndex(index: {
  /** `https:` URL the signed index is published at. */
  readonly locationUrl: string;
  readonly providers: readonly IndexedProvider[];
}): Buffer {
  return writeLdif([rootEntry(index.locationUrl), ...index.providers.map(providerEntry)]);
}

/** The LDIF of one provider's records, main record first: what it signs and publishes itself (DIR-2, DIR-6, DIR-7). */
export function writeOwnRecords(records: readonly IndexedProvider[]): Buffer {
  return writeLdif(records.map(providerEntry));
}

function rootEntry(locationUrl: string): LdifEntry {
  return {
    dn: writeDistinguishedName([ROOT]),
    attributes: [
      attribute('objectClass', 'top'),
      attribute('objectClass', 'organization'),
      attribute('objectClass', 'LDIFLocationURLObject'),
      attribute('o', ROOT.value),
      attribute('LDIFLocationURL', locationUrl),
    ],
  };
}

function providerEntry(provider: IndexedProvider): LdifEntry {
  const { providerName, providerUnit, ldifLocationUrl, description } = provider;
  const unit = providerUnit === undefined ? [] : [{ type: 'providerUnit', value: providerUnit }];
  const attributes = [
    attribute('objectClass', 'top'),
    attribute('objectClass', 'provider'),
    attribute('providerName', providerName),
  ];
  if (providerUnit !== undefined) attributes.push(attribute('providerUnit', providerUnit));
  for (const certificate of provider.certificates) {
    const hash = createHash('sha1').update(certificate).digest('hex');
    attributes.push(attribute('providerCertificateHash', hash));
    attributes.push(attribute('providerCertificate;binary', certificate));
  }
  attributes.push(attribute('mailReceipt', provider.mailReceipt));
  if (ldifLocationUrl !== undefined) attributes.push(attribute('LDIFLocationURL', ldifLocationUrl));
  for (const domain of provider.managedDomains) attributes.push(attribute('managedDomains', domain));
  if (description !== undefined) attributes.push(attribute('description', description));
  const dn = writeDistinguishedName([...unit, { type: 'providerName', value: providerName }, ROOT]);
  return { dn, attributes };
}
