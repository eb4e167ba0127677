// SPDX-License-Identifier: EUPL-1.2

/** A record of the provider index, as far as the origin of a signature needs it. */
export interface CertificateOwner {
  readonly providerName: string;
  /** The service mailbox that takes M6 and M8 (IP-11). */
  readonly mailReceipt: string;
  /** Certified domains, lower case. */
  readonly managedDomains: ReadonlySet<string>;
  /** The certificates of the record, DER; any of them is good (SIG-14). */
  readonly certificates: readonly Buffer[];
}

/** Where the owner of a signing certificate is looked up (IP-5); `trust/provider-directory` is one. */
export interface CertificateLookup {
  /** Every record that lists this hash: SHA-1 of the DER, 40 hexadecimal digits, lower case. */
  findByCertificateHash(sha1HexLower: string): readonly CertificateOwner[];
}
