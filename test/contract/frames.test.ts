// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { NewFrame } from '../../src/mailroom/frames/frame-store.ts';
import { FrameSweep } from '../../src/mailroom/frames/frame-sweep.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { ManualTimers } from '../../src/platform/timers.ts';
import { ENGINES } from './engines.ts';
import { append, composed, memoryBlob, NOW, putMailbox, step } from './steps.ts';

const ORIGINAL = { sha256: 'ab'.repeat(32), sizeBytes: 100 };
const TEXT = 'before-after';

/** A message of a frame around ten octets of an original, appended with its frame kept, or only that. */
async function keep(
  store: HouseStore,
  { mailbox, ...more }: { readonly mailbox?: number } & Partial<NewFrame> = {},
): Promise<{ readonly frame: NewFrame; readonly content: number }> {
  const own = memoryBlob(store, Buffer.from(TEXT));
  const other = memoryBlob(store, Buffer.from('0123456789'));
  const brings = composed(
    store,
    [own, other],
    [
      { blob: own.id, offset: 0, length: 7 },
      { blob: other.id, offset: 0, length: 10 },
      { blob: own.id, offset: 7, length: 5 },
    ],
  );
  const frame: NewFrame = {
    blob: own.id,
    messageId: 'm10@beta.test',
    identifier: 'opec1@alfa.test',
    kind: 'delivery-complete',
    recipient: 'b@beta.test',
    instant: NOW,
    pieces: [
      { of: 'frame', offset: 0, length: 7 },
      { of: 'original', offset: 40, length: 10 },
      { of: 'frame', offset: 7, length: 5 },
    ],
    original: ORIGINAL,
    ...more,
  };
  const acts = mailbox === undefined ? [] : [append(mailbox, brings.id)];
  await store.commit(step([...acts, { do: 'keep-frame', frame }], { brings: [brings] }));
  return { frame, content: brings.id };
}

for (const engine of ENGINES) {
  describe(`frames, ${engine.name}`, () => {
    test('a frame outlives its message, and the original does not', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const { frame, content } = await keep(store, { mailbox });
      await store.commit(step([{ do: 'expunge', folder: inbox, uids: [1] }]));
      assert.equal(store.findContent(content), undefined);
      const [found, ...others] = store.findFrames(frame.messageId);
      assert.ok(found && others.length === 0);
      const { octets, sha256, ...rest } = found;
      assert.deepEqual(rest, frame);
      assert.equal((await octets.read(0, octets.size)).toString(), TEXT);
      assert.deepEqual(Buffer.from(sha256), createHash('sha256').update(TEXT).digest());
      assert.deepEqual(store.findFrames('other@beta.test'), []);
      assert.deepEqual(store.findFrames(''), []);
      const again = composed(store, [], [{ blob: frame.blob + 1, offset: 0, length: 10 }]);
      await assert.rejects(store.commit(step([append(mailbox, again.id)], { brings: [again] })), {
        code: 'no-such-blob',
      });
    });

    test('a message outlives its frame', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store);
      const { frame, content } = await keep(store, { mailbox });
      await store.commit(step([{ do: 'forget-frames', before: NOW + 1 }]));
      assert.deepEqual(store.findFrames(frame.messageId), []);
      const found = store.findContent(content);
      assert.equal((await found?.octets.read(0, found.size))?.toString(), 'before-0123456789after');
    });

    test('a frame is kept once; several messages may have one Message-ID', async (t) => {
      const store = await engine.open(t);
      const { frame } = await keep(store);
      await store.commit(step([{ do: 'keep-frame', frame: { ...frame, recipient: 'c@beta.test' } }]));
      const { frame: second } = await keep(store, { kind: 'anomaly-envelope' });
      assert.deepEqual(
        store.findFrames(frame.messageId).map(({ blob, kind, recipient }) => [blob, kind, recipient]),
        [
          [frame.blob, 'delivery-complete', 'b@beta.test'],
          [second.blob, 'anomaly-envelope', 'b@beta.test'],
        ],
      );
      await store.commit(step([{ do: 'forget-frames', before: NOW + 1 }]));
      await assert.rejects(store.commit(step([{ do: 'keep-frame', frame }])), { code: 'no-such-blob' });
    });

    test('pieces that are not all of the frame, or outside of the original, are refused', async (t) => {
      const store = await engine.open(t);
      const first = { of: 'frame', offset: 0, length: TEXT.length } as const;
      const wrong: readonly (readonly NewFrame['pieces'][number][])[] = [
        [],
        [{ ...first, length: 5 }],
        [{ ...first, length: TEXT.length + 1 }],
        [first, { of: 'frame', offset: 3, length: 1 }],
        [first, { of: 'original', offset: 91, length: 10 }],
        [first, { of: 'original', offset: 3, length: 0 }],
      ];
      for (const pieces of wrong) await assert.rejects(keep(store, { pieces }), { code: 'step-malformed' });
      assert.deepEqual(store.findFrames('m10@beta.test'), []);
      await keep(store, { pieces: [first, { of: 'original', offset: 90, length: 10 }] });
    });

    test('LOG-3 the sweep removes what is older, and only that, at the start and once a day', async (t) => {
      const store = await engine.open(t);
      const clock = new FixedClock(NOW);
      const timers = new ManualTimers();
      await keep(store, { messageId: 'kept@beta.test', instant: NOW - 1000 });
      for (let at = 0; at < 3; at += 1) await keep(store, { instant: NOW - 1001 - at });
      const options = { store, clock, timers, journal: silentJournal };
      using sweep = new FrameSweep({ ...options, keptFrom: (now) => now - 1000 });
      await sweep.start();
      assert.deepEqual(store.findFrames('m10@beta.test'), []);
      assert.equal(store.findFrames('kept@beta.test').length, 1);
      assert.equal(store.hasFramesBefore(NOW - 1000), false);
      assert.equal(store.hasFramesBefore(NOW - 999), true);
      clock.advance(24 * 3_600_000);
      timers.advance(24 * 3_600_000);
      while (store.findFrames('kept@beta.test').length > 0)
        await new Promise((resolve) => setImmediate(resolve));
    });

    test('more than one step forgets are forgotten in several', async (t) => {
      const store = await engine.open(t);
      for (let at = 0; at < 40; at += 1) {
        const blobs = Array.from({ length: 26 }, () => memoryBlob(store, Buffer.from('x')));
        const acts = blobs.map(({ id }) => ({
          do: 'keep-frame' as const,
          frame: {
            blob: id,
            messageId: `m${id}@beta.test`,
            identifier: '',
            kind: 'acceptance',
            instant: NOW,
            pieces: [{ of: 'frame' as const, offset: 0, length: 1 }],
          },
        }));
        await store.commit({ blobs, contents: [], parts: [{ acts }] });
      }
      await store.commit(step([{ do: 'forget-frames', before: NOW + 1 }]));
      assert.equal(store.hasFramesBefore(NOW + 1), true);
      await store.commit(step([{ do: 'forget-frames', before: NOW + 1 }]));
      assert.equal(store.hasFramesBefore(NOW + 1), false);
    });
  });
}
