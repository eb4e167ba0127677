// SPDX-License-Identifier: EUPL-1.2
import { runCommandLine } from '../../src/cli/command-line.ts';
import type { CommandSurroundings } from '../../src/cli/command-surroundings.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { CountingIds, type Ids, randomIds } from '../../src/platform/ids.ts';

/** What a command wrote. */
class Written {
  text = '';

  write(text: string): void {
    this.text += text;
  }
}

/** Surroundings of a command that a test reads afterwards; a pause lasts no longer than it must. */
export class Captured implements CommandSurroundings {
  readonly stdout = new Written();
  readonly stderr = new Written();
  readonly clock: Clock;
  readonly ids: Ids;

  constructor({ clock = systemClock, ids = new CountingIds() }: { clock?: Clock; ids?: Ids } = {}) {
    this.clock = clock;
    this.ids = ids;
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, delayMs));
  }

  stopRequested(): Promise<void> {
    return Promise.resolve();
  }

  /** Standard output as JSON, to be looked into. */
  get json(): Record<string, unknown> {
    return JSON.parse(this.stdout.text) as Record<string, unknown>;
  }
}

/** Runs `ceralacca` in this process, with its words as they are typed. */
export async function runCommand(
  ...words: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const captured = new Captured({ ids: randomIds });
  const code = await runCommandLine(words, captured);
  return { code, out: captured.stdout.text, err: captured.stderr.text };
}
