// SPDX-License-Identifier: EUPL-1.2

/** Where a key lies in a hardware module, and how it is reached. */
export interface TokenPlace {
  /** The maker's PKCS #11 module: a shared library. */
  readonly moduleFile: string;
  /** The token by its label, or by the number of its slot. */
  readonly token: { readonly label: string } | { readonly slot: number };
  /** The private key: CKA_LABEL, CKA_ID in hexadecimal digits, or both. */
  readonly keyLabel?: string;
  readonly keyId?: string;
  /** Its first line is the user's PIN; readable by its owner only. */
  readonly pinFile: string;
  /** Sessions that sign side by side. */
  readonly sessions: number;
}

/** In words, for faults: never the PIN. */
export function describePlace({ moduleFile, token, keyLabel, keyId }: TokenPlace): string {
  const key = [
    keyLabel === undefined ? [] : [`"${keyLabel}"`],
    keyId === undefined ? [] : [`id ${keyId}`],
  ].flat();
  const where = 'label' in token ? `token "${token.label}"` : `slot ${token.slot}`;
  return `key ${key.join(', ')} on ${where} of ${moduleFile}`;
}
