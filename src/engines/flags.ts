// SPDX-License-Identifier: EUPL-1.2
import type { FlagsMode } from '../mailroom/steps/step-store.ts';

/** Flags as they rest: each once, sorted. */
export function restingFlags(flags: readonly string[]): readonly string[] {
  return [...new Set(flags)].sort();
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
