// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { NewBlob } from '../../mailroom/contents/content-store.ts';
import { BlobFiles } from './blobs.ts';

interface World {
  readonly files: BlobFiles;
  readonly folder: string;
  /** Numbers of the blobs that the database names. */
  readonly kept: Set<number>;
}

async function openWorld(t: TestContext): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'ceralacca-blobs-'));
  t.after(() => rm(folder, { recursive: true }));
  const kept = new Set<number>();
  return { files: new BlobFiles(folder, ({ id }) => kept.has(id)), folder, kept };
}

function blobOf(id: number, source: NewBlob['source'], octets: Buffer): NewBlob {
  return { id, size: octets.length, sha256: createHash('sha256').update(octets).digest(), source };
}

const octets = Buffer.from('a large attachment');
const inMemory = (id: number) => blobOf(id, { kind: 'memory', octets }, octets);

const isThere = async (path: string) =>
  await access(path).then(
    () => true,
    () => false,
  );

test('a claimed blob has its octets under its final name, and loses it unless it is kept', async (t) => {
  const { files, kept } = await openWorld(t);
  for (const blob of [inMemory(1), inMemory(2)]) {
    await files.claim(blob);
    assert.deepEqual(await readFile(files.pathOf(blob)), octets);
  }
  kept.add(1);
  await files.settle(inMemory(1));
  await files.settle(inMemory(2));
  assert.deepEqual(
    await Promise.all([isThere(files.pathOf(inMemory(1))), isThere(files.pathOf(inMemory(2)))]),
    [true, false],
  );
});

test('a spool file keeps its own name as well', async (t) => {
  const { files, folder } = await openWorld(t);
  const path = join(folder, 'spool');
  await writeFile(path, octets);
  const blob = blobOf(1, { kind: 'file', path }, octets);
  await files.claim(blob);
  await files.settle(blob);
  assert.equal(await isThere(files.pathOf(blob)), false);
  assert.deepEqual(await readFile(path), octets);
  await files.claim(blob);
  // As a step does that is tried again after a crash between the file and the commit.
  const again = new BlobFiles(folder, () => false);
  await again.claim(blob);
  assert.deepEqual(await readFile(again.pathOf(blob)), octets);
});

test('a file that one step gives up or that is released stays while another step needs it', async (t) => {
  const { files, kept } = await openWorld(t);
  const blob = inMemory(1);
  await Promise.all([files.claim(blob), files.claim(blob)]);
  await files.settle(blob);
  await files.remove(blob);
  assert.equal(await isThere(files.pathOf(blob)), true);
  kept.add(1);
  await files.settle(blob);
  assert.equal(await isThere(files.pathOf(blob)), true);
  kept.clear();
  await files.remove(blob);
  assert.equal(await isThere(files.pathOf(blob)), false);
});

test('a blob claimed while its file is being removed is placed afterwards', async (t) => {
  const { files, kept } = await openWorld(t);
  const blob = inMemory(1);
  for (let round = 0; round < 20; round++) {
    await files.claim(blob);
    kept.add(1);
    await files.settle(blob);
    kept.clear();
    const removal = files.remove(blob);
    await Promise.all([removal, files.claim(blob)]);
    assert.equal(await isThere(files.pathOf(blob)), true);
    await files.settle(blob);
  }
});

test('a sweep leaves what is kept, what is claimed and what is not ours', async (t) => {
  const { files, folder, kept } = await openWorld(t);
  for (const id of [1, 2, 3]) await files.claim(inMemory(id));
  kept.add(1);
  for (const id of [1, 2]) await files.settle(inMemory(id));
  const left = new BlobFiles(folder, ({ id }) => kept.has(id));
  const orphan = inMemory(4);
  await left.claim(orphan);
  await writeFile(`${left.pathOf(inMemory(5))}.partial`, 'torn');
  await writeFile(join(folder, 'notes'), 'mine');
  assert.equal(await files.sweep(), 2);
  assert.deepEqual(await Promise.all([1, 2, 3, 4].map((id) => isThere(files.pathOf(inMemory(id))))), [
    true,
    false,
    true,
    false,
  ]);
  assert.equal(await isThere(join(folder, 'notes')), true);
});
