// SPDX-License-Identifier: EUPL-1.2
import { crc32, deflateRawSync } from 'node:zlib';

export interface MadeFile {
  readonly name: string;
  readonly content: Buffer | string;
  /** As the file's own header names it, when that is another name. */
  readonly localName?: string;
  readonly stored?: boolean;
  readonly encrypted?: boolean;
  /** Left out of the directory. */
  readonly unlisted?: boolean;
}

/** A zip archive (APPNOTE.TXT), as odd as one likes. */
export function makeZip(files: readonly MadeFile[], { before = Buffer.alloc(0), comment = '' } = {}): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const content = Buffer.from(file.content);
    const packed = file.stored === true ? content : deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(file.encrypted === true ? 1 : 0, 2);
    fields.writeUInt16LE(file.stored === true ? 0 : 8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    const own = Buffer.from(file.localName ?? file.name);
    const ownFields = Buffer.from(fields);
    ownFields.writeUInt16LE(own.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), ownFields, own, packed]);
    const name = Buffer.from(file.name);
    fields.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    if (file.unlisted !== true)
      directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, rest, name);
    locals.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  const count = files.filter(({ unlisted }) => unlisted !== true).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([before, ...locals, listed, end, Buffer.from(comment)]);
}
