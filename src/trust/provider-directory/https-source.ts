// SPDX-License-Identifier: EUPL-1.2
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { Fault } from '../../platform/faults.ts';
import { MAX_INDEX_BYTES } from './directory-reader.ts';
import type { DirectorySource } from './directory-source.ts';

export interface HttpsSourceTerms {
  /** An `https:` URL: `LDIFLocationURL` of the root entry (DIR-8, DIR-10). */
  readonly url: string;
  /** Our TLS client certificate and its chain, PEM; without it only what is for everyone can be had (DIR-11). */
  readonly certificate?: string | Buffer;
  /** Its private key, PEM. */
  readonly key?: string | Buffer;
  /** Who may vouch for the server, PEM; the server's certificate is always checked (DIR-11). */
  readonly ca: string | Buffer;
  /** For the whole download; a minute unless told. */
  readonly timeoutMs?: number;
}

/** The signed index over HTTPS with a client certificate. Redirects are not followed. */
export class HttpsSource implements DirectorySource {
  readonly #terms: HttpsSourceTerms;

  /** Throws a `Fault` for a URL that is not `https:`. */
  constructor(terms: HttpsSourceTerms) {
    if (!URL.canParse(terms.url) || new URL(terms.url).protocol !== 'https:') {
      throw new Fault('provider-index-unavailable', `${terms.url} is not an https URL`, { temporary: false });
    }
    this.#terms = terms;
  }

  get name(): string {
    return this.#terms.url;
  }

  async fetch(): Promise<Buffer> {
    const { url, certificate: cert, key, ca, timeoutMs = 60_000 } = this.#terms;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const options = {
        cert,
        key,
        ca,
        signal,
        agent: false,
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
      } as const;
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request(url, options, resolve).on('error', reject).end();
      });
      return await bodyOf(response);
    } catch (cause) {
      throw new Fault('provider-index-unavailable', `cannot download ${url}`, { temporary: true, cause });
    }
  }
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`the server answers ${response.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size > MAX_INDEX_BYTES) throw new Error(`the answer is larger than ${MAX_INDEX_BYTES} octets`);
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('the answer is cut short');
  return Buffer.concat(chunks, size);
}
