// SPDX-License-Identifier: EUPL-1.2
import type { MimeIndex, MimePart } from '../wire/mime/mime-index.ts';
import { isEmbeddedMessage, mediaType, walkParts } from '../wire/mime/mime-tree.ts';
import { CERTIFICATION_DATA_FILE, HASH_SUFFIX, ORIGINAL_FILE } from './wording/literals.ts';

/** The types that go with the names everybody knows; any other name goes with any type. */
const TYPES: ReadonlyMap<string, string> = new Map([
  [CERTIFICATION_DATA_FILE, 'application/xml'],
  [ORIGINAL_FILE, 'message/rfc822'],
]);

/** The part that the signature covers, the whole message when there is none. */
export function signedEntity(index: MimeIndex): MimePart {
  const { root } = index;
  return mediaType(root) === 'multipart/signed' ? (root.parts[0] ?? root) : root;
}

/**
 * The parts with that name in what is signed, letter case aside. Never one inside an embedded message,
 * which may be certified mail itself.
 */
export function findNamedParts(index: MimeIndex, name: string): readonly MimePart[] {
  const wanted = name.toLowerCase();
  const type = TYPES.get(wanted);
  const found: MimePart[] = [];
  for (const { part } of walkParts(signedEntity(index), (container) => !isEmbeddedMessage(container))) {
    const names = [part.params.name, part.disposition?.params.filename];
    const named = names.some((candidate) => candidate?.trim().toLowerCase() === wanted);
    if (named && (type === undefined || type === mediaType(part))) found.push(part);
  }
  return found;
}

/** The first of them. */
export function findNamedPart(index: MimeIndex, name: string): MimePart | undefined {
  return findNamedParts(index, name)[0];
}

/** The first readable text, and whether it comes before everything else. */
export function findText(index: MimeIndex): { readonly part?: MimePart; readonly first: boolean } {
  let first = true;
  for (const { part } of walkParts(signedEntity(index), (container) => !isEmbeddedMessage(container))) {
    if (mediaType(part) === 'text/plain') return { part, first };
    if (part.parts.length === 0) first = false;
  }
  return { first: false };
}

/** Whether a part holds what a brief receipt puts in the place of attachments. */
export function holdsHashes(part: MimePart): boolean {
  for (const { part: inner } of walkParts(part)) {
    if (mediaType(inner) === 'text/plain' && inner.params.name?.endsWith(HASH_SUFFIX) === true) return true;
  }
  return false;
}
