// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets, type Piece, readPieces } from '../../wire/mime/octets.ts';
import { BlobOctets } from './blob-octets.ts';
import { compose, newMemoryBlob, RangedOctets } from './composition.ts';
import type { Slice } from './content-store.ts';

const index = indexMessage(Buffer.alloc(0));

/** Gives numbers, and remembers the blobs so that slices can be followed. */
class Shelf {
  readonly blobs = new Map<number, Buffer>();
  #last = 0;
  readonly numbers = { nextBlobId: () => ++this.#last, nextContentId: () => ++this.#last };

  blob(octets: Buffer): BlobOctets {
    const blob = newMemoryBlob(octets, this.numbers);
    this.blobs.set(blob.id, octets);
    return new BlobOctets(blob.id, new MemoryOctets(octets));
  }

  follow(slices: readonly Slice[]): Buffer {
    return Buffer.concat(
      slices.map(
        ({ blob, offset, length }) =>
          this.blobs.get(blob)?.subarray(offset, offset + length) ?? Buffer.alloc(0),
      ),
    );
  }

  compose(pieces: readonly Piece[]) {
    const composition = compose(pieces, { numbers: this.numbers, index });
    const { frame } = composition;
    if (frame?.source.kind === 'memory') this.blobs.set(frame.id, frame.source.octets);
    return composition;
  }
}

const octets = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes));
/** Octets of ours, or a range of a blob. */
const piece = fc.oneof(
  octets.map((written) => ({ written })),
  fc.record({ kept: octets, one: fc.nat(30), other: fc.nat(30) }),
);

suite('composition', () => {
  test('GEN-1 a content is its pieces one after the other, read through its slices or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        fc.nat(200),
        fc.nat(200),
        async (given, one, other) => {
          const shelf = new Shelf();
          const pieces = given.map((part): Piece => {
            if ('written' in part) return part.written;
            const start = Math.min(part.one, part.other, part.kept.length);
            const end = Math.min(Math.max(part.one, part.other), part.kept.length);
            return { octets: shelf.blob(part.kept), start, end };
          });
          const whole = await readPieces(pieces);
          const { content, octets: composed } = shelf.compose(pieces);
          const [start, end] = [
            Math.min(one, other, whole.length),
            Math.min(Math.max(one, other), whole.length),
          ];
          assert.equal(content.size, whole.length);
          assert.deepEqual(shelf.follow(content.slices), whole);
          assert.deepEqual(await composed.read(start, end), whole.subarray(start, end));
          assert.deepEqual(await readPieces([{ octets: composed, start, end }]), whole.subarray(start, end));
          assert.deepEqual(shelf.follow(composed.slices(start, end)), whole.subarray(start, end));
          assert.ok(
            content.slices.every(({ length }) => length > 0),
            'no empty slice',
          );
          // What is composed can be composed again without a copy.
          const again = shelf.compose([Buffer.from('>'), { octets: composed, start, end }]);
          assert.deepEqual(
            shelf.follow(again.content.slices),
            Buffer.concat([Buffer.from('>'), whole.subarray(start, end)]),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test('what we wrote is one blob, what others wrote is not copied', () => {
    const shelf = new Shelf();
    const original = shelf.blob(Buffer.from('originale'));
    const { content, frame } = shelf.compose([
      Buffer.from('prima '),
      { octets: original, start: 0, end: 9 },
      Buffer.from(' dopo'),
    ]);
    assert.ok(frame?.source.kind === 'memory');
    assert.equal(frame.source.octets.toString(), 'prima  dopo');
    assert.deepEqual(frame.sha256, createHash('sha256').update('prima  dopo').digest());
    assert.deepEqual(content.slices, [
      { blob: frame.id, offset: 0, length: 6 },
      { blob: original.blob, offset: 0, length: 9 },
      { blob: frame.id, offset: 6, length: 5 },
    ]);
  });

  test('without octets of ours there is no frame', () => {
    const shelf = new Shelf();
    const { frame } = shelf.compose([{ octets: shelf.blob(Buffer.from('x')), start: 0, end: 1 }]);
    assert.equal(frame, undefined);
  });

  test('octets that no blob holds cannot be referred to', () => {
    const shelf = new Shelf();
    const loose = new MemoryOctets(Buffer.from('x'));
    assert.throws(() => shelf.compose([{ octets: loose, start: 0, end: 1 }]), /stored or spooled/);
    assert.throws(() => new RangedOctets([{ octets: loose, start: 0, end: 1 }]).slices(0, 1), /no blob/);
  });
});
