// SPDX-License-Identifier: EUPL-1.2
import { RangedOctets } from '../../mailroom/contents/composition.ts';
import { MemoryOctets, type Octets } from '../../wire/mime/octets.ts';
import { type ExaminedMessage, sha256Of } from './examined-message.ts';

export interface KnownOriginal {
  readonly octets: Octets;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Finds the original, by the hashes that frames and records have of it. */
export class OriginalSearch {
  readonly #expected: ReadonlySet<string>;

  constructor(expected: ReadonlySet<string>) {
    this.#expected = expected;
  }

  /** In what an operator's file may hold. */
  among(candidates: ReadonlyMap<string, Buffer> | undefined): KnownOriginal | undefined {
    for (const [sha256, octets] of candidates ?? [])
      if (this.#expected.has(sha256)) return { octets: new MemoryOctets(octets), sha256 };
    return undefined;
  }

  /** In an envelope or a complete receipt. Where no hash is known, what such a message encloses is the original. */
  async within(messages: readonly ExaminedMessage[]): Promise<KnownOriginal | undefined> {
    for (const { original } of messages) {
      if (original === undefined) continue;
      const sha256 = await sha256Of(original);
      if (this.#expected.size === 0 || this.#expected.has(sha256))
        return { octets: new RangedOctets([original]), sha256 };
    }
    return undefined;
  }
}
