// SPDX-License-Identifier: EUPL-1.2
import type { NewFrame } from '../../mailroom/frames/frame-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { checkFrame, FRAMES_FORGOTTEN_AT_ONCE } from '../store-rules.ts';
import { type Brought, referToBlob, releaseBlob } from './content-acts.ts';
import type { Tables } from './tables.ts';

export function keepFrame(tables: Tables, task: { frame: NewFrame; brought: Brought }): void {
  const { frame, brought } = task;
  if (tables.frames.has(frame.blob)) return;
  checkFrame(frame, referToBlob(tables, { blob: frame.blob, brought }));
  tables.frames.set(frame.blob, frame);
}

export function forgetFrames(tables: Tables, { before }: { before: Instant }): void {
  const over = framesInOrder(tables).filter(({ instant }) => instant < before);
  for (const { blob } of over.slice(0, FRAMES_FORGOTTEN_AT_ONCE)) {
    tables.frames.delete(blob);
    releaseBlob(tables, blob);
  }
}

/** Oldest first. */
export function framesInOrder(tables: Tables): NewFrame[] {
  return tables.frames.values().sort((one, other) => one.instant - other.instant || one.blob - other.blob);
}
