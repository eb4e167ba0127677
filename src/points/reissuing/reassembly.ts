// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { findNamedPart } from '../../evidence/certified-parts.ts';
import { originalWithNewId } from '../../evidence/original.ts';
import { ORIGINAL_FILE } from '../../evidence/wording/literals.ts';
import { RangedOctets } from '../../mailroom/contents/composition.ts';
import type { KeptFrame } from '../../mailroom/frames/frame-store.ts';
import { Fault } from '../../platform/faults.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets, type Octets, readPieces } from '../../wire/mime/octets.ts';

/** The message as it was signed. @throws Fault `frame-damaged` when the frame is not what was written */
export async function reassemble(frame: KeptFrame, original?: Buffer): Promise<Buffer> {
  const octets = await frame.octets.read(0, frame.octets.size);
  if (!sha256(octets).equals(frame.sha256)) throw damaged(frame);
  if (frame.original !== undefined && digestOf(original ?? Buffer.alloc(0)) !== frame.original.sha256)
    throw damaged(frame);
  return Buffer.concat(
    frame.pieces.map(({ of, offset, length }) => {
      const from = of === 'frame' ? octets : (original ?? Buffer.alloc(0));
      return from.subarray(offset, offset + length);
    }),
  );
}

/**
 * The same without holding the original, which must be the one the frame names: its hash is not looked at here.
 * @throws Fault `frame-damaged`
 */
export async function reassembledOctets(frame: KeptFrame, original: Octets): Promise<Octets> {
  const written = await frame.octets.read(0, frame.octets.size);
  if (!sha256(written).equals(frame.sha256)) throw damaged(frame);
  const own = new MemoryOctets(written);
  return new RangedOctets(
    frame.pieces.map(({ of, offset, length }) => {
      return { octets: of === 'frame' ? own : original, start: offset, end: offset + length };
    }),
  );
}

/**
 * All that a file of the holder's may hold the original as, by its SHA-256: the file itself, the `postacert.eml` in an
 * envelope or a complete receipt, and the message as its sender has it, which access gave another Message-ID (AP-23).
 */
export async function originalsIn(
  file: Buffer,
  ids: readonly { readonly identifier: string; readonly messageId?: string }[],
): Promise<ReadonlyMap<string, Buffer>> {
  const found: Buffer[] = [];
  // A file that a mail program wrote may have lost the line ends of mail.
  for (const octets of [file, withMailLineEnds(file)]) {
    found.push(octets);
    const index = indexMessage(octets);
    const part = findNamedPart(index, ORIGINAL_FILE);
    if (part !== undefined) found.push(octets.subarray(part.bodyStart, part.bodyEnd));
    const header = octets.subarray(0, index.root.bodyStart);
    const original = { octets: new MemoryOctets(octets), index, header };
    for (const id of ids) found.push(await readPieces(originalWithNewId(original, id)));
  }
  return new Map(found.map((octets) => [digestOf(octets), octets]));
}

export function digestOf(octets: Buffer): string {
  return sha256(octets).toString('hex');
}

function sha256(octets: Buffer): Buffer {
  return createHash('sha256').update(octets).digest();
}

function withMailLineEnds(octets: Buffer): Buffer {
  return Buffer.from(octets.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

function damaged({ messageId }: KeptFrame): Fault {
  return new Fault('frame-damaged', `the frame kept of ${messageId} is not what was written`, {
    temporary: false,
  });
}
