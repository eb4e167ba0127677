// SPDX-License-Identifier: EUPL-1.2
import { writeSync } from 'node:fs';

const napping = new Int32Array(new SharedArrayBuffer(4));

/** A line on standard output, all of it written when this returns, whatever happens to this process next. */
export function tellParent(line: string): void {
  let rest: Uint8Array = Buffer.from(`${line}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      // The parent has not read for a while.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(napping, 0, 0, 1);
    }
  }
}
