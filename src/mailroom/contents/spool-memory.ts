// SPDX-License-Identifier: EUPL-1.2

/**
 * Octets that all messages on their way in may hold in memory together; beyond, they go to files early, and
 * a header that is longer than what is left is put off with 4xx. Without this, each of thousands of peers could
 * have a megabyte.
 */
export const SPOOL_TOTAL_BYTES = 256 * 1024 * 1024;

/** What the spools of one provider share. */
export class SpoolMemory {
  readonly #limitBytes: number;
  #takenBytes = 0;

  constructor(limitBytes = SPOOL_TOTAL_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Takes so much more; false, and nothing is taken, when there is not so much left. */
  take(bytes: number): boolean {
    if (this.#takenBytes + bytes > this.#limitBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}
