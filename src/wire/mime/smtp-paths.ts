// SPDX-License-Identifier: EUPL-1.2
import { isAddress, isLocalPart, MAX_LOCAL_PART, writeLocalPart } from './addr-spec.ts';

/** RFC 5321 section 4.5.3.1.3 allows 256 octets; routes, which nobody needs, get as many again. */
const MAX_PATH = 512;

/**
 * The address in an SMTP path `<local@domain>` (RFC 5321 section 4.1.2): a source route is dropped, as
 * section 3.3 asks, and needless quotes go; the empty string for the null path `<>`; `postmaster` in lower
 * case for `<Postmaster>` without domain (section 4.1.1.3); undefined for what is no path. Never throws.
 */
export function parsePath(text: string): string | undefined {
  if (text.length > MAX_PATH || !text.startsWith('<') || !text.endsWith('>') || text.length < 2)
    return undefined;
  const inner = text.slice(1, -1).replace(ROUTE, '');
  if (inner === '' && text === '<>') return '';
  if (/^postmaster$/i.test(inner)) return 'postmaster';
  return isAddress(inner) ? withoutNeedlessQuotes(inner) : undefined;
}

/** Whether the value of a Return-Path field is the path of that address; empty for the null path. */
export function isPathOf(value: string, address: string): boolean {
  return parsePath(value.trim())?.toLowerCase() === address.toLowerCase();
}

const ROUTE = /^@[A-Za-z0-9.[\]:-]{1,255}(?:,@[A-Za-z0-9.[\]-]{1,255}){0,20}:/;

function withoutNeedlessQuotes(address: string): string {
  if (!address.startsWith('"')) return address;
  const at = address.lastIndexOf('@');
  const local = writeLocalPart(address.slice(1, at - 1).replace(/\\(.)/g, '$1'));
  return isLocalPart(local) && local.length <= MAX_LOCAL_PART ? local + address.slice(at) : address;
}
