// SPDX-License-Identifier: EUPL-1.2
import { createHash, hash } from 'node:crypto';
import type { EvidenceMessage } from '../../../evidence/evidence-file/index-model.ts';
import type { EnclosedOriginal } from '../../../evidence/original.ts';
import { encloseReduced } from '../../../evidence/receipts/brief-copy.ts';
import { findNamedPart } from '../../../evidence/recognition.ts';
import { indexMessage, type MimePart } from '../../../wire/mime/mime-index.ts';
import { isEmbeddedMessage, partFileName, walkParts } from '../../../wire/mime/mime-tree.ts';
import { MemoryOctets, streamPieces } from '../../../wire/mime/octets.ts';
import { decodeTransferred } from '../../../wire/mime/transfer-encoding.ts';
import type { MessageFile } from '../message-file.ts';
import { describeOriginal } from '../original.ts';
import type { ClaimBook } from './claims.ts';
import type { EvidencePackage } from './package-claim.ts';

interface Judging {
  readonly file: MessageFile;
  readonly evidence: EvidencePackage;
  readonly book: ClaimBook;
}

/** Claim `original`: whatever a message encloses is the original of the file, or in brief receipts its hashes. */
export async function checkOriginal(message: EvidenceMessage, judging: Judging): Promise<void> {
  const { file, evidence, book } = judging;
  const part = findNamedPart(file.index, 'postacert.eml');
  if (part === undefined) return;
  const original = evidence.index.files.find(({ role }) => role === 'originale');
  if (original === undefined) {
    const detail = 'what it encloses cannot be compared: the file has no original';
    book.leaveOpen('original', 'original-missing', { file: message.file, detail });
    return;
  }
  if (message.kind === 'delivery-brief') {
    await checkBrief(message, { part, judging });
    return;
  }
  const found = hash('sha256', bodyOf(file, part));
  if (found === original.sha256) return;
  const detail = `it encloses ${found}, not ${original.sha256}`;
  book.refute('original', 'original-differs', { file: message.file, detail });
}

function bodyOf({ octets }: MessageFile, { bodyStart, bodyEnd }: MimePart): Buffer {
  return octets.buffer.subarray(bodyStart, bodyEnd);
}

/**
 * A brief receipt made as Ceralacca makes them is made again and compared to the octet; of one that another provider made
 * otherwise the hashes alone are compared.
 */
async function checkBrief(
  message: EvidenceMessage,
  { part, judging }: { readonly part: MimePart; readonly judging: Judging },
): Promise<void> {
  const { file, evidence, book } = judging;
  const enclosed = await openOriginal(evidence);
  const found = hash('sha256', bodyOf(file, part));
  for (const decoded of [false, true]) {
    const digest = createHash('sha256');
    const { pieces } = await encloseReduced(enclosed, { decoded });
    for await (const chunk of streamPieces(pieces)) digest.update(chunk);
    if (digest.digest('hex') === found) return;
  }
  const { hashFiles } = await describeOriginal(file.octets, part);
  const hashes = attachmentHashes(enclosed);
  const wrong = hashFiles.find(({ name, sha1 }) => hashes.get(name)?.has(sha1) !== true);
  if (wrong !== undefined || hashFiles.length !== [...hashes.keys()].length) {
    const detail =
      wrong === undefined
        ? `it has ${hashFiles.length} hashes of ${hashes.size} attachments`
        : `${wrong.sha1} is not the SHA-1 of ${wrong.name}`;
    book.refute('original', 'hashes-differ', { file: message.file, detail });
    return;
  }
  const detail = 'its hashes are those of the attachments; the rest was made otherwise, and is not compared';
  book.leaveOpen('original', 'not-compared', { file: message.file, detail });
}

const HEAD = Buffer.from('Content-Type: message/rfc822; name="postacert.eml"\r\n\r\n');

/** The original of the file, enclosed again, in one piece of memory. */
async function openOriginal({ archive, index }: EvidencePackage): Promise<EnclosedOriginal> {
  const name = index.files.find(({ role }) => role === 'originale')?.name ?? '';
  const entry = archive.find(name);
  if (entry === undefined) throw new Error(`${name} was there`);
  const octets = Buffer.allocUnsafe(HEAD.length + entry.sizeBytes);
  let at = HEAD.copy(octets);
  for await (const chunk of archive.stream(entry)) at += chunk.copy(octets, at);
  const mime = indexMessage(octets);
  return { octets: new MemoryOctets(octets), index: mime, part: mime.root };
}

/** By name, the SHA-1 that a brief receipt may have of each attachment: as it stands, without a last line end, decoded. */
function attachmentHashes({ octets, part }: EnclosedOriginal): ReadonlyMap<string, ReadonlySet<string>> {
  const { buffer } = octets instanceof MemoryOctets ? octets : new MemoryOctets(Buffer.alloc(0));
  const found = new Map<string, Set<string>>();
  for (const visited of walkParts(part, (container) => container === part || !isEmbeddedMessage(container))) {
    const name = partFileName(visited.part);
    if (name === undefined || visited.part === part) continue;
    const body = buffer.subarray(visited.part.bodyStart, visited.part.bodyEnd);
    const forms = [body, body.subarray(0, -2), decodeTransferred(visited.part.encoding, body)];
    const hashes = found.get(name) ?? new Set();
    for (const form of forms) hashes.add(hash('sha1', form));
    found.set(name, hashes);
  }
  return found;
}
