// SPDX-License-Identifier: EUPL-1.2
import type { MimeIndex, MimePart } from '../wire/mime/mime-index.ts';
import type { Octets } from '../wire/mime/octets.ts';

/** Start of every boundary we write; give it to MimeIndexer as `watchPrefix` for whatever we will embed. */
export const BOUNDARY_PREFIX = '=_ceralacca-';

/** A message that somebody else wrote and that is to be embedded. */
export interface Original {
  readonly octets: Octets;
  /** Made with `watchPrefix: BOUNDARY_PREFIX`. */
  readonly index: MimeIndex;
  /** Its header block as it stands: the octets from 0 to `index.root.bodyStart`. */
  readonly header: Buffer;
}

/** The original as it lies in a transport envelope. */
export interface EnclosedOriginal {
  /** The whole envelope. */
  readonly octets: Octets;
  /** The envelope's, made with `watchPrefix: BOUNDARY_PREFIX`. */
  readonly index: MimeIndex;
  /** The envelope's `postacert.eml` part (see `findNamedPart`). */
  readonly part: MimePart;
}
