// SPDX-License-Identifier: EUPL-1.2

/** Input that is not what its grammar asks for. Thrown inside this member only; faces return `Parsed`. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

/** What a reader of hostile input returns: it never throws. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** Runs a reader and turns its one kind of error into a returned failure. */
export function attempt<T>(read: () => T): Parsed<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof MalformedError) return { ok: false, reason: error.message };
    throw error;
  }
}
