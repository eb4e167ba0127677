// SPDX-License-Identifier: EUPL-1.2

/** What grows in a store, and how far. */
export interface StoreLimits {
  /** Removed UIDs remembered per folder, for clients that come back (RFC 7162). */
  readonly expungedKept: number;
}

export const DEFAULT_STORE_LIMITS: StoreLimits = { expungedKept: 10_000 };

/** Orders text by its UTF-8 octets, as databases do. */
export function byOctets(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** A Message-ID or PEC msgid without the angle brackets it may have. */
export function bareMessageId(id: string): string {
  return id.startsWith('<') && id.endsWith('>') ? id.slice(1, -1) : id;
}
