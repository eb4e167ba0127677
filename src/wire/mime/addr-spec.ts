// SPDX-License-Identifier: EUPL-1.2
import { isIPv4, isIPv6 } from 'node:net';

/** RFC 5321 section 4.5.3.1: 64 octets of local part, 255 of domain, 256 of path with its brackets. */
export const MAX_LOCAL_PART = 64;
export const MAX_DOMAIN = 255;
export const MAX_ADDRESS = 254;

const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** RFC 5321 section 4.1.2: Quoted-string. */
const QUOTED = /^"(?:[ !#-[\]-~]|\\[ -~])*"$/;
const DOMAIN = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/** Whether the text is exactly one addr-spec that SMTP can carry (RFC 5321 section 4.1.2), ASCII only. */
export function isAddress(text: string): boolean {
  if (text.length > MAX_ADDRESS) return false;
  const at = text.lastIndexOf('@');
  return at > 0 && isLocalPart(text.slice(0, at)) && isDomain(text.slice(at + 1));
}

/** A local part as written: a dot-atom or a quoted string. */
export function isLocalPart(text: string): boolean {
  return text.length <= MAX_LOCAL_PART && (DOT_ATOM.test(text) || QUOTED.test(text));
}

/** A domain of letters, digits and hyphens, or an address literal. */
export function isDomain(text: string): boolean {
  if (text.length > MAX_DOMAIN) return false;
  if (text.startsWith('[') && text.endsWith(']')) return isAddressLiteral(text.slice(1, -1));
  return DOMAIN.test(text) && text.split('.').every((label) => label.length <= 63);
}

/** The local part as it must be written: quoted unless it is a dot-atom. */
export function writeLocalPart(unquoted: string): string {
  return DOT_ATOM.test(unquoted) ? unquoted : `"${unquoted.replace(/["\\]/g, '\\$&')}"`;
}

function isAddressLiteral(text: string): boolean {
  return /^IPv6:/i.test(text) ? isIPv6(text.slice(5)) && !text.includes('%') : isIPv4(text);
}
