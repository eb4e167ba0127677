// SPDX-License-Identifier: EUPL-1.2

/** RFC 5322 section 3.2.3: dot-atom-text, which is all RFC 6109 allows in addresses and domains here. */
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const HASH = /^[0-9A-Fa-f]{40}$/;

/** RFC 5321 section 4.5.3.1, in characters. */
const LONGEST_LOCAL_PART = 64;
const LONGEST_DOMAIN = 255;
/** Longest name, description or URL, in characters. */
export const LONGEST_TEXT = 2048;

/** A mail domain in dot-atom form. */
export function isMailDomain(text: string): boolean {
  return text.length <= LONGEST_DOMAIN && DOT_ATOM.test(text);
}

/** An addr-spec with a dot-atom on both sides and no comments or blanks (RFC 6109 section 4.5.4). */
export function isServiceAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  return (
    at > 0 && local.length <= LONGEST_LOCAL_PART && DOT_ATOM.test(local) && isMailDomain(text.slice(at + 1))
  );
}

/** A SHA-1 in hexadecimal, of either case (DIR-3). */
export function isCertificateHash(text: string): boolean {
  return HASH.test(text);
}
