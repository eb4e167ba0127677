// SPDX-License-Identifier: EUPL-1.2
import type { ServerReply } from './reply-reader.ts';

/** What a server offers, out of its reply to EHLO (RFC 5321 section 4.1.1.1). */
export interface Extensions {
  readonly pipelining: boolean;
  readonly eightBitMime: boolean;
  /** RFC 3030. */
  readonly chunking: boolean;
  readonly startTls: boolean;
  /** RFC 1870; `limitBytes` when it names one. */
  readonly size: { readonly limitBytes: number | undefined } | undefined;
}

export const NO_EXTENSIONS: Extensions = {
  pipelining: false,
  eightBitMime: false,
  chunking: false,
  startTls: false,
  size: undefined,
};

export function readExtensions(reply: ServerReply): Extensions {
  const offered = new Map<string, string>();
  for (const line of reply.text.split('\n').slice(1)) {
    const [keyword = '', argument = ''] = line.slice(4).trim().split(/\s+/, 2);
    offered.set(keyword.toUpperCase(), argument);
  }
  const size = offered.get('SIZE');
  // RFC 1870 section 4: zero, or nothing, is no limit.
  const limit = size !== undefined && /^\d{1,15}$/.test(size) ? Number(size) : 0;
  return {
    pipelining: offered.has('PIPELINING'),
    eightBitMime: offered.has('8BITMIME'),
    chunking: offered.has('CHUNKING'),
    startTls: offered.has('STARTTLS'),
    size: size === undefined ? undefined : { limitBytes: limit > 0 ? limit : undefined },
  };
}
