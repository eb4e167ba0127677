// SPDX-License-Identifier: EUPL-1.2
import type { FlagsMode } from '../mailroom/steps/step-store.ts';
import { stepFault } from './step-faults.ts';

/** Flags as they rest: each once, sorted. Throws `step-malformed` for what cannot be a flag (RFC 9051 section 9). */
export function restingFlags(flags: readonly string[]): readonly string[] {
  for (const flag of flags)
    if (!/^[^\s]+$/.test(flag)) throw stepFault('step-malformed', `${JSON.stringify(flag)} is no flag`);
  return [...new Set(flags)].sort();
}

/** Flags as one text, which they fit into since none holds a space. */
export function flagsAsText(flags: readonly string[]): string {
  return flags.join(' ');
}

/** Few sets of flags are ever in use: each is taken apart once. */
const takenApart = new Map<string, readonly string[]>();
const TAKEN_APART_KEPT = 1000;

export function flagsOfText(text: string): readonly string[] {
  let flags = takenApart.get(text);
  if (flags === undefined) {
    flags = Object.freeze(text === '' ? [] : text.split(' '));
    if (takenApart.size >= TAKEN_APART_KEPT) takenApart.clear();
    takenApart.set(text, flags);
  }
  return flags;
}

/** The flags of a message after `flags` were set, added or removed. */
export function changedFlags(
  before: readonly string[],
  change: { mode: FlagsMode; flags: readonly string[] },
) {
  if (change.mode === 'set') return restingFlags(change.flags);
  if (change.mode === 'add') return restingFlags([...before, ...change.flags]);
  return restingFlags(before.filter((flag) => !change.flags.includes(flag)));
}

export function sameFlags(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((flag, at) => flag === other[at]);
}

/** UIDs named by an act: each once, ascending. */
export function namedUids(uids: readonly number[]): readonly number[] {
  return [...new Set(uids)].sort((a, b) => a - b);
}
