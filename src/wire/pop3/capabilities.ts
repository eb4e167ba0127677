// SPDX-License-Identifier: EUPL-1.2

/** What decides which capabilities hold right now. */
export interface CapabilityFacts {
  /** The connection is under TLS. */
  readonly secure: boolean;
  /** STLS can still be sent. */
  readonly canStartTls: boolean;
}

/** RFC 2449 section 5. UTF8 and LANG of RFC 6856 are not offered, nor APOP, whose hash needs the password. */
export function capabilities({ secure, canStartTls }: CapabilityFacts): readonly string[] {
  const always = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING', 'EXPIRE NEVER'];
  // DP-27: a password in the clear is not asked for (RFC 2595 section 4, RFC 5034 section 3).
  if (secure) return [...always, 'USER', 'SASL PLAIN'];
  return canStartTls ? [...always, 'STLS'] : always;
}
