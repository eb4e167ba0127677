// SPDX-License-Identifier: EUPL-1.2
import { decodeText } from './command-line.ts';

/** What a client shows to be let in. */
export interface Credentials {
  readonly address: string;
  readonly password: string;
}

/**
 * RFC 4616 section 2: authorization identity, NUL, authentication identity, NUL, password, in base64.
 * Undefined when the response is nothing of the kind, or asks to act for somebody else.
 */
export function decodePlain(response: string): Credentials | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(response)) return undefined;
  const octets = Buffer.from(response, 'base64');
  const first = octets.indexOf(0);
  const second = octets.indexOf(0, first + 1);
  if (first < 0 || second < 0) return undefined;
  const actFor = decodeText(octets.subarray(0, first));
  const address = decodeText(octets.subarray(first + 1, second));
  const password = decodeText(octets.subarray(second + 1));
  if (actFor === undefined || address === undefined || password === undefined) return undefined;
  if (address === '' || password === '') return undefined;
  return actFor === '' || actFor === address ? { address, password } : undefined;
}
