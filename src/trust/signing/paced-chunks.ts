// SPDX-License-Identifier: EUPL-1.2
import { setImmediate } from 'node:timers/promises';
import type { OctetRange } from '../../wire/mime/octets.ts';

/** Octets worked on in one go: about 0.2 ms of SHA-256. */
const STEP_BYTES = 256 * 1024;

/** Shows the octets of a range in order; of a long one in chunks, between which others get their turn. */
export async function takePaced(
  { octets, start, end }: OctetRange,
  take: (chunk: Buffer) => void,
): Promise<void> {
  if (end - start > STEP_BYTES) for await (const chunk of pacedChunks(octets.stream(start, end))) take(chunk);
  // Each turn of a stream costs as much as hashing a kilobyte.
  else if (end > start) take(await octets.read(start, end));
}

/** The same octets in chunks of at most 256 KiB; between the pieces of a larger chunk others get their turn. */
async function* pacedChunks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += STEP_BYTES) {
      if (start > 0) await setImmediate();
      yield chunk.subarray(start, start + STEP_BYTES);
    }
  }
}
