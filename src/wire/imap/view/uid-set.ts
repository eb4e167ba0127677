// SPDX-License-Identifier: EUPL-1.2

/** Both ends included. */
export interface UidRange {
  readonly first: number;
  readonly last: number;
}

/**
 * A set of UIDs in ascending order, kept as ranges: the UIDs of a mailbox that nobody deleted from
 * take a few octets however many they are. A value: what changes it makes a new one.
 */
export class UidSet {
  static readonly EMPTY = new UidSet([], []);

  readonly #firsts: Uint32Array;
  readonly #lasts: Uint32Array;
  /** How many UIDs lie in the ranges before each. */
  readonly #before: Uint32Array;
  /** How many UIDs there are. */
  readonly size: number;

  /** Ranges ascending, neither touching nor overlapping. */
  private constructor(firsts: readonly number[], lasts: readonly number[]) {
    this.#firsts = Uint32Array.from(firsts);
    this.#lasts = Uint32Array.from(lasts);
    this.#before = new Uint32Array(firsts.length);
    let size = 0;
    for (let i = 0; i < this.#firsts.length; i++) {
      this.#before[i] = size;
      size += (this.#lasts[i] ?? 0) - (this.#firsts[i] ?? 0) + 1;
    }
    this.size = size;
  }

  /** Any numbers from 1 to 2^32-1, in any order, repeated or not. */
  static of(uids: Iterable<number>): UidSet {
    const sorted = Uint32Array.from(uids).sort();
    const builder = new RangeBuilder();
    for (const uid of sorted) builder.add(uid, uid);
    return builder.build(UidSet.#make);
  }

  /** Any ranges, in any order, overlapping or not; ends beyond 2^32-1 are cut. */
  static ofRanges(ranges: Iterable<UidRange>): UidSet {
    const sorted = [...ranges].sort((a, b) => a.first - b.first);
    const builder = new RangeBuilder();
    for (const { first, last } of sorted) {
      const end = Math.min(last, 0xffff_ffff);
      if (first <= end) builder.add(Math.max(1, first), end);
    }
    return builder.build(UidSet.#make);
  }

  static readonly #make = (firsts: readonly number[], lasts: readonly number[]): UidSet =>
    firsts.length === 0 ? UidSet.EMPTY : new UidSet(firsts, lasts);

  get isEmpty(): boolean {
    return this.size === 0;
  }

  get rangeCount(): number {
    return this.#firsts.length;
  }

  /** The lowest UID, 0 when there is none. */
  get lowest(): number {
    return this.#firsts[0] ?? 0;
  }

  /** The highest UID, 0 when there is none. */
  get highest(): number {
    return this.#lasts[this.#lasts.length - 1] ?? 0;
  }

  /** Index of the last range that starts at or before the value, by `starts`; -1 when none does. */
  static #search(starts: Uint32Array, value: number): number {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  has(uid: number): boolean {
    const range = UidSet.#search(this.#firsts, uid);
    return range >= 0 && uid <= (this.#lasts[range] ?? 0);
  }

  /** The UID at a place, counted from 0; undefined outside. */
  at(index: number): number | undefined {
    if (index < 0 || index >= this.size) return undefined;
    const range = UidSet.#search(this.#before, index);
    return (this.#firsts[range] ?? 0) + index - (this.#before[range] ?? 0);
  }

  /** The place of a UID, counted from 0; -1 when it is not in the set. */
  indexOf(uid: number): number {
    const range = UidSet.#search(this.#firsts, uid);
    if (range < 0 || uid > (this.#lasts[range] ?? 0)) return -1;
    return (this.#before[range] ?? 0) + uid - (this.#firsts[range] ?? 0);
  }

  /** How many UIDs are below this one. */
  countBelow(uid: number): number {
    const range = UidSet.#search(this.#firsts, uid - 1);
    if (range < 0) return 0;
    const last = Math.min(uid - 1, this.#lasts[range] ?? 0);
    return (this.#before[range] ?? 0) + last - (this.#firsts[range] ?? 0) + 1;
  }

  /** The UIDs from place `from` (included) to `to` (excluded), counted from 0. */
  slice(from: number, to: number): UidSet {
    const first = this.at(Math.max(0, from));
    const last = this.at(Math.min(to, this.size) - 1);
    if (first === undefined || last === undefined || last < first) return UidSet.EMPTY;
    return this.intersect(UidSet.ofRanges([{ first, last }]));
  }

  union(other: UidSet): UidSet {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const builder = new RangeBuilder();
    let mine = 0;
    let theirs = 0;
    while (mine < this.rangeCount || theirs < other.rangeCount) {
      const a = this.#firsts[mine] ?? Number.POSITIVE_INFINITY;
      const b = other.#firsts[theirs] ?? Number.POSITIVE_INFINITY;
      if (a <= b) builder.add(a, this.#lasts[mine++] ?? 0);
      else builder.add(b, other.#lasts[theirs++] ?? 0);
    }
    return builder.build(UidSet.#make);
  }

  intersect(other: UidSet): UidSet {
    const builder = new RangeBuilder();
    let mine = 0;
    let theirs = 0;
    while (mine < this.rangeCount && theirs < other.rangeCount) {
      const myLast = this.#lasts[mine] ?? 0;
      const theirLast = other.#lasts[theirs] ?? 0;
      const first = Math.max(this.#firsts[mine] ?? 0, other.#firsts[theirs] ?? 0);
      const last = Math.min(myLast, theirLast);
      if (first <= last) builder.add(first, last);
      if (myLast <= theirLast) mine++;
      else theirs++;
    }
    return builder.build(UidSet.#make);
  }

  minus(other: UidSet): UidSet {
    if (this.isEmpty || other.isEmpty) return this;
    const builder = new RangeBuilder();
    let theirs = 0;
    for (let mine = 0; mine < this.rangeCount; mine++) {
      let first = this.#firsts[mine] ?? 0;
      const last = this.#lasts[mine] ?? 0;
      while ((other.#lasts[theirs] ?? Number.POSITIVE_INFINITY) < first) theirs++;
      for (let cut = theirs; first <= last; cut++) {
        const cutFirst = other.#firsts[cut] ?? Number.POSITIVE_INFINITY;
        if (cutFirst > first) builder.add(first, Math.min(last, cutFirst - 1));
        first = (other.#lasts[cut] ?? Number.POSITIVE_INFINITY) + 1;
        if (cutFirst > last) break;
      }
    }
    return builder.build(UidSet.#make);
  }

  equals(other: UidSet): boolean {
    if (this.size !== other.size || this.rangeCount !== other.rangeCount) return false;
    return this.#firsts.every((first, i) => first === other.#firsts[i] && this.#lasts[i] === other.#lasts[i]);
  }

  *ranges(): Generator<UidRange> {
    for (let i = 0; i < this.rangeCount; i++) {
      yield { first: this.#firsts[i] ?? 0, last: this.#lasts[i] ?? 0 };
    }
  }

  *[Symbol.iterator](): Generator<number> {
    for (let i = 0; i < this.rangeCount; i++) {
      const last = this.#lasts[i] ?? 0;
      for (let uid = this.#firsts[i] ?? 0; uid <= last; uid++) yield uid;
    }
  }

  /** `1:3,5`, as a uid-set; of no characters for the empty set. */
  toString(): string {
    const parts: string[] = [];
    for (const { first, last } of this.ranges()) {
      parts.push(first === last ? String(first) : `${first}:${last}`);
    }
    return parts.join(',');
  }
}

type Make = (firsts: readonly number[], lasts: readonly number[]) => UidSet;

/** Joins ranges that come with ascending starts. */
class RangeBuilder {
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];

  add(first: number, last: number): void {
    const end = this.#lasts.length - 1;
    const previous = this.#lasts[end];
    if (previous !== undefined && first <= previous + 1) {
      if (last > previous) this.#lasts[end] = last;
      return;
    }
    this.#firsts.push(first);
    this.#lasts.push(last);
  }

  build(make: Make): UidSet {
    return make(this.#firsts, this.#lasts);
  }
}
