// SPDX-License-Identifier: EUPL-1.2

const AMPERSAND = 0x26;
const ENCODED = /&([^-]*)-/g;

/** Mailbox name as IMAP4rev1 writes it (RFC 3501 section 5.1.3): modified UTF-7. */
export function encodeModifiedUtf7(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`;
  });
}

/**
 * Reads modified UTF-7. Undefined when it is not: 8-bit or control octets, an unended shift, printable
 * ASCII in base64, bits left over, a half surrogate pair. So each name has one spelling only.
 */
export function decodeModifiedUtf7(text: string): string | undefined {
  if (!/^[\x20-\x7e]*$/.test(text)) return undefined;
  if (!text.includes('&')) return text;
  let malformed = false;
  const decoded = text.replace(ENCODED, (_shift, base64: string) => {
    const run = base64 === '' ? '&' : decodeShift(base64);
    if (run === undefined) malformed = true;
    return run ?? '';
  });
  if (malformed) return undefined;
  // Encoding again tells an unended shift, null shifts and anything else not canonical.
  return encodeModifiedUtf7(decoded) === text ? decoded : undefined;
}

function decodeShift(base64: string): string | undefined {
  if (!/^[A-Za-z0-9+,]+$/.test(base64)) return undefined;
  const octets = Buffer.from(base64.replaceAll(',', '/'), 'base64');
  if (octets.length % 2 !== 0 || octets.length === 0) return undefined;
  const run = octets.swap16().toString('utf16le');
  return run.isWellFormed() && run.charCodeAt(0) !== AMPERSAND ? run : undefined;
}
