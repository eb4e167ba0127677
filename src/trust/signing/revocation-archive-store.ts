// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';

/** A revocation list that is kept, without its octets. */
export interface ArchivedList {
  /** SHA-256 of its DER, hexadecimal: a list is kept once. */
  readonly sha256: string;
  /** Whose list it is: `issuerKey` of the issuer's name. */
  readonly issuer: string;
  /** Lists of one series replace each other: same issuer, same key, same scope. */
  readonly series: string;
  readonly thisUpdate: Instant;
  readonly nextUpdate: Instant | null;
  /** When it was first had. */
  readonly obtainedAt: Instant;
}

/** What a step changes in the archive. */
export type RevocationAct =
  /** Nothing happens when a list of that content is kept already. */
  | {
      readonly do: 'keep-revocation-list';
      readonly list: ArchivedList;
      readonly der: Uint8Array;
    }
  /** Nothing happens when it is gone already. */
  | { readonly do: 'forget-revocation-list'; readonly sha256: string };

/** Reading side of the archive of revocation lists; synchronous. */
export interface RevocationArchiveReader {
  /** The issuers that lists are kept of. */
  listRevocationIssuers(): readonly string[];
  /** The lists of an issuer, the one with the earliest thisUpdate first. */
  listRevocationLists(issuer: string): readonly ArchivedList[];
  /** The DER of a list; undefined when none of that SHA-256 is kept. */
  revocationListOctets(sha256: string): Buffer | undefined;
}
