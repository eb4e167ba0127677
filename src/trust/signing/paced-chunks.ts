// SPDX-License-Identifier: EUPL-1.2
import { setImmediate } from 'node:timers/promises';

/** Octets worked on in one go: about 0.2 ms of SHA-256. */
const STEP_BYTES = 256 * 1024;

/** The same octets in chunks of at most 256 KiB; between the pieces of a larger chunk others get their turn. */
export async function* pacedChunks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += STEP_BYTES) {
      if (start > 0) await setImmediate();
      yield chunk.subarray(start, start + STEP_BYTES);
    }
  }
}
