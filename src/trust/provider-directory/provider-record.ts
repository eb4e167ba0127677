// SPDX-License-Identifier: EUPL-1.2

/** One operative environment of a provider, as the index describes it (RFC 6109 section 4.5). */
export interface ProviderRecord {
  readonly providerName: string;
  /** Name of a secondary environment; `undefined` in the provider's main record (DIR-1). */
  readonly providerUnit: string | undefined;
  /** Service mailbox that take-charge receipts and virus notices go to. */
  readonly mailReceipt: string;
  /** PEC mail domains, in lower case. */
  readonly managedDomains: ReadonlySet<string>;
  /** Signing certificates, DER; several while one is being renewed (DIR-4, SIG-14). */
  readonly certificates: readonly Buffer[];
  /** SHA-1 of each certificate, 40 hexadecimal digits in lower case, in the order of `certificates`. */
  readonly certificateHashes: readonly string[];
  /** Where the provider publishes its own records; only in a main record (DIR-2). */
  readonly ldifLocationUrl: string | undefined;
  readonly description: string | undefined;
}

/** A name in the form caseIgnoreMatch compares it in (RFC 4518): case and runs of blanks do not count. */
export function comparableName(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** The same for two records of the same environment: provider and unit. */
export function recordKey(record: Pick<ProviderRecord, 'providerName' | 'providerUnit'>): string {
  return `${comparableName(record.providerName)}\n${comparableName(record.providerUnit ?? '')}`;
}

/** What to call a record in a sentence. */
export function recordTitle(record: Pick<ProviderRecord, 'providerName' | 'providerUnit'>): string {
  return record.providerUnit === undefined
    ? record.providerName
    : `${record.providerName} (${record.providerUnit})`;
}
