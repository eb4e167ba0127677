// SPDX-License-Identifier: EUPL-1.2
import { promisify } from 'node:util';
import { constants, gunzip, inflateRaw } from 'node:zlib';
import { Turns } from '../../platform/turns.ts';
import type { MimeIndex, MimePart } from '../../wire/mime/mime-index.ts';
import { partFileName, walkParts } from '../../wire/mime/mime-tree.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import { decodeTransfer } from '../../wire/mime/transfer-encoding.ts';
import {
  archiveFormat,
  type ExecutableContent,
  executableKind,
  extensionOf,
  HEAD_BYTES,
} from './attachment-kinds.ts';
import { readTar } from './tar-reader.ts';
import { readZip, type ZipEntry } from './zip-reader.ts';

/** Why a message is not wanted: an attachment, or a file within one. */
export interface AttachmentFinding {
  readonly problem: 'executable-attachment' | 'unreadable-archive';
  /** Its name, behind those of the archives it lies in: `a.zip/b.exe`. */
  readonly name: string;
}

/** What is refused; nothing at all when both lists are empty. */
export interface AttachmentRules {
  /** Lower case, without dot. */
  readonly refusedExtensions: readonly string[];
  readonly refusedContents: readonly ExecutableContent[];
  /** Archives within archives that are opened. */
  readonly archiveDepth: number;
  /** Octets of an archive, and of all that is unpacked of a message. */
  readonly archiveBytes: number;
  /** Whether archives that cannot be looked into are refused: encrypted, broken, too large, too deep. */
  readonly refuseUnreadable: boolean;
}

/** Files in all the archives of a message. */
export const MAX_FILES = 10_000;
/** Archives opened of a message. */
export const MAX_ARCHIVES = 200;
/** Messages looked into at the same time: each may take `archiveBytes` of memory twice. */
const AT_ONCE = 2;
/** Packed octets from which the head of a file is unpacked. */
const PACKED_HEAD_BYTES = 1024;

const inflate = promisify(inflateRaw);
const unzip = promisify(gunzip);

/** What may still be done for one message. */
interface Budget {
  files: number;
  archives: number;
  bytes: number;
}

/** Looks for attachments of executable types, also inside archives; bounded in time and memory. */
export class AttachmentInspector {
  readonly #rules: AttachmentRules;
  readonly #turns = new Turns(AT_ONCE);

  constructor(rules: AttachmentRules) {
    this.#rules = rules;
  }

  /** The first attachment that is refused; undefined when there is none, or nothing is refused at all. */
  async inspect(message: {
    readonly octets: Octets;
    readonly index: MimeIndex;
  }): Promise<AttachmentFinding | undefined> {
    const { refusedExtensions, refusedContents } = this.#rules;
    if (refusedExtensions.length + refusedContents.length === 0) return undefined;
    return this.#turns.take(() => this.#inspect(message.octets, message.index));
  }

  async #inspect(octets: Octets, { root }: MimeIndex): Promise<AttachmentFinding | undefined> {
    const budget: Budget = { files: MAX_FILES, archives: MAX_ARCHIVES, bytes: this.#rules.archiveBytes };
    for (const { part } of walkParts(root)) {
      if (part.parts.length > 0 || !isAttachment(part)) continue;
      const finding = await this.#inspectPart(octets, part, budget);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  async #inspectPart(octets: Octets, part: MimePart, budget: Budget): Promise<AttachmentFinding | undefined> {
    const name = partFileName(part) ?? `${part.type}/${part.subtype}`;
    const head = await readDecoded(octets, part, HEAD_BYTES);
    const finding = this.#judge([name], head, name);
    const format = archiveFormat(head);
    if (finding !== undefined || format === undefined) return finding;
    // Base64 takes a third more.
    const tooLarge = part.bodyEnd - part.bodyStart > this.#rules.archiveBytes * 1.5;
    if (format === 'closed' || tooLarge) return this.#unreadable(name);
    const archive = await readDecoded(octets, part, this.#rules.archiveBytes + 1);
    if (archive.length > this.#rules.archiveBytes) return this.#unreadable(name);
    return this.#open({ path: name, content: archive, depth: 1 }, budget);
  }

  /** Looks at a content that may be an archive. */
  async #open(found: Found, budget: Budget): Promise<AttachmentFinding | undefined> {
    const { path, content, depth } = found;
    const format = archiveFormat(content.subarray(0, HEAD_BYTES));
    if (format === undefined) return undefined;
    if (format === 'closed' || depth > this.#rules.archiveDepth || budget.archives === 0) {
      return this.#unreadable(path);
    }
    budget.archives--;
    // Reading directories computes without waiting: others get their turn in between.
    await new Promise((resolve) => setImmediate(resolve));
    switch (format) {
      case 'zip':
        return this.#openZip(found, budget);
      case 'tar': {
        const entries = readTar(content, budget.files);
        if (entries === undefined) return this.#unreadable(path);
        budget.files -= entries.length;
        for (const entry of entries) {
          const within = { path: `${path}/${entry.name}`, content: entry.content, depth: depth + 1 };
          const finding =
            this.#judge([entry.name], entry.content, within.path) ?? (await this.#open(within, budget));
          if (finding !== undefined) return finding;
        }
        return undefined;
      }
      case 'gzip': {
        const unpacked = await unpack((options) => unzip(content, options), budget);
        if (unpacked === undefined) return this.#unreadable(path);
        // A tar within counts with its gzip as one archive.
        const isTar = archiveFormat(unpacked.subarray(0, HEAD_BYTES)) === 'tar';
        const within = path.replace(/\.gz$/i, '');
        return (
          this.#judge([within], unpacked, path) ??
          (await this.#open({ path, content: unpacked, depth: isTar ? depth : depth + 1 }, budget))
        );
      }
    }
  }

  async #openZip({ path, content, depth }: Found, budget: Budget): Promise<AttachmentFinding | undefined> {
    const entries = readZip(content, budget.files);
    if (entries === undefined) return this.#unreadable(path);
    budget.files -= entries.length;
    for (const entry of entries) {
      const within = `${path}/${entry.names[0] ?? ''}`;
      // The names of encrypted files can be read.
      const named = this.#judge(entry.names, Buffer.alloc(0), within);
      if (named !== undefined) return named;
      const finding = entry.encrypted
        ? this.#unreadable(within)
        : await this.#openEntry(entry, { path: within, depth: depth + 1 }, budget);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  async #openEntry(
    { method, packed }: ZipEntry,
    { path, depth }: Omit<Found, 'content'>,
    budget: Budget,
  ): Promise<AttachmentFinding | undefined> {
    if (packed.length === 0) return undefined;
    if (method === 0) {
      return this.#judge([], packed, path) ?? this.#open({ path, content: packed, depth }, budget);
    }
    // 8: deflated; other methods are not opened.
    if (method !== 8) return this.#unreadable(path);
    const head = await unpack(
      (options) => inflate(packed.subarray(0, PACKED_HEAD_BYTES), { ...options, ...PARTLY }),
      budget,
    );
    if (head === undefined) return this.#unreadable(path);
    const finding = this.#judge([], head, path);
    if (finding !== undefined || archiveFormat(head) === undefined) return finding;
    const content = await unpack((options) => inflate(packed, options), budget);
    return content === undefined ? this.#unreadable(path) : this.#open({ path, content, depth }, budget);
  }

  /** Whether a file is refused for one of its names, or for what it holds. */
  #judge(names: readonly string[], content: Buffer, path: string): AttachmentFinding | undefined {
    const { refusedExtensions, refusedContents } = this.#rules;
    const kind = executableKind(content.subarray(0, HEAD_BYTES));
    const byName = names.some((name) => refusedExtensions.includes(extensionOf(name) ?? ''));
    if (!byName && (kind === undefined || !refusedContents.includes(kind))) return undefined;
    return { problem: 'executable-attachment', name: shown(path) };
  }

  #unreadable(path: string): AttachmentFinding | undefined {
    return this.#rules.refuseUnreadable ? { problem: 'unreadable-archive', name: shown(path) } : undefined;
  }
}

/** Something unpacked: where it lay, and in how many archives. */
interface Found {
  readonly path: string;
  readonly content: Buffer;
  readonly depth: number;
}

/** What is there of an end that was cut off counts. */
const PARTLY = { finishFlush: constants.Z_SYNC_FLUSH };

/** The body of a text that is no file is no attachment. */
function isAttachment(part: MimePart): boolean {
  return part.type !== 'text' || partFileName(part) !== undefined;
}

async function readDecoded(octets: Octets, part: MimePart, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of decodeTransfer(part.encoding, octets.stream(part.bodyStart, part.bodyEnd))) {
    chunks.push(chunk);
    held += chunk.length;
    if (held >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}

/** Unpacks no more than the budget has left; undefined when that is too little, or the octets are broken. */
async function unpack(
  work: (options: { readonly maxOutputLength: number }) => Promise<Buffer>,
  budget: Budget,
): Promise<Buffer | undefined> {
  if (budget.bytes <= 0) return undefined;
  try {
    const unpacked = await work({ maxOutputLength: budget.bytes });
    budget.bytes -= unpacked.length;
    return unpacked;
  } catch (error) {
    // What a bomb cost before it was given up is spent.
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') budget.bytes = 0;
    return undefined;
  }
}

/** Others' names go into notices and logs. */
function shown(path: string): string {
  const plain = path.replace(/[\p{Cc}\p{Cf}]+/gu, '?');
  return plain.length <= 200 ? plain : `...${plain.slice(-197)}`;
}
