// SPDX-License-Identifier: EUPL-1.2
import { isDomain, isLocalPart, MAX_ADDRESS, writeLocalPart } from './addr-spec.ts';
import type { AddressToken } from './address-tokens.ts';
import { decodeWords } from './encoded-words.ts';

/** An addr-spec read from tokens. */
export interface AddrSpec {
  readonly address: string;
  readonly localPart: string;
  readonly domain: string;
  readonly valid: boolean;
  /** False only for what is no addr-spec, obsolete forms included. */
  readonly sound: boolean;
  readonly obsolete: boolean;
}

export interface Phrase {
  /** Decoded; empty when there is none. */
  readonly name: string;
  readonly rawName: string;
  readonly sound: boolean;
  readonly obsolete: boolean;
}

/** Reads `local-part@domain` (RFC 5322 section 3.4.1, obsolete forms of 4.4) from tokens without comments. */
export function readAddrSpec(tokens: readonly AddressToken[]): AddrSpec {
  const at = tokens.findLastIndex((token) => token.kind === 'special' && token.text === '@');
  const local = at < 0 ? tokens : tokens.slice(0, at);
  const domainTokens = at < 0 ? [] : tokens.slice(at + 1);
  const localPart = joinTexts(local);
  const domain = joinTexts(domainTokens);
  const quoted = local.some((token) => token.kind === 'quoted');
  const wellFormed =
    at > 0 && isDotted(local, ['atom', 'quoted']) && isDotted(domainTokens, ['atom', 'literal']);
  // What is no dot-atom stays as it is: quoting it would make a valid address of it.
  const written = quoted ? writeLocalPart(localPart) : localPart;
  const address = at < 0 ? written : `${written}@${domain}`;
  const valid = wellFormed && address.length <= MAX_ADDRESS && isLocalPart(written) && isDomain(domain);
  // Blanks and comments within an address, and a local part of several words with a quoted one among them.
  const obsolete = tokens.slice(1).some((token) => token.spaced || token.odd) || (quoted && local.length > 1);
  return { address, localPart, domain, valid, sound: wellFormed, obsolete };
}

/** Reads a display name; a comment may stand in for it. */
export function readPhrase(words: readonly AddressToken[], instead = ''): Phrase {
  let rawName = '';
  for (const word of words) rawName += (word.spaced && rawName !== '' ? ' ' : '') + word.text;
  rawName = rawName === '' ? instead : rawName;
  const specials = words.some((word) => word.kind === 'special' || word.kind === 'literal' || word.odd);
  const sound = words.every((word) => word.kind !== 'junk') && !isDot(words[0]);
  return { name: decodeWords(rawName).trim(), rawName, sound, obsolete: specials };
}

function joinTexts(tokens: readonly AddressToken[]): string {
  let text = '';
  for (const token of tokens) text += token.text;
  return text;
}

/** Whether the tokens are words of these kinds with one dot between each two. */
function isDotted(tokens: readonly AddressToken[], kinds: readonly AddressToken['kind'][]): boolean {
  if (tokens.length % 2 === 0) return false;
  return tokens.every((token, index) => (index % 2 === 0 ? kinds.includes(token.kind) : isDot(token)));
}

function isDot(token: AddressToken | undefined): boolean {
  return token?.kind === 'special' && token.text === '.';
}
