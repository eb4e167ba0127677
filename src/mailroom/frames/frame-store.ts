// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { BlobId, SlicedOctets } from '../contents/content-store.ts';

/** A run of octets of the message: of the frame, in order, or of the original that it encloses. */
export interface FramePiece {
  readonly of: 'frame' | 'original';
  /** First octet within the frame or the original, from 0. */
  readonly offset: number;
  readonly length: number;
}

/** The original that a message encloses, known by its hash: the octets themselves are not kept. */
export interface EnclosedDigest {
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** The frame of a message that was generated and signed here: everything in it but the user's own content. */
export interface NewFrame {
  /** The blob of what was written; kept as long as the frame is. One frame has it. */
  readonly blob: BlobId;
  /** Message-ID of the generated message, without angle brackets; one that encloses another may inherit its. */
  readonly messageId: string;
  /** PEC msgid of the message it is about, without angle brackets; empty when none could be read. */
  readonly identifier: string;
  readonly kind: string;
  /** The recipient it is about, where it is about one. */
  readonly recipient?: string;
  /** Instant of the transaction. */
  readonly instant: Instant;
  /** All of the message, in order. */
  readonly pieces: readonly FramePiece[];
  /** What the pieces of the original are cut from; absent when there are none. */
  readonly original?: EnclosedDigest;
}

export interface KeptFrame extends NewFrame {
  /** The octets of the frame. */
  readonly octets: SlicedOctets;
  /** Their SHA-256, 32 octets, as it was when they were written. */
  readonly sha256: Uint8Array;
}

/** Reading side of the frames; synchronous. */
export interface FrameReader {
  /** The frames of the messages with this Message-ID (without angle brackets), in the order they were kept. */
  findFrames(messageId: string): readonly KeptFrame[];
  /** Whether there is a frame of before that instant. */
  hasFramesBefore(instant: Instant): boolean;
}
