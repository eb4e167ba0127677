// SPDX-License-Identifier: EUPL-1.2
import { randomFillSync } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
// The largest multiple of 36 below 256: octets from here on would make some characters likelier.
const FAIR_OCTETS = 252;

/** Where unique and unguessable names come from. */
export interface Ids {
  /** A fresh string of `length` characters out of `[a-z0-9]`, never given before (AP-4). */
  token(length?: number): string;
}

/** Randomness is asked for in bulk: a call to the system for each name costs more than the name. */
const pool = Buffer.alloc(4096);
let used = pool.length;

function nextOctet(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const octet = pool[used] ?? 0;
  // What was given out is not kept.
  pool[used++] = 0;
  return octet;
}

/** Ids from the machine's randomness: 24 characters carry 124 bits. */
export const randomIds: Ids = {
  token(length = 24) {
    let token = '';
    while (token.length < length) {
      const octet = nextOctet();
      if (octet < FAIR_OCTETS) token += ALPHABET[octet % ALPHABET.length];
    }
    return token;
  },
};

/** Ids that count up, so that what is made with them is the same in every run; for tests. */
export class CountingIds implements Ids {
  #next = 1;
  readonly #prefix: string;

  constructor(prefix = 'id') {
    this.#prefix = prefix;
  }

  token(length = 24): string {
    const number = String(this.#next++);
    return this.#prefix + number.padStart(Math.max(length - this.#prefix.length, 1), '0');
  }
}
