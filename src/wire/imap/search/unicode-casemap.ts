// SPDX-License-Identifier: EUPL-1.2

/**
 * Text in the form in which SEARCH, SORT and THREAD compare it: i;unicode-casemap (RFC 5051), which IMAP4rev2
 * asks for: letters in one case, compatibility characters taken apart.
 */
export function unicodeCasemap(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toUpperCase();
  return text.toUpperCase().normalize('NFKD');
}
