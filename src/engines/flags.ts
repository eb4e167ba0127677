// SPDX-License-Identifier: EUPL-1.2
import type { FlagsMode } from '../mailroom/steps/step-store.ts';
import { stepFault } from './step-faults.ts';

/** Flags as they rest: each once, sorted. Throws `step-malformed` for what cannot be a flag (RFC 9051 section 9). */
export function restingFlags(flags: readonly string[]): readonly string[] {
  for (const flag of flags)
    if (!/^[^\s]+$/.test(flag)) throw stepFault('step-malformed', `${JSON.stringify(flag)} is no flag`);
  return spelledOnce(flags, []).sort();
}

/** Letter case does not make two of a flag (RFC 9051 section 2.3.2): the spelling that is there already stays. */
function spelledOnce(flags: readonly string[], before: readonly string[]): string[] {
  if (flags.length === 0) return [];
  const known = new Map(before.map((flag) => [flag.toLowerCase(), flag]));
  const kept = new Map<string, string>();
  for (const flag of flags) {
    const folded = flag.toLowerCase();
    if (!kept.has(folded)) kept.set(folded, known.get(folded) ?? flag);
  }
  return [...kept.values()];
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
  if (change.mode === 'set') return restingFlags(spelledOnce(change.flags, before));
  if (change.mode === 'add') return restingFlags([...before, ...change.flags]);
  const removed = new Set(change.flags.map((flag) => flag.toLowerCase()));
  return restingFlags(before.filter((flag) => !removed.has(flag.toLowerCase())));
}

export function sameFlags(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((flag, at) => flag === other[at]);
}

/** UIDs named by an act: each once, ascending. */
export function namedUids(uids: readonly number[]): readonly number[] {
  return [...new Set(uids)].sort((a, b) => a - b);
}
