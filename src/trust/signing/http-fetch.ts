// SPDX-License-Identifier: EUPL-1.2
import type { FetchOctets } from './crl-cache.ts';

/** A list that takes longer to come is no list. */
const TIMEOUT_MS = 10_000;

/** Gets a URL with the platform's `fetch`, within a time and a size in octets. */
export function httpFetch({
  limitBytes,
  timeoutMs = TIMEOUT_MS,
}: {
  limitBytes: number;
  timeoutMs?: number;
}): FetchOctets {
  return async (url) => {
    return boundedOctets(await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }), limitBytes);
  };
}

/** What a server answered. Rejects when it is no success, or larger than so many octets. */
export async function boundedOctets(response: Response, limitBytes: number): Promise<Buffer> {
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > limitBytes) throw new Error(`larger than ${limitBytes} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
