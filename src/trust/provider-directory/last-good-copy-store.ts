// SPDX-License-Identifier: EUPL-1.2

/**
 * Where the last index that passed every check is kept over restarts. It is kept in its signed form and
 * verified again when it is loaded, so a copy changed on the way is noticed (DIR-14).
 */
export interface LastGoodCopyStore {
  /** The copy kept last; `undefined` when there is none. */
  load(): Promise<Buffer | undefined>;
  /** Replaces the copy; durable once the promise resolves. Throws a `Fault`. */
  keep(p7m: Buffer): Promise<void>;
}
