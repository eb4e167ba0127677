// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedRecipient } from '../evidence/certification-data/certification-data.ts';
import type { Instant } from '../platform/clock.ts';

const HOUR_MS = 3_600_000;
// AP-33: the outbound queue for certified mail gives up after 24 hours.
export const CERTIFIED_LIFE_MS = 24 * HOUR_MS;
// RFC 5321 section 4.5.4.1 speaks of days; ordinary recipients wait for no receipt.
export const ORDINARY_LIFE_MS = 48 * HOUR_MS;

/** Destination of what stays in this house. */
export const LOCAL_DESTINATION = 'local';

/** Which mail domains are served here; exact, lower case. */
export interface OwnDomains {
  has(domain: string): boolean;
}

/** One transaction to come: recipients that are reached together. */
export interface Destination {
  /** `local` or a mail domain in lower case. */
  readonly name: string;
  readonly certified: boolean;
  readonly addresses: readonly string[];
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

/** The addresses without those that were named before, in whatever letter case. */
export function eachOnce(addresses: readonly string[]): readonly string[] {
  const known = new Map<string, string>();
  for (const address of addresses) {
    const key = address.toLowerCase();
    if (!known.has(key)) known.set(key, address);
  }
  return [...known.values()];
}

/** Where an address is reached: in this house or at its domain. */
export function destinationOf(address: string, own: OwnDomains): string {
  const domain = domainOf(address);
  return own.has(domain) ? LOCAL_DESTINATION : domain;
}

/**
 * Groups recipients by where they are reached (AP-31), certified and ordinary ones apart, since they fail
 * in different ways (AP-34, AP-35); the order of first mention is kept.
 */
export function groupByDestination(
  recipients: readonly CertifiedRecipient[],
  own: OwnDomains,
): readonly Destination[] {
  const groups = new Map<string, { name: string; certified: boolean; addresses: string[] }>();
  for (const { address, certified } of recipients) {
    const name = destinationOf(address, own);
    const key = `${name} ${certified}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { name, certified, addresses: [address] });
    else group.addresses.push(address);
  }
  return [...groups.values()];
}

/** When an entry for that destination is given up. */
export function expiryOf(certified: boolean, now: Instant): Instant {
  return now + (certified ? CERTIFIED_LIFE_MS : ORDINARY_LIFE_MS);
}
