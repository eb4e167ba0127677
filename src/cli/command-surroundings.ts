// SPDX-License-Identifier: EUPL-1.2
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';

/** Where text goes: a stream, or what a test reads afterwards. */
export interface TextSink {
  write(text: string): unknown;
}

/** What a command takes from the machine, so that a test can bring its own. */
export interface CommandSurroundings {
  /** Results only: what a script reads. */
  readonly stdout: TextSink;
  /** Complaints and advice. */
  readonly stderr: TextSink;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Resolves after so many milliseconds and keeps the process alive meanwhile. */
  pause(delayMs: number): Promise<void>;
  /** Resolves when the operator asks to stop (Ctrl-C, SIGTERM); commands that run on wait for it. */
  stopRequested(): Promise<void>;
}

/** Languages of results; Italian unless told otherwise. */
export const LANGUAGES = ['it', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
