// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Act, Step } from '../../../mailroom/steps/step-store.ts';
import { MimeIndexer } from '../../../wire/mime/mime-index.ts';
import { ContentsAtHand } from './contents-at-hand.ts';

const index = new MimeIndexer().end();

/** A step that enqueues a content of one blob, under the content's number as the entry's. */
function enqueued(id: number, octets: Buffer) {
  const entry = {
    destination: 'beta.test',
    certified: true,
    reversePath: 'a@alfa.test',
    forwardPaths: ['b@beta.test'],
    content: id,
    kind: 'transport-envelope',
    identifier: `opec${id}@alfa.test`,
    eightBit: false,
    createdAt: 0,
    expiresAt: 1,
  };
  const act: Act = { do: 'enqueue', entry };
  const blob = {
    id,
    size: octets.length,
    sha256: Buffer.alloc(32),
    source: { kind: 'memory', octets },
  } as const;
  const slices = [{ blob: id, offset: 0, length: octets.length }];
  const step: Step = {
    blobs: [blob],
    contents: [{ id, size: octets.length, slices, index }],
    parts: [{ acts: [act] }],
  };
  return { step, act, result: { gave: 'entry', entry: id, held: false } as const };
}

test('a content is at hand from its enqueuing until its entry was tried', () => {
  const atHand = new ContentsAtHand();
  for (const [id, end] of [
    [1, { do: 'settle', entry: 1, forwardPaths: ['b@beta.test'] }],
    [2, { do: 'retry-later', entry: 2, notBefore: 5, error: 'no' }],
    [3, { do: 'hold', entry: 3, held: true }],
  ] as const) {
    const octets = Buffer.from(`message ${id}`);
    const { step, act, result } = enqueued(id, octets);
    atHand.hear(step, act, result);
    assert.equal(atHand.find(id)?.octets.get(id), octets);
    atHand.hear(step, end, undefined);
    assert.equal(atHand.find(id), undefined);
    assert.equal(atHand.heldBytes, 0);
  }
});

test('beyond the limit the oldest go', () => {
  const atHand = new ContentsAtHand(100_000);
  for (let id = 1; id <= 50; id++) {
    const { step, act, result } = enqueued(id, Buffer.alloc(10_000));
    atHand.hear(step, act, result);
    assert.ok(atHand.heldBytes <= 100_000, `${atHand.heldBytes} held`);
    assert.ok(atHand.find(id) !== undefined);
  }
  assert.equal(atHand.find(1), undefined);
  const alone = enqueued(51, Buffer.alloc(100_001));
  atHand.hear(alone.step, alone.act, alone.result);
  assert.equal(atHand.heldBytes, 0);
});
