// SPDX-License-Identifier: EUPL-1.2
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { MemoryOctets } from '../mime/octets.ts';
import type { ZipLimits, ZipProblem } from './zip-directory.ts';
import { openZip, type ZipArchive, ZipEntryBroken } from './zip-reader.ts';
import { type ZipFile, ZipUnwritable, zipChunks } from './zip-writer.ts';

const modifiedAt = Date.UTC(2026, 4, 17, 10, 20, 30);
const limits: ZipLimits = { archiveBytes: 1 << 24, entries: 10, unpackedBytes: 1 << 24 };
const text = Buffer.from('Nel mezzo del cammin di nostra vita\r\n'.repeat(100));

async function pack(files: Iterable<ZipFile>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of zipChunks(files, { modifiedAt })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inChunks(octets: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < octets.length; at += 1000) yield octets.subarray(at, at + 1000);
}

async function unpack(octets: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const archive = await opened(octets);
  const files = new Map<string, Buffer>();
  for (const entry of archive.entries) files.set(entry.name, await archive.read(entry));
  return files;
}

async function opened(octets: Buffer): Promise<ZipArchive> {
  const reading = await openZip(new MemoryOctets(octets), limits);
  if (!reading.ok) throw new Error(`${reading.problem}: ${reading.detail}`);
  return reading.archive;
}

async function problemOf(octets: Buffer, other: Partial<ZipLimits> = {}): Promise<ZipProblem | 'none'> {
  const reading = await openZip(new MemoryOctets(octets), { ...limits, ...other });
  return reading.ok ? 'none' : reading.problem;
}

const sample: readonly ZipFile[] = [
  { name: 'README.txt', content: text },
  { name: 'messages/a.eml', content: Buffer.from([1, 2, 3]) },
  { name: 'empty', content: Buffer.alloc(0) },
];

/** A copy with other octets at a place. */
function patched(octets: Buffer, { at, value }: { readonly at: number; readonly value: Uint8Array }): Buffer {
  const copy = Buffer.from(octets);
  copy.set(value, at);
  return copy;
}

const uint16 = (value: number) => Uint8Array.of(value & 0xff, value >>> 8);

/** Where a name stands the second time: in the directory. */
function recordOf(octets: Buffer, name: string): number {
  return octets.lastIndexOf(name) - 46;
}

test('what is written is read again, in the same order; buffers and chunks alike', async () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}(\/[a-z][a-z.]{0,8}[a-z])?$/), {
    minLength: 0,
    maxLength: 10,
  });
  const contents = fc.tuple(fc.uint8Array({ maxLength: 3000 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(names, fc.array(contents, { minLength: 10, maxLength: 10 }), async (plain, octets) => {
      const files = plain.map((name, number) => {
        const [content, chunked] = octets[number] ?? [new Uint8Array(), false];
        return { name, octets: Buffer.from(content), chunked };
      });
      const packed = await pack(
        files.map((file) => ({
          name: file.name,
          content: file.chunked ? inChunks(file.octets) : file.octets,
        })),
      );
      deepEqual(
        [...(await unpack(packed))],
        files.map((file) => [file.name, file.octets]),
      );
    }),
    { numRuns: 50 },
  );
});

test('the same files give the same octets', async () => {
  deepEqual(await pack(sample), await pack(sample));
});

test('unzip and zip agree: ours are sound to it, theirs are read here', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const own = join(folder, 'own.zip');
  writeFileSync(own, await pack([...sample, { name: 'log/records/7.json', content: inChunks(text) }]));
  execFileSync('unzip', ['-q', own, '-d', join(folder, 'out')]);
  deepEqual(readFileSync(join(folder, 'out/README.txt')), text);
  deepEqual(readFileSync(join(folder, 'out/log/records/7.json')), text);
  execFileSync('zip', ['-q', '-D', '-r', '../theirs.zip', '.'], { cwd: join(folder, 'out') });
  const files = await unpack(readFileSync(join(folder, 'theirs.zip')));
  deepEqual(files.get('log/records/7.json'), text);
  equal(files.size, 4);
});

test('a name that is not plain, or there twice, is not written', async () => {
  const content = Buffer.alloc(1);
  for (const name of [
    '',
    '/a',
    '../a',
    'a/../b',
    'a//b',
    'a/',
    'a\\b',
    'è',
    '.a',
    'a.',
    'a b',
    'c:a',
    'a'.repeat(201),
  ]) {
    await rejects(pack([{ name, content }]), ZipUnwritable, name);
  }
  await rejects(
    pack([
      { name: 'a', content },
      { name: 'A', content },
    ]),
    ZipUnwritable,
  );
});

test('what fails while its chunks come fails the archive', async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield text;
    throw new Error('the disk is gone');
  }
  await rejects(pack([{ name: 'a', content: failing() }]), /the disk is gone/);
});

test('nothing may stand before, behind or between', async () => {
  const octets = await pack(sample);
  const end = octets.length - 22;
  equal(await problemOf(Buffer.concat([octets, Buffer.from('x')])), 'no-archive');
  equal(await problemOf(Buffer.concat([Buffer.from('x'), octets])), 'contradictory');
  const commented = patched(Buffer.concat([octets, Buffer.from('x')]), { at: end + 20, value: uint16(1) });
  equal(await problemOf(commented), 'no-archive');
  const directory = octets.readUInt32LE(end + 16);
  const gap = Buffer.concat([octets.subarray(0, directory), Buffer.from('x'), octets.subarray(directory)]);
  gap.writeUInt32LE(directory + 1, end + 1 + 16);
  equal(await problemOf(gap), 'contradictory');
  for (let length = 0; length < octets.length; length += 7) {
    ok((await problemOf(octets.subarray(0, length))) !== 'none', `cut at ${length}`);
  }
});

test('entries that overlap are refused, and so are bombs by their headers', async () => {
  const octets = await pack([
    { name: 'a', content: text },
    { name: 'b', content: text },
  ]);
  const record = recordOf(octets, 'b');
  equal(await problemOf(patched(octets, { at: record + 42, value: new Uint8Array(4) })), 'contradictory');
  equal(await problemOf(octets, { unpackedBytes: 2 * text.length - 1 }), 'too-large');
  equal(await problemOf(octets, { unpackedBytes: 2 * text.length }), 'none');
  equal(await problemOf(octets, { archiveBytes: octets.length - 1 }), 'too-large');
  equal(await problemOf(octets, { archiveBytes: octets.length }), 'none');
  equal(await problemOf(octets, { entries: 1 }), 'too-many-entries');
  equal(await problemOf(octets, { entries: 2 }), 'none');
});

test('directory and headers must agree', async () => {
  const octets = await pack(sample);
  equal(await problemOf(patched(octets, { at: 30, value: Buffer.from('r') })), 'contradictory');
  const places = { flags: 6, method: 8, crc: 14, packed: 18, size: 22, nameBytes: 26, extraBytes: 28 };
  for (const [what, at] of Object.entries(places)) {
    ok((await problemOf(patched(octets, { at, value: uint16(0x0806) }))) !== 'none', what);
  }
  const chunked = await pack([{ name: 'a', content: inChunks(text) }]);
  const descriptor = chunked.readUInt32LE(chunked.length - 22 + 16) - 16;
  for (let at = descriptor; at < descriptor + 16; at++) {
    const value = Uint8Array.of((chunked[at] ?? 0) ^ 1);
    equal(await problemOf(patched(chunked, { at, value })), 'contradictory', `octet ${at}`);
  }
});

test('links, encryption, other methods, ZIP64, other extra fields and comments are refused', async () => {
  const octets = await pack(sample);
  const record = recordOf(octets, 'README.txt');
  const both = (local: number, value: Uint8Array) =>
    patched(patched(octets, { at: local, value }), { at: record + local + 2, value });
  equal(await problemOf(patched(octets, { at: record + 40, value: uint16(0o120777) })), 'unusual');
  equal(await problemOf(both(6, uint16(1))), 'unusual');
  equal(await problemOf(both(8, uint16(12))), 'unusual');
  equal(await problemOf(withExtra(octets, Buffer.from([0x75, 0x70, 0, 0]))), 'unusual');
  equal(await problemOf(withExtra(octets, Buffer.from([1, 0, 0, 0]))), 'unusual');
  equal(await problemOf(withExtra(octets, Buffer.from([0x55, 0x54, 1, 0, 7]))), 'none');
  equal(await problemOf(withExtra(octets, Buffer.from([0x55, 0x54, 9, 0, 7]))), 'contradictory');
  equal(await problemOf(patched(octets, { at: octets.length - 22 + 4, value: uint16(1) })), 'unusual');
});

/** With an extra field in the last record of the directory. */
function withExtra(octets: Buffer, extra: Buffer): Buffer {
  const end = octets.length - 22;
  const result = Buffer.concat([octets.subarray(0, end), extra, octets.subarray(end)]);
  const record = recordOf(octets, 'empty');
  result.writeUInt16LE(extra.length, record + 30);
  result.writeUInt32LE(octets.readUInt32LE(end + 12) + extra.length, end + extra.length + 12);
  return result;
}

test('a name that means different files to different programs is refused', async () => {
  const octets = await pack([
    { name: 'aaaa', content: text },
    { name: 'bbbb', content: text },
  ]);
  const renamed = (name: string) => Buffer.from(octets.toString('latin1').replaceAll('bbbb', name), 'latin1');
  equal(await problemOf(renamed('bb-b')), 'none');
  for (const name of ['../b', '/bbb', 'bb/.', 'b\\bb', 'bbb\0', 'bbb/', 'b\xe8bb', 'bbb.']) {
    equal(await problemOf(renamed(name)), 'odd-name', JSON.stringify(name));
  }
  equal(await problemOf(renamed('aaaa')), 'name-twice');
  equal(await problemOf(renamed('AAAA')), 'name-twice');
});

test('data that are not what the header says are found when read', async () => {
  const good = deflateRawSync(text);
  const cases: Readonly<Record<string, Buffer>> = {
    longer: deflateRawSync(Buffer.concat([text, text])),
    shorter: deflateRawSync(text.subarray(1)),
    changed: deflateRawSync(Buffer.from(text).fill('x', 0, 1)),
    'cut off': good.subarray(0, -1),
    'with something behind': Buffer.concat([good, Buffer.from('hidden')]),
    'no deflate at all': Buffer.alloc(20, 0xff),
  };
  for (const [what, data] of Object.entries(cases)) {
    const archive = await opened(claiming(data));
    const [entry] = archive.entries;
    ok(entry);
    await rejects(archive.read(entry), ZipEntryBroken, what);
  }
  const sound = await opened(claiming(good));
  deepEqual(await sound.read(sound.entries[0] ?? fail()), text);
});

function fail(): never {
  throw new Error('there is no entry');
}

/** An archive of one file whose headers speak of `text`, whatever its data are. */
function claiming(data: Buffer): Buffer {
  const local = Buffer.alloc(31);
  local.writeUInt32LE(0x04034b50, 0);
  const common = Buffer.alloc(24);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc32(text), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(text.length, 18);
  common.writeUInt16LE(1, 22);
  local.set(common, 4);
  local.write('a', 30);
  const record = Buffer.alloc(47);
  record.writeUInt32LE(0x02014b50, 0);
  record.set(common, 6);
  record.write('a', 46);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(record.length, 12);
  end.writeUInt32LE(local.length + data.length, 16);
  return Buffer.concat([local, data, record, end]);
}

test('whatever octets come, they are refused or read, and no file grows beyond its header', async () => {
  const seeds = await Promise.all([pack(sample), pack([{ name: 'a', content: inChunks(text) }])]);
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...seeds), changes, async (seed, edits) => {
      const octets = Buffer.from(seed);
      for (const [place, value] of edits) octets[place % octets.length] = value;
      const reading = await openZip(new MemoryOctets(octets), limits);
      if (!reading.ok) return;
      for (const entry of reading.archive.entries) {
        try {
          equal((await reading.archive.read(entry)).length, entry.sizeBytes);
        } catch (error) {
          ok(error instanceof ZipEntryBroken, String(error));
        }
      }
    }),
    { numRuns: 300 },
  );
});
