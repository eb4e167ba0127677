// SPDX-License-Identifier: EUPL-1.2

import type { LogRecord } from '../evidence/certification-log/log-store.ts';
import type { NewFrame } from '../mailroom/frames/frame-store.ts';
import { stepFault } from './step-faults.ts';

/** What grows in a store, and how far. */
export interface StoreLimits {
  /** Removed UIDs remembered per folder, for clients that come back (RFC 7162). */
  readonly expungedKept: number;
  /** Steps that may wait for the disk; one more is refused with `store-overloaded`. */
  readonly waitingSteps: number;
  /** Octets of a blob up to which it rests among the rows; larger ones are files. */
  readonly inlineBlobBytes: number;
}

export const DEFAULT_STORE_LIMITS: StoreLimits = {
  expungedKept: 10_000,
  waitingSteps: 10_000,
  inlineBlobBytes: 256 * 1024,
};

/** Orders text by its UTF-8 octets, as databases do. */
export function byOctets(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** A Message-ID or PEC msgid without the angle brackets it may have. */
export function bareMessageId(id: string): string {
  return id.startsWith('<') && id.endsWith('>') ? id.slice(1, -1) : id;
}

/** Whether a record is about a PEC msgid or a client's Message-ID, with or without angle brackets. */
export function isRecordAbout(id: string): (record: LogRecord) => boolean {
  const wanted = bareMessageId(id);
  return ({ identifier, messageId }) =>
    wanted !== '' &&
    (identifier === wanted || (messageId !== undefined && bareMessageId(messageId) === wanted));
}

/** Frames removed by one act: about a tenth of a second's work. */
export const FRAMES_FORGOTTEN_AT_ONCE = 1000;

/** Throws `step-malformed` when a frame's pieces are not all of its blob in order, or lie outside of its original. */
export function checkFrame(
  { blob, pieces, original }: Pick<NewFrame, 'blob' | 'pieces' | 'original'>,
  blobBytes: number,
): void {
  let at = 0;
  for (const { of, offset, length } of pieces) {
    const fits =
      of === 'frame' ? offset === at : offset >= 0 && offset + length <= (original?.sizeBytes ?? 0);
    if (!fits || length <= 0) throw stepFault('step-malformed', `a piece does not fit the frame ${blob}`);
    if (of === 'frame') at += length;
  }
  if (at !== blobBytes)
    throw stepFault('step-malformed', `the frame ${blob} has ${at} octets in pieces, not ${blobBytes}`);
}
