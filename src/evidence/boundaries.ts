// SPDX-License-Identifier: EUPL-1.2
import type { Ids } from '../platform/ids.ts';

/**
 * Start of every boundary we write; to be given to MimeIndexer as `watchPrefix` for whatever may be
 * embedded. `=_` can stand in no quoted-printable and no base64 (RFC 2045 section 6.7), so only an
 * embedded message could hold such a line.
 */
export const BOUNDARY_PREFIX = '=_ceralacca-';

/** The boundaries of one message; none is the start of another. */
export interface Boundaries {
  /** multipart/signed */
  readonly outer: string;
  /** multipart/mixed */
  readonly mixed: string;
  /** multipart/alternative */
  readonly alternative: string;
}

/** Boundaries that no watched line of the embedded message starts with. */
export function chooseBoundaries(ids: Ids, watched: readonly string[]): Boundaries {
  let stem: string;
  do stem = BOUNDARY_PREFIX + ids.token();
  while (watched.some((line) => line.startsWith(`--${stem}`)));
  return { outer: `${stem}-s`, mixed: `${stem}-m`, alternative: `${stem}-a` };
}
