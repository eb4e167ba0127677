// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { findNamedPart } from '../../../evidence/certified-parts.ts';
import { ORIGINAL_FILE } from '../../../evidence/wording/literals.ts';
import { mediaType, partFileName } from '../../../wire/mime/mime-tree.ts';
import { decodeTransferred } from '../../../wire/mime/transfer-encoding.ts';
import type { MessageFile } from '../message-file.ts';
import { attachmentParts, type OpenedOriginal, openOriginal, readBody, readHashFile } from '../original.ts';
import { compareMessages, type MessageDifference } from './message-comparison.ts';
import { sha1Forms, sha1FormsOfPart } from './sha1-forms.ts';
import type { SuppliedFile } from './supplied-file.ts';

/** How an attachment compares with the files that were supplied. */
export interface AttachmentComparison {
  readonly name: string;
  /** `hash`: the message has its SHA-1 only. `content`: it is in the message. */
  readonly known: 'hash' | 'content';
  /** `differs`: a file of its name was supplied, and is another. `not-supplied`: no file is it, or has its name. */
  readonly result: 'matches' | 'differs' | 'not-supplied';
  /** The file that is it, or that has its name; null when there is none. */
  readonly file: string | null;
  /** It lies in that file, which is a message, under this name; null when it is the file itself. */
  readonly part: string | null;
}

/** How a supplied message compares with the original, part by part. */
export interface WholeComparison {
  readonly file: string;
  /** Null when it is the same. */
  readonly difference: MessageDifference | null;
}

/** What the files that the user has are to the original of a message. */
export interface FileComparison {
  readonly attachments: readonly AttachmentComparison[];
  /** Supplied messages that are no attachment. */
  readonly messages: readonly WholeComparison[];
  /** Files that are nothing the message knows of. */
  readonly strangers: readonly string[];
}

/** Holds files against the original in a message; null when it has none. */
export async function compareFiles(
  { octets, index }: MessageFile,
  files: readonly SuppliedFile[],
): Promise<FileComparison | null> {
  const part = findNamedPart(index, ORIGINAL_FILE);
  if (part === undefined) return null;
  const original = await openOriginal(octets, part);
  const candidates: Candidate[] = [];
  for (const file of files) candidates.push(...(await candidatesOf(file)));
  const attachments = (await namedParts(original)).map((known) => compareAttachment(known, candidates));
  const isAttachment = (file: SuppliedFile) =>
    attachments.some((each) => each.file === file.path && each.part === null);
  const messages: WholeComparison[] = [];
  for (const file of files) {
    if (file.message === null || isAttachment(file)) continue;
    messages.push({ file: file.path, difference: await compareMessages(original, file.message) });
  }
  const used = new Set([...attachments, ...messages].map(({ file }) => file));
  return {
    attachments,
    messages,
    strangers: files.map(({ path }) => path).filter((path) => !used.has(path)),
  };
}

/** Whether everything that was supplied is what the message says. */
export function holds({ attachments, messages, strangers }: FileComparison): boolean {
  return (
    strangers.length === 0 &&
    attachments.every(({ result }) => result !== 'differs') &&
    messages.every(({ difference }) => difference === null)
  );
}

/** A file, or a part of a message in one. */
interface Candidate {
  readonly file: string;
  readonly part: string | null;
  readonly name: string;
  readonly sha1: ReadonlySet<string>;
  /** Of what it holds, decoded. */
  readonly sha256: string;
}

async function candidatesOf({ path, name, octets, message }: SuppliedFile): Promise<Candidate[]> {
  const whole = { file: path, part: null, name, sha1: sha1Forms(octets), sha256: sha256(octets) };
  if (message === null) return [whole];
  const found: Candidate[] = [whole];
  for (const part of attachmentParts(message)) {
    const body = await readBody(message.octets, part);
    const decoded = decodeTransferred(part.encoding, body);
    const inner = partFileName(part) ?? mediaType(part);
    const sha1 = sha1FormsOfPart(body, decoded);
    found.push({ file: path, part: inner, name: inner, sha1, sha256: sha256(decoded) });
  }
  return found;
}

/** An attachment as the message knows it. */
interface KnownAttachment {
  readonly name: string;
  readonly hash: { readonly sha1: string } | { readonly sha256: string };
}

async function namedParts(original: OpenedOriginal): Promise<readonly KnownAttachment[]> {
  const known: KnownAttachment[] = [];
  for (const part of attachmentParts(original)) {
    const hash = await readHashFile(original.octets, part);
    if (hash === undefined) {
      const decoded = decodeTransferred(part.encoding, await readBody(original.octets, part));
      known.push({ name: partFileName(part) ?? mediaType(part), hash: { sha256: sha256(decoded) } });
    } else {
      known.push({ name: hash.name, hash: { sha1: hash.sha1 } });
    }
  }
  return known;
}

function compareAttachment(
  { name, hash }: KnownAttachment,
  candidates: readonly Candidate[],
): AttachmentComparison {
  const known = 'sha1' in hash ? 'hash' : 'content';
  const same = candidates.find((each) =>
    'sha1' in hash ? each.sha1.has(hash.sha1) : each.sha256 === hash.sha256,
  );
  const namesake = same ?? candidates.find((each) => sameName(each.name, name));
  if (namesake === undefined) return { name, known, result: 'not-supplied', file: null, part: null };
  const result = same === undefined ? 'differs' : 'matches';
  return { name, known, result, file: namesake.file, part: namesake.part };
}

function sameName(a: string, b: string): boolean {
  return a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();
}

function sha256(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
