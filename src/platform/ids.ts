// SPDX-License-Identifier: EUPL-1.2
import { randomBytes } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Where unique and unguessable names come from. */
export interface Ids {
  /** A fresh string of `length` characters out of `[a-z0-9]`, never given before (AP-4). */
  token(length?: number): string;
}

/** Ids from the machine's randomness: 24 characters carry 124 bits. */
export const randomIds: Ids = {
  token(length = 24) {
    let token = '';
    while (token.length < length) {
      for (const octet of randomBytes(length * 2)) {
        // 252 is the largest multiple of 36 below 256: no character is likelier than another.
        if (octet < 252 && token.length < length) token += ALPHABET[octet % 36];
      }
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
