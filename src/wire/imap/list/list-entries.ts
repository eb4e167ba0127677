// SPDX-License-Identifier: EUPL-1.2
import type { ListCommand, LsubCommand } from '../commands/list.ts';
import { HIERARCHY_DELIMITER } from '../grammar/mailbox-name.ts';
import type { MailboxListing } from '../imap-backend.ts';
import { ListPattern } from './list-pattern.ts';

/** One LIST or LSUB response. */
export interface ListEntry {
  readonly name: string;
  /** With backslash. */
  readonly attributes: readonly string[];
  /** Selection options that a name below fits though this one may not (RFC 9051 section 6.3.9.6). */
  readonly childInfo: readonly string[];
  readonly selectable: boolean;
}

/** A name, with what its place in the tree tells. */
interface Node {
  readonly listing: MailboxListing;
  /** The name is that of a mailbox, if only of one that holds others. */
  readonly exists: boolean;
  hasChildren: boolean;
  subscribedBelow: boolean;
  specialBelow: boolean;
}

/** Every name, those of missing levels above included, in the order of the names. */
function treeOf(listings: readonly MailboxListing[]): readonly Node[] {
  const nodes = new Map<string, Node>();
  for (const listing of listings) nodes.set(listing.name, node(listing, listing.selectable));
  for (const listing of listings) {
    for (const above of levelsAbove(listing.name)) {
      const missing = { name: above, selectable: false, subscribed: false, specialUse: [] };
      const parent = nodes.get(above) ?? node(missing, false);
      nodes.set(above, parent);
      if (listing.selectable) parent.hasChildren = true;
      parent.subscribedBelow ||= listing.subscribed;
      parent.specialBelow ||= listing.specialUse.length > 0;
    }
  }
  return [...nodes.values()].sort((a, b) => compareNames(a.listing.name, b.listing.name));
}

function node(listing: MailboxListing, exists: boolean): Node {
  return { listing, exists, hasChildren: false, subscribedBelow: false, specialBelow: false };
}

/** `a/b` and `a` for `a/b/c`. */
export function levelsAbove(name: string): readonly string[] {
  const above: string[] = [];
  for (let end = name.lastIndexOf(HIERARCHY_DELIMITER); end > 0; ) {
    above.push(name.slice(0, end));
    end = name.lastIndexOf(HIERARCHY_DELIMITER, end - 1);
  }
  return above;
}

/** INBOX first, then by name. */
function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  if (a === 'INBOX') return -1;
  if (b === 'INBOX') return 1;
  return a < b ? -1 : 1;
}

/** The answer to LIST (RFC 9051 section 6.3.9, RFC 5258, RFC 6154). */
export function listEntries(command: ListCommand, listings: readonly MailboxListing[]): readonly ListEntry[] {
  const patterns = command.patterns.map((pattern) => new ListPattern(command.reference, pattern));
  return treeOf(listings)
    .filter((one) => patterns.some((pattern) => pattern.matches(one.listing.name)))
    .filter((one) => isSelected(one, command))
    .map((one) => entry(one, command));
}

function isSelected(one: Node, { selection }: ListCommand): boolean {
  const bySubscription = selection.has('SUBSCRIBED');
  const byUse = selection.has('SPECIAL-USE');
  if (!bySubscription && !byUse) return one.exists || one.hasChildren;
  const fits = (!bySubscription || one.listing.subscribed) && (!byUse || one.listing.specialUse.length > 0);
  if (fits || !selection.has('RECURSIVEMATCH')) return fits;
  return (!bySubscription || one.subscribedBelow) && (!byUse || one.specialBelow);
}

function entry(one: Node, { selection, returns, extended }: ListCommand): ListEntry {
  const { listing } = one;
  const attributes: string[] = [];
  if (!one.exists) {
    // Who asks in the old way may not know that \NonExistent implies \Noselect (RFC 5258 section 3).
    attributes.push('\\NonExistent');
    if (!extended) attributes.push('\\Noselect');
  }
  if ((selection.has('SUBSCRIBED') || returns.subscribed) && listing.subscribed)
    attributes.push('\\Subscribed');
  attributes.push(one.hasChildren ? '\\HasChildren' : '\\HasNoChildren');
  attributes.push(...listing.specialUse);
  const childInfo: string[] = [];
  if (selection.has('RECURSIVEMATCH')) {
    if (selection.has('SUBSCRIBED') && one.subscribedBelow) childInfo.push('SUBSCRIBED');
    if (selection.has('SPECIAL-USE') && one.specialBelow) childInfo.push('SPECIAL-USE');
  }
  return { name: listing.name, attributes, childInfo, selectable: one.exists };
}

/** The answer to LSUB (RFC 3501 section 6.3.9): a level whose lower ones are subscribed shows as \Noselect. */
export function lsubEntries(command: LsubCommand, listings: readonly MailboxListing[]): readonly ListEntry[] {
  const pattern = new ListPattern(command.reference, command.pattern);
  const entries: ListEntry[] = [];
  for (const one of treeOf(listings)) {
    const { name, subscribed } = one.listing;
    const standsIn = one.subscribedBelow && command.pattern.endsWith('%');
    if (!pattern.matches(name) || !(subscribed || standsIn)) continue;
    const attributes = subscribed && one.exists ? [] : ['\\Noselect'];
    entries.push({ name, attributes, childInfo: [], selectable: one.exists });
  }
  return entries;
}
