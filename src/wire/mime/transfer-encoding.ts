// SPDX-License-Identifier: EUPL-1.2

/** Base64 in lines of 76 columns, each ended by CRLF, the last one too; empty for nothing. */
export function encodeBase64(_octets: Uint8Array): Buffer {
  throw new Error('not written yet');
}

/** Quoted-printable of text with CRLF line ends (RFC 2045 section 6.7); bare CR and LF are encoded. */
export function encodeQuotedPrintable(_octets: Uint8Array): Buffer {
  throw new Error('not written yet');
}

/**
 * The decoded octets of a body, chunk by chunk. Forgiving: what is no base64 is skipped, a broken `=XY`
 * stays as it is, an unknown encoding passes unchanged.
 */
export async function* decodeTransfer(
  _encoding: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  for await (const _chunk of source) yield Promise.reject(new Error('not written yet'));
}

/** The same for a body in memory. */
export function decodeTransferred(_encoding: string, _octets: Uint8Array): Buffer {
  throw new Error('not written yet');
}
