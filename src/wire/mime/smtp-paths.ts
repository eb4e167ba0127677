// SPDX-License-Identifier: EUPL-1.2

/**
 * The address in an SMTP path `<local@domain>` (RFC 5321 section 4.1.2), a source route dropped; the
 * empty string for the null path `<>`, undefined for what is no path.
 */
export function parsePath(_text: string): string | undefined {
  throw new Error('not written yet');
}
