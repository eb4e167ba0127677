// SPDX-License-Identifier: EUPL-1.2

/** How a command that cannot be read is answered. */
export interface ReadingRefusal {
  readonly status: 'BAD' | 'NO';
  /** Response code without brackets, e.g. `TOOBIG`. */
  readonly code?: string;
  readonly text: string;
}

/** Leaves the decoder; caught in one place (`parseCommand`) and never seen outside the grammar. */
export class SyntaxRefusal extends Error {
  readonly refusal: ReadingRefusal;

  constructor(refusal: ReadingRefusal) {
    super(refusal.text);
    this.refusal = refusal;
  }
}

/** The size, and the kind, of a literal whose octets have not come yet. */
export interface LiteralHeader {
  readonly sizeBytes: number;
  /** The client waits for a continuation request before it sends the octets. */
  readonly synchronizing: boolean;
  /** literal8 (RFC 3516): NUL allowed. */
  readonly binary: boolean;
}

/** Leaves the decoder where a literal's octets are missing. */
export class LiteralMissing extends Error {
  readonly header: LiteralHeader;

  constructor(header: LiteralHeader) {
    super('literal missing');
    this.header = header;
  }
}
