// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { Fault } from '../../platform/faults.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets, type OctetRange, readPieces } from '../../wire/mime/octets.ts';
import { BlobOctets } from './blob-octets.ts';
import type { NewBlob, SlicedOctets } from './content-store.ts';
import { KEPT_RUN_FROM_BYTES } from './kept-run.ts';
import { Spool } from './spool.ts';

let folder: string;
let lastNumber = 0;
const numbers = { nextBlobId: () => ++lastNumber, nextContentId: () => ++lastNumber };
const KEPT_BLOB = 1_000_000;

/** Octets that repeat nowhere. */
function noise(length: number, seed: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${seed} ${at}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

const KEPT = noise(KEPT_RUN_FROM_BYTES * 3, 'kept');
const HEAD = Buffer.from('Subject: x\r\n\r\n');

/** A range in the middle of what is kept, as an original lies in an envelope. */
function rangeOf(octets: Buffer): OctetRange {
  const around = Buffer.concat([Buffer.from('<<<'), octets, Buffer.from('>>>')]);
  return { octets: new BlobOctets(KEPT_BLOB, new MemoryOctets(around)), start: 3, end: 3 + octets.length };
}

interface Options {
  readonly chunkBytes?: number;
  readonly memoryBytes?: number;
  readonly range?: OctetRange;
}

async function spooled(octets: Buffer, options: Options = {}) {
  const { chunkBytes = 10_000, memoryBytes = 40_000, range = rangeOf(KEPT) } = options;
  const spool = new Spool({ numbers, folder, maxSizeBytes: 1e7, memoryBytes, findKept: () => range });
  for (let at = 0; at < octets.length; at += chunkBytes)
    await spool.write(octets.subarray(at, at + chunkBytes));
  return spool.finish();
}

function octetsOf({ source }: NewBlob): Buffer {
  return source.kind === 'memory' ? source.octets : readFileSync(source.path);
}

/** What the slices of a message hold, as a store would read them. */
function resting(octets: SlicedOctets, blob: NewBlob): Buffer {
  const own = octetsOf(blob);
  const kept = Buffer.concat([Buffer.from('<<<'), KEPT, Buffer.from('>>>')]);
  return Buffer.concat(
    octets.slices(0, octets.size).map(({ blob: id, offset, length }) => {
      const from = id === blob.id ? own : kept;
      assert.ok(id === blob.id || id === KEPT_BLOB);
      assert.ok(offset + length <= from.length);
      return from.subarray(offset, offset + length);
    }),
  );
}

async function isWhole(message: Awaited<ReturnType<typeof spooled>>, octets: Buffer): Promise<void> {
  assert.equal(message.size, octets.length);
  assert.ok((await message.octets.read(0, octets.length)).equals(octets));
  const middle = { octets: message.octets, start: 5, end: octets.length - 5 };
  assert.ok((await readPieces([middle])).equals(octets.subarray(5, -5)));
  assert.ok(resting(message.octets, message.blob).equals(octets));
  assert.equal(message.blob.size, octetsOf(message.blob).length);
  const sha256 = createHash('sha256').update(octetsOf(message.blob)).digest();
  assert.deepEqual(message.blob.sha256, sha256);
  assert.deepEqual(message.index, indexMessage(octets));
  assert.deepEqual(message.header, octets.subarray(0, message.index.root.bodyStart));
}

suite('octets that are kept already', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ceralacca-kept-run-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('DP-2 wherever they lie and however they come, the message is whole and they are not kept again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.integer({ min: 700, max: 50_000 }),
        fc.constantFrom(5_000, 40_000, 1_000_000),
        async (ahead, behind, chunkBytes, memoryBytes) => {
          const own = [HEAD, noise(ahead, 'ahead'), noise(behind, 'behind')] as const;
          const octets = Buffer.concat([own[0], own[1], KEPT, own[2]]);
          const message = await spooled(octets, { chunkBytes, memoryBytes });
          await isWhole(message, octets);
          // Where the memory ends before the run begins to show, all of it is written.
          if (memoryBytes >= 40_000) {
            assert.ok(message.partlyKept);
            assert.equal(message.blob.size, octets.length - KEPT.length);
          }
          await message.discard();
        },
      ),
      { numRuns: 40 },
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  test('one octet differs, anywhere: all of it is written', async () => {
    const places = [600, 30_000, 39_999, 50_000, KEPT.length - 1];
    for (const memoryBytes of [40_000, 1_000_000]) {
      for (const place of places) {
        const changed = Buffer.from(KEPT);
        changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
        const octets = Buffer.concat([HEAD, changed, Buffer.from('\r\nend')]);
        const message = await spooled(octets, { memoryBytes });
        await isWhole(message, octets);
        assert.equal(message.partlyKept, false);
        assert.equal(message.blob.size, octets.length);
        await message.discard();
      }
    }
  });

  test('a message that ends within them is written', async () => {
    for (const memoryBytes of [40_000, 1_000_000]) {
      const octets = Buffer.concat([HEAD, KEPT.subarray(0, -1)]);
      const message = await spooled(octets, { memoryBytes });
      await isWhole(message, octets);
      assert.equal(message.partlyKept, false);
      await message.discard();
    }
  });

  test('what is small, or nothing else than what is kept, is written', async () => {
    const small = { octets: rangeOf(KEPT).octets, start: 3, end: 3 + KEPT_RUN_FROM_BYTES - 1 };
    const octets = Buffer.concat([HEAD, KEPT]);
    assert.equal((await spooled(octets, { memoryBytes: 1e6, range: small })).partlyKept, false);
    const least = { ...small, end: small.end + 1 };
    assert.equal((await spooled(octets, { memoryBytes: 1e6, range: least })).partlyKept, true);
    assert.equal((await spooled(KEPT, { memoryBytes: 1e6 })).partlyKept, false);
  });

  test('DP-25 what goes while the message comes in is a temporary fault', async () => {
    let reads = 0;
    const { octets, start, end } = rangeOf(KEPT);
    const going: SlicedOctets = {
      size: octets.size,
      read: (from, to) => {
        reads += 1;
        if (reads > 2) throw new Fault('content-gone', 'gone', { temporary: false });
        return octets.read(from, to);
      },
      stream: (from, to) => octets.stream(from, to),
      slices: (from, to) => [{ blob: KEPT_BLOB, offset: from, length: to - from }],
    };
    await assert.rejects(spooled(Buffer.concat([HEAD, KEPT]), { range: { octets: going, start, end } }), {
      code: 'kept-octets-gone',
      temporary: true,
    });
  });
});
