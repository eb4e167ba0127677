// SPDX-License-Identifier: EUPL-1.2

/** One mailbox of an address list (RFC 5322 section 3.4). */
export interface Mailbox {
  /** Display name, quotes removed and encoded-words decoded; absent when there is none. */
  readonly name?: string;
  /** Display name as written (unquoted, encoded-words kept): what IMAP's ENVELOPE wants. */
  readonly rawName?: string;
  /** `localPart@domain` without comments, blanks or source route; the local part quoted only if it must be. */
  readonly address: string;
  /** Unquoted. */
  readonly localPart: string;
  readonly domain: string;
  /** Whether the addr-spec is one that RFC 5321 can carry. */
  readonly valid: boolean;
}

export interface AddressGroup {
  readonly name: string;
  readonly rawName: string;
  readonly mailboxes: readonly Mailbox[];
}

export interface AddressList {
  /** Every mailbox, those of groups included, in order. */
  readonly mailboxes: readonly Mailbox[];
  readonly groups: readonly AddressGroup[];
  /** Mailboxes and groups as they stand. */
  readonly entries: readonly (Mailbox | AddressGroup)[];
  /** The whole text is an address list and every mailbox in it is valid; an empty text is not. */
  readonly valid: boolean;
  /** Forms of RFC 5322 section 4 were met: they are read, but nobody may write them. */
  readonly obsolete: boolean;
}
