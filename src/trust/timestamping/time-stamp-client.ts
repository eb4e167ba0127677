// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import { Fault } from '../../platform/faults.ts';
import type { Ids } from '../../platform/ids.ts';
import { readTimeStampReply, writeTimeStampRequest } from '../../wire/cms/time-stamp.ts';
import type { CertificationPaths } from '../signing/certification-paths.ts';
import { boundedOctets } from '../signing/http-fetch.ts';
import { checkTimeStamp } from './token-check.ts';

export interface TimeStampClientOptions {
  /** Where the authority listens (RFC 3161 section 3.4). */
  readonly url: string;
  /** Judges the authority's certificate. */
  readonly paths: CertificationPaths;
  readonly ids: Ids;
  /** An answer that takes longer is none. */
  readonly timeoutMs: number;
}

/** Larger answers are none. */
const REPLY_LIMIT_BYTES = 64 * 1024;
const NONCE_BYTES = 16;

/** Asks a time-stamp authority over HTTP. */
export class TimeStampClient {
  readonly #options: TimeStampClientOptions;

  constructor(options: TimeStampClientOptions) {
    this.#options = options;
  }

  /**
   * A token over these octets, DER, checked before it is returned. Throws the Fault `timestamp-unavailable` when no good
   * answer comes, `timestamp-refused` when the authority says no; both temporary.
   */
  async stamp(octets: Uint8Array): Promise<Buffer> {
    const nonce = this.#newNonce();
    const reply = readTimeStampReply(
      await this.#ask(writeTimeStampRequest({ digest: hash('sha256', octets, 'buffer'), nonce })),
    );
    if (!reply.ok) throw unavailable(`the answer cannot be read: ${reply.reason}`);
    if (!reply.value.granted) {
      const { status, text } = reply.value;
      const message = `the time-stamp authority refuses: status ${status} ${text}`.trimEnd();
      throw new Fault('timestamp-refused', message, { temporary: true });
    }
    const { token } = reply.value;
    const checked = await checkTimeStamp(token, { octets, paths: this.#options.paths });
    if (!checked.ok) throw unavailable(`the token is no good: ${checked.reason}`);
    if (!checked.nonce?.equals(nonce)) throw unavailable('the token answers another request');
    return token;
  }

  async #ask(request: Buffer): Promise<Buffer> {
    const { url, timeoutMs } = this.#options;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/timestamp-query' },
        body: new Uint8Array(request),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return await boundedOctets(response, REPLY_LIMIT_BYTES);
    } catch (cause) {
      throw unavailable(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    }
  }

  /** Nobody can guess it, so an answer with it is an answer to this request. */
  #newNonce(): Buffer {
    const nonce = hash('sha256', this.#options.ids.token(), 'buffer').subarray(0, NONCE_BYTES);
    nonce.writeUInt8((nonce.readUInt8(0) & 0x3f) | 0x40, 0);
    return nonce;
  }
}

function unavailable(message: string, cause?: unknown): Fault {
  return new Fault('timestamp-unavailable', message, { temporary: true, cause });
}
