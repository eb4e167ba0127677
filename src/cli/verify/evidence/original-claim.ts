// SPDX-License-Identifier: EUPL-1.2
import { createHash, hash } from 'node:crypto';
import type { EvidenceMessage } from '../../../evidence/evidence-file/index-model.ts';
import type { EnclosedOriginal } from '../../../evidence/original.ts';
import { encloseReduced } from '../../../evidence/receipts/brief-copy.ts';
import { findNamedPart } from '../../../evidence/recognition.ts';
import { indexMessage, type MimePart } from '../../../wire/mime/mime-index.ts';
import { MemoryOctets, streamPieces } from '../../../wire/mime/octets.ts';
import { compareMessages } from '../files/message-comparison.ts';
import type { MessageFile } from '../message-file.ts';
import { openOriginal } from '../original.ts';
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
 * otherwise fields, texts and hashes are compared.
 */
async function checkBrief(
  message: EvidenceMessage,
  { part, judging }: { readonly part: MimePart; readonly judging: Judging },
): Promise<void> {
  const { file, evidence, book } = judging;
  const enclosed = await encloseAgain(evidence);
  const found = hash('sha256', bodyOf(file, part));
  for (const decoded of [false, true]) {
    const digest = createHash('sha256');
    const { pieces } = await encloseReduced(enclosed, { decoded });
    for await (const chunk of streamPieces(pieces)) digest.update(chunk);
    if (digest.digest('hex') === found) return;
  }
  const [ours, theirs] = [
    await openOriginal(file.octets, part),
    await openOriginal(enclosed.octets, enclosed.part),
  ];
  const difference = await compareMessages(ours, theirs);
  if (difference !== null) {
    const detail = `its ${difference.what} ${difference.where} is not that of the original`;
    book.refute('original', 'brief-differs', { file: message.file, detail });
    return;
  }
  const detail =
    'fields, texts and hashes are those of the original; the rest was made otherwise, and is not compared';
  book.leaveOpen('original', 'not-compared', { file: message.file, detail });
}

const HEAD = Buffer.from('Content-Type: message/rfc822; name="postacert.eml"\r\n\r\n');

/** The original of the file, enclosed again, in one piece of memory. */
async function encloseAgain({ archive, index }: EvidencePackage): Promise<EnclosedOriginal> {
  const name = index.files.find(({ role }) => role === 'originale')?.name ?? '';
  const entry = archive.find(name);
  if (entry === undefined) throw new Error(`${name} was there`);
  const octets = Buffer.allocUnsafe(HEAD.length + entry.sizeBytes);
  let at = HEAD.copy(octets);
  for await (const chunk of archive.stream(entry)) at += chunk.copy(octets, at);
  const mime = indexMessage(octets);
  return { octets: new MemoryOctets(octets), index: mime, part: mime.root };
}
