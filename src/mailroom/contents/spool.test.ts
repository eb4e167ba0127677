// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { Fault } from '../../platform/faults.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { readPieces } from '../../wire/mime/octets.ts';
import { HEADER_LIMIT_BYTES, Spool, type SpoolOptions } from './spool.ts';
import { SpoolMemory } from './spool-memory.ts';

let folder: string;
let lastNumber = 0;
const numbers = { nextBlobId: () => ++lastNumber, nextContentId: () => ++lastNumber };

function newSpool(options: Partial<SpoolOptions> = {}): Spool {
  return new Spool({ numbers, folder, maxSizeBytes: 1_000_000, memoryBytes: 100, ...options });
}

async function spooled(chunks: readonly Uint8Array[], options: Partial<SpoolOptions> = {}) {
  const spool = newSpool(options);
  for (const chunk of chunks) await spool.write(chunk);
  return spool.finish();
}

/** Collects garbage when it is called, so that what is left is held by somebody. */
function forcedCollection(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

suite('spool', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ceralacca-spool-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('whatever the chunks, the message is whole: octets, hash, index, header, any range', async () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom('a: b\r\n', '\r\n', '--x\r\n', 'text\r\n').map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 12 }),
        fc.nat(400),
        fc.nat(400),
        async (chunks, one, other) => {
          const whole = Buffer.concat(chunks);
          const message = await spooled(chunks);
          const [start, end] = [
            Math.min(one, other, whole.length),
            Math.min(Math.max(one, other), whole.length),
          ];
          assert.equal(message.size, whole.length);
          assert.deepEqual(await message.octets.read(0, message.size), whole);
          assert.deepEqual(await message.octets.read(start, end), whole.subarray(start, end));
          assert.deepEqual(
            await readPieces([{ octets: message.octets, start, end }]),
            whole.subarray(start, end),
          );
          assert.deepEqual(message.blob.sha256, createHash('sha256').update(whole).digest());
          assert.deepEqual(message.index, indexMessage(whole));
          assert.deepEqual(message.header, whole.subarray(0, message.index.root.bodyStart));
          assert.equal(message.blob.source.kind, whole.length > 100 ? 'file' : 'memory');
          await message.discard();
        },
      ),
      { numRuns: 60 },
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  test('up to memoryBytes it stays in memory, one octet more is a file of its owner only', async () => {
    const small = await spooled([Buffer.alloc(100)]);
    assert.equal(small.blob.source.kind, 'memory');
    const large = await spooled([Buffer.alloc(100), Buffer.alloc(1)]);
    assert.ok(large.blob.source.kind === 'file');
    assert.equal(readFileSync(large.blob.source.path).length, 101);
    await large.discard();
    assert.equal(existsSync(large.blob.source.path), false);
  });

  test('AP-15 at the limit it is whole, one octet above it cannot be finished', async () => {
    const at = newSpool({ maxSizeBytes: 200 });
    await at.write(Buffer.alloc(200));
    assert.equal(at.tooLarge, false);
    assert.equal((await at.finish()).size, 200);
    const above = newSpool({ maxSizeBytes: 200 });
    await above.write(Buffer.alloc(150));
    await above.write(Buffer.alloc(51));
    await above.write(Buffer.alloc(1000));
    assert.equal(above.tooLarge, true);
    assert.equal(above.size, 1201, 'what is thrown away is counted');
    await assert.rejects(above.finish(), /too large/);
    await above.discard();
    for (const name of readdirSync(folder)) unlinkSync(join(folder, name));
  });

  test('a header is cut at its limit, the octets are not', async () => {
    const whole = Buffer.concat([
      Buffer.from('X: '),
      Buffer.alloc(HEADER_LIMIT_BYTES, 'x'),
      Buffer.from('\r\n\r\nbody'),
    ]);
    const message = await spooled([whole], { maxSizeBytes: whole.length, memoryBytes: whole.length });
    assert.equal(message.header.length, HEADER_LIMIT_BYTES);
    assert.equal(message.size, whole.length);
  });

  test('AP-21 a folder that cannot be written is a temporary fault, not a broken message', async () => {
    const gone = newSpool({ folder: join(folder, 'gone') });
    await assert.rejects(
      async () => gone.write(Buffer.alloc(101)),
      (error) => error instanceof Fault && error.code === 'spool-unavailable' && error.temporary,
    );
    await gone.discard();
  });

  test('discard never fails, not even when the store took the file or something is in the way', async () => {
    const message = await spooled([Buffer.alloc(101)]);
    assert.ok(message.blob.source.kind === 'file');
    const { path } = message.blob.source;
    unlinkSync(path);
    await message.discard();
    mkdirSync(path);
    await message.discard();
    rmdirSync(path);
    const unfinished = newSpool();
    await unfinished.write(Buffer.alloc(101));
    await unfinished.discard();
    await unfinished.discard();
    assert.deepEqual(readdirSync(folder), []);
  });

  test('a peer that sends octet by octet holds no more memory than its message has octets', async () => {
    const collect = forcedCollection();
    const octets = Uint8Array.from({ length: 200_000 }, () => 0x61);
    for (const start of ['', 'Subject: prova\r\n\r\n']) {
      const spool = newSpool({ memoryBytes: 1_000_000 });
      await spool.write(Buffer.from(start));
      collect();
      const before = process.memoryUsage();
      for (const octet of octets) await spool.write(Uint8Array.of(octet));
      collect();
      const { heapUsed, external } = process.memoryUsage();
      // Each octet as a buffer of its own would take some hundred.
      const held = heapUsed + external - before.heapUsed - before.external;
      assert.ok(held < 20 * octets.length, `${held} octets held`);
      assert.equal((await spool.finish()).size, start.length + octets.length);
    }
  });

  test('all together hold so much: then bodies go to files, and a header that finds no room is put off', async () => {
    const memory = new SpoolMemory(10_000);
    const options = { memory, memoryBytes: 6000 };
    const spools = [newSpool(options), newSpool(options), newSpool(options)];
    for (const spool of spools) await spool.write(Buffer.from(`a: b\r\n\r\n${'x'.repeat(4000)}`));
    assert.ok(memory.takenBytes <= 10_000);
    assert.equal(readdirSync(folder).length, 1, 'the third did not fit');
    const late = newSpool(options);
    await assert.rejects(
      (async () => {
        await late.write(Buffer.from('Subject: '));
        for (let line = 0; line < 20; line++) await late.write(Buffer.from(`${'x'.repeat(500)}\r\n `));
      })(),
      (error) => error instanceof Fault && error.code === 'spool-memory-full' && error.temporary,
    );
    await late.discard();
    for (const spool of spools) await (await spool.finish()).discard();
    assert.equal(memory.takenBytes, 0);
    const again = newSpool(options);
    await again.write(Buffer.from(`Subject: ${'x'.repeat(3000)}\r\n`));
    await again.discard();
    assert.equal(memory.takenBytes, 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('lines like our boundaries are noticed', async () => {
    const message = await spooled([Buffer.from('a: b\r\n\r\n--=_cera'), Buffer.from('lacca-x\r\n')], {
      watchPrefix: '=_ceralacca-',
    });
    assert.deepEqual(message.index.watched, ['--=_ceralacca-x']);
  });
});
