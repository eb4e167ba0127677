// SPDX-License-Identifier: EUPL-1.2
import type { NewLogRecord } from '../../evidence/certification-log/log-store.ts';
import type { BlobId, ContentId, NewBlob, Slice } from '../../mailroom/contents/content-store.ts';
import type { FramePiece, NewFrame } from '../../mailroom/frames/frame-store.ts';
import type { Act, Condition, Step, StepOutcome } from '../../mailroom/steps/step-store.ts';
import { Fault } from '../../platform/faults.ts';
import { checkBlob, checkContent } from '../slices.ts';
import { aboutHash } from './about-hash.ts';
import { packIndex } from './packed-index.ts';

/** A blob on its way to the writer's thread: its octets lie in the parcel's buffer, or in a file already. */
export interface PackedBlob {
  readonly id: BlobId;
  readonly size: number;
  /** Where the 32 octets of the SHA-256 start in the buffer; the octets, if any, follow. */
  readonly at: number;
  readonly isFile: boolean;
}

export interface PackedContent {
  readonly id: ContentId;
  readonly size: number;
  readonly slices: readonly Slice[];
  /** As `packIndex` makes it. */
  readonly mimeIndex: string;
}

/** Acts that are kept as text are made text before they cross, which is cheaper than crossing as objects. */
export type PackedAct =
  | Exclude<Act, { do: 'record' | 'put-submission' | 'keep-frame' }>
  | { readonly do: 'put-submission'; readonly identifier: string; readonly submission: string }
  | ({
      readonly do: 'keep-frame';
      readonly instant: number;
      readonly messageIdHash: number | null;
      /** JSON of what has no column. */
      readonly frame: string;
    } & Pick<NewFrame, 'blob' | 'pieces' | 'original'>)
  | {
      readonly do: 'record';
      readonly instant: number;
      readonly identifierHash: number | null;
      readonly messageIdHash: number | null;
      readonly record: string;
    };

export interface PackedPart {
  readonly onlyIf?: readonly Condition[];
  readonly acts: readonly PackedAct[];
}

export interface PackedStep {
  readonly number: number;
  readonly blobs: readonly PackedBlob[];
  readonly contents: readonly PackedContent[];
  readonly parts: readonly PackedPart[];
}

/** What crosses to the writer's thread at once. */
export interface Parcel {
  readonly steps: readonly PackedStep[];
  /** SHA-256 and octets of all blobs. */
  readonly buffer: ArrayBuffer;
}

/** What comes back for a step. */
export type Answer =
  | { readonly number: number; readonly outcome: StepOutcome }
  | { readonly number: number; readonly fault: SentFault };

/** A fault as it crosses threads, where errors lose their class. */
export interface SentFault {
  readonly code: string;
  readonly message: string;
  readonly temporary: boolean;
}

export function sentFault({ code, message, temporary }: Fault): SentFault {
  return { code, message, temporary };
}

export function receivedFault({ code, message, temporary }: SentFault): Fault {
  return new Fault(code, message, { temporary });
}

/** What comes back for a group, after its commit and in the order of it. */
export interface GroupAnswer {
  readonly answers: readonly Answer[];
  /** Files of blobs that nothing refers to any more. */
  readonly filesToRemove: readonly BlobFileName[];
}

export interface BlobFileName {
  readonly id: BlobId;
  readonly sha256: Uint8Array;
}

/** A step ready to cross, and the blobs whose octets cross with it. */
export interface PreparedStep {
  readonly step: Step;
  /** The step's blobs; those that live in files have none to carry. */
  readonly blobs: readonly PreparedBlob[];
}

export interface PreparedBlob {
  readonly blob: NewBlob;
  readonly octets: Buffer | 'in-file';
}

/** Octets a step takes up in a parcel. */
export function packedBytes(prepared: PreparedStep): number {
  let bytes = 0;
  for (const { octets } of prepared.blobs) bytes += SHA256_BYTES + (octets === 'in-file' ? 0 : octets.length);
  return bytes;
}

/** Throws `step-malformed` when blobs or contents contradict themselves. */
export function checkStep(step: Step): void {
  step.blobs.forEach(checkBlob);
  step.contents.forEach(checkContent);
}

const SHA256_BYTES = 32;

/** Packs steps into one parcel: one buffer to hand over, however many blobs there are. */
export function packParcel(steps: readonly { number: number; prepared: PreparedStep }[]): Parcel {
  let size = 0;
  for (const { prepared } of steps) size += packedBytes(prepared);
  const buffer = new ArrayBuffer(size);
  const octets = new Uint8Array(buffer);
  let at = 0;
  const packBlob = ({ blob, octets: own }: PreparedBlob): PackedBlob => {
    const start = at;
    octets.set(blob.sha256, start);
    at += SHA256_BYTES;
    const isFile = own === 'in-file';
    if (!isFile) {
      octets.set(own, at);
      at += own.length;
    }
    return { id: blob.id, size: blob.size, at: start, isFile };
  };
  const packed = steps.map(({ number, prepared }): PackedStep => {
    const { contents, parts } = prepared.step;
    return {
      number,
      blobs: prepared.blobs.map(packBlob),
      contents: contents.map(({ id, size, slices, index }) => ({
        id,
        size,
        slices,
        mimeIndex: packIndex(index),
      })),
      parts: parts.map((part) => ({ ...part, acts: part.acts.map(packAct) })),
    };
  });
  return { steps: packed, buffer };
}

/** The SHA-256 of a packed blob and its octets, as views of the parcel's buffer. */
export function unpackBlob(
  buffer: ArrayBuffer,
  blob: PackedBlob,
): { sha256: Uint8Array; octets: Uint8Array } {
  const start = blob.at + SHA256_BYTES;
  return {
    sha256: new Uint8Array(buffer, blob.at, SHA256_BYTES),
    octets: new Uint8Array(buffer, start, blob.isFile ? 0 : blob.size),
  };
}

function packAct(act: Act): PackedAct {
  if (act.do === 'record') return packRecord(act.record);
  if (act.do === 'keep-frame') return packFrame(act.frame);
  if (act.do !== 'put-submission') return act;
  const { submission } = act;
  return { do: act.do, identifier: submission.identifier, submission: JSON.stringify(submission) };
}

function packFrame({ blob, instant, ...rest }: NewFrame): PackedAct {
  const { messageId, pieces, original } = rest;
  return {
    do: 'keep-frame',
    blob,
    instant,
    pieces,
    ...(original !== undefined && { original }),
    messageIdHash: aboutHash(messageId),
    frame: JSON.stringify({ ...rest, pieces: pieces.map(packPiece) } satisfies PackedFrame),
  };
}

/** A frame as it rests, without what has a column. */
export type PackedFrame = Omit<NewFrame, 'blob' | 'instant' | 'pieces'> & {
  readonly pieces: readonly PackedPiece[];
};

/** Octets of the frame that come next, or offset and length of a range of the original. */
export type PackedPiece = number | readonly [offset: number, length: number];

function packPiece({ of, offset, length }: FramePiece): PackedPiece {
  return of === 'frame' ? length : [offset, length];
}

export function unpackPieces(packed: readonly PackedPiece[]): FramePiece[] {
  let at = 0;
  return packed.map((piece) => {
    if (typeof piece !== 'number') return { of: 'original', offset: piece[0], length: piece[1] };
    const offset = at;
    at += piece;
    return { of: 'frame', offset, length: piece };
  });
}

function packRecord(record: NewLogRecord): PackedAct {
  return {
    do: 'record',
    instant: record.instant,
    identifierHash: aboutHash(record.identifier),
    messageIdHash: record.messageId === undefined ? null : aboutHash(record.messageId),
    record: JSON.stringify(record),
  };
}
