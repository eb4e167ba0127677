// SPDX-License-Identifier: EUPL-1.2
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { findNamedPart } from '../../../evidence/certified-parts.ts';
import { ORIGINAL_FILE } from '../../../evidence/wording/literals.ts';
import { Fault } from '../../../platform/faults.ts';
import { MAX_FILE_BYTES, openMessage } from '../message-file.ts';
import { type OpenedOriginal, openOriginal } from '../original.ts';

/** A file that the user still has, to be held against a message. */
export interface SuppliedFile {
  /** As given. */
  readonly path: string;
  readonly name: string;
  readonly octets: Buffer;
  /**
   * The message in it, when it holds one: as it was written and sent, or the original inside an envelope or a receipt.
   * An attached message is one too.
   */
  readonly message: OpenedOriginal | null;
}

/** @throws Fault `file-unreadable` */
export async function readSuppliedFile(path: string): Promise<SuppliedFile> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} octets`);
    const octets = await readFile(path);
    return { path, name: basename(path), octets, message: await messageIn(octets) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}

async function messageIn(file: Buffer): Promise<OpenedOriginal | null> {
  const { octets, index, header } = openMessage(file);
  const isMail =
    header.first('From') !== undefined &&
    ['Date', 'Message-ID', 'MIME-Version'].some((name) => header.first(name) !== undefined);
  if (!isMail) return null;
  const original = findNamedPart(index, ORIGINAL_FILE);
  return original === undefined ? { octets, root: index.root } : openOriginal(octets, original);
}
