// SPDX-License-Identifier: EUPL-1.2
import { type DirectorySnapshot, emptySnapshot } from './directory-snapshot.ts';

/**
 * The provider's copy of the index. Whoever works on a message takes `current` once and keeps it for the
 * whole step, so that one message is judged by one version (DIR-16).
 */
export class ProviderDirectory {
  #current: DirectorySnapshot;

  constructor(first: DirectorySnapshot = emptySnapshot) {
    this.#current = first;
  }

  get current(): DirectorySnapshot {
    return this.#current;
  }

  /** Switches to a snapshot that has already been verified; one assignment, so never half of each. */
  replace(next: DirectorySnapshot): void {
    this.#current = next;
  }
}
