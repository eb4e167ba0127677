// SPDX-License-Identifier: EUPL-1.2
import { readFile, stat } from 'node:fs/promises';
import { Fault } from '../../platform/faults.ts';
import { type Header, parseHeader } from '../../wire/mime/header.ts';
import { indexMessage, type MimeIndex } from '../../wire/mime/mime-index.ts';
import { MemoryOctets } from '../../wire/mime/octets.ts';

/** Largest file read, in octets: twice the largest message a provider of this make takes. */
export const MAX_FILE_BYTES = 400 * 1024 * 1024;
/** Octets of the header that are read. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** What was done to a file to make a message of it again. */
export type Restoration =
  /** Lines ended with LF alone, as files of Unix do; mail, and so the signature, has CRLF. */
  | 'line-ends'
  /** The line that separates messages in an mbox file stood before it. */
  | 'mbox-line'
  | 'byte-order-mark';

/** A message in a file, ready to be examined. */
export interface MessageFile {
  readonly octets: MemoryOctets;
  readonly index: MimeIndex;
  readonly header: Header;
  readonly restorations: readonly Restoration[];
}

/** Reads a message from a file. @throws Fault `message-file-unreadable` */
export async function readMessageFile(path: string): Promise<MessageFile> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) throw new Error(`it is larger than ${MAX_FILE_BYTES} octets`);
    return openMessage(await readFile(path));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('message-file-unreadable', `${path} cannot be read: ${why}`, { temporary: false, cause });
  }
}

/** Undoes what saving to a file may have done to a message, and nothing else. */
export function openMessage(file: Buffer): MessageFile {
  const restorations: Restoration[] = [];
  let message = file;
  if (message.subarray(0, 3).equals(BYTE_ORDER_MARK)) {
    message = message.subarray(3);
    restorations.push('byte-order-mark');
  }
  if (message.toString('latin1', 0, 5) === 'From ') {
    message = message.subarray(message.indexOf(LF) + 1);
    restorations.push('mbox-line');
  }
  // Only where no line has CRLF: a message that mixes both was made so, and may be signed so.
  if (!message.includes('\r\n') && message.includes(LF)) {
    message = withCrlf(message);
    restorations.push('line-ends');
  }
  const index = indexMessage(message);
  const headerEnd = Math.min(index.root.bodyStart, MAX_HEADER_BYTES);
  const header = parseHeader(message.subarray(0, headerEnd));
  return { octets: new MemoryOctets(message), index, header, restorations };
}

const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

function withCrlf(message: Buffer): Buffer {
  let lines = 0;
  for (let at = message.indexOf(LF); at >= 0; at = message.indexOf(LF, at + 1)) lines++;
  const converted = Buffer.allocUnsafe(message.length + lines);
  let from = 0;
  let to = 0;
  for (let at = message.indexOf(LF); at >= 0; at = message.indexOf(LF, from)) {
    to += message.copy(converted, to, from, at);
    converted[to++] = CR;
    converted[to++] = LF;
    from = at + 1;
  }
  message.copy(converted, to, from);
  return converted;
}
