// SPDX-License-Identifier: EUPL-1.2
import type { OctetRange } from '../../wire/mime/octets.ts';
import { RangedOctets } from './composition.ts';
import { isSliced, type SlicedOctets } from './content-store.ts';

/**
 * Finds what the store keeps already of a message that comes in, from its first octets. The answer is a guess:
 * nothing is taken for kept but what is the same, octet by octet.
 */
export type FindKept = (beginning: Buffer) => OctetRange | undefined;

/** Messages below this are written as they come: to look costs more than to write. */
export const KEPT_RUN_FROM_BYTES = 32 * 1024;
/** Octets by which the place is found. */
const PROBE_BYTES = 512;
/** Compared at a time. */
const COMPARED_BYTES = 256 * 1024;

/** Octets of a message that the store keeps already, as part of another one. */
export class KeptRun {
  /** Where in the message they begin. */
  readonly at: number;
  readonly #kept: SlicedOctets;
  #matched = 0;

  private constructor(at: number, kept: SlicedOctets) {
    this.at = at;
    this.#kept = kept;
  }

  /** Looks for the place where the run may begin; undefined when `beginning` does not show it. */
  static async find(beginning: Buffer, find: FindKept): Promise<KeptRun | undefined> {
    const range = find(beginning);
    if (range === undefined || !isSliced(range.octets)) return undefined;
    const kept = new RangedOctets([range]);
    if (kept.size < KEPT_RUN_FROM_BYTES) return undefined;
    const at = beginning.indexOf(await kept.read(0, PROBE_BYTES));
    // A message that is nothing else has no octets of its own to keep.
    return at > 0 ? new KeptRun(at, kept) : undefined;
  }

  /** Octets of the run. */
  get size(): number {
    return this.#kept.size;
  }

  /** Whether all of it was seen. */
  get whole(): boolean {
    return this.#matched === this.size;
  }

  /** What was seen of it so far, without the rest. */
  get seen(): SlicedOctets {
    return new RangedOctets([{ octets: this.#kept, start: 0, end: this.#matched }]);
  }

  /** How many of these octets are the next ones of the run; undefined, and nothing is seen, when one differs. */
  async follow(octets: Buffer): Promise<number | undefined> {
    const length = Math.min(octets.length, this.size - this.#matched);
    for (let from = 0; from < length; from += COMPARED_BYTES) {
      const to = Math.min(from + COMPARED_BYTES, length);
      const kept = await this.#kept.read(this.#matched + from, this.#matched + to);
      if (octets.compare(kept, 0, kept.length, from, to) !== 0) return undefined;
    }
    this.#matched += length;
    return length;
  }
}

/** A message around a run: its own octets, before and after, lie together. */
export function aroundRun(own: SlicedOctets, run: KeptRun): SlicedOctets {
  return new RangedOctets([
    { octets: own, start: 0, end: run.at },
    { octets: run.seen, start: 0, end: run.size },
    { octets: own, start: run.at, end: own.size },
  ]);
}

/** The same octets, read from where they are at hand and kept where they are kept. */
export class OctetsAtHand implements SlicedOctets {
  readonly #atHand: OctetRange['octets'];
  readonly #kept: SlicedOctets;

  constructor(atHand: OctetRange['octets'], kept: SlicedOctets) {
    this.#atHand = atHand;
    this.#kept = kept;
  }

  get size(): number {
    return this.#atHand.size;
  }

  read(start: number, end: number): Promise<Buffer> {
    return this.#atHand.read(start, end);
  }

  stream(start?: number, end?: number): AsyncIterable<Buffer> {
    return this.#atHand.stream(start, end);
  }

  slices(start: number, end: number) {
    return this.#kept.slices(start, end);
  }
}
