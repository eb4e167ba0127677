// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ENGINES, temporaryFolder } from './engines.ts';
import {
  append,
  bringing,
  composed,
  fileBlob,
  given,
  indexOf,
  memoryBlob,
  message,
  putMailbox,
  putMessages,
  queueEntry,
  step,
  textOf,
} from './steps.ts';

for (const engine of ENGINES) {
  describe(`contents, ${engine.name}`, () => {
    test('a content is read back whole, in ranges, in a stream and as slices', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store);
      const [frame, original] = [
        memoryBlob(store, Buffer.from('<<>>')),
        memoryBlob(store, Buffer.from('original')),
      ];
      const brings = composed(
        store,
        [frame, original],
        [
          { blob: frame.id, offset: 0, length: 2 },
          { blob: original.id, offset: 0, length: 8 },
          { blob: frame.id, offset: 2, length: 2 },
        ],
      );
      await store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
      const content = store.findContent(brings.id);
      assert.ok(content);
      assert.equal(content.size, 12);
      assert.deepEqual(content.index, indexOf(12));
      assert.equal((await content.octets.read(0, 12)).toString(), '<<original>>');
      assert.equal((await content.octets.read(1, 5)).toString(), '<ori');
      assert.equal((await content.octets.read(4, 4)).length, 0);
      const chunks: Buffer[] = [];
      for await (const chunk of content.octets.stream(3, 11)) chunks.push(chunk);
      assert.equal(Buffer.concat(chunks).toString(), 'riginal>');
      assert.deepEqual(content.octets.slices(3, 11), [
        { blob: original.id, offset: 1, length: 7 },
        { blob: frame.id, offset: 2, length: 1 },
      ]);
      await assert.rejects(content.octets.read(0, 13), RangeError);
    });

    test('a content may refer to blobs that are kept, and keeps them', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const [first = 0] = await putMessages(store, mailbox, ['original']);
      const slices = store.findContent(first)?.octets.slices(0, 4) ?? [];
      const frame = memoryBlob(store, Buffer.from('brief: '));
      const brings = composed(store, [frame], [{ blob: frame.id, offset: 0, length: 7 }, ...slices]);
      await store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
      await store.commit(step([{ do: 'expunge', folder: inbox, uids: [1] }]));
      assert.equal(store.findContent(first), undefined);
      assert.equal(await textOf(store, brings.id), 'brief: orig');
    });

    test('a content goes with the last message or queue entry that refers to it', async (t) => {
      const store = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      const brings = message(store, 'kept by two');
      const outcome = await store.commit(
        step([append(mailbox, brings.id), { do: 'enqueue', entry: queueEntry(brings.id) }], {
          brings: [brings],
        }),
      );
      await store.commit(step([{ do: 'expunge', folder: inbox, uids: [1] }]));
      assert.equal(await textOf(store, brings.id), 'kept by two');
      const { entry } = given(outcome, 'entry');
      await store.commit(step([{ do: 'settle', entry, forwardPaths: ['sindaco@beta.test'] }]));
      assert.equal(store.findContent(brings.id), undefined);
      await assert.rejects(store.commit(step([append(mailbox, brings.id)])), { code: 'no-such-content' });
    });

    test('what no done part refers to is not kept', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store);
      const [kept, idle, refused] = [
        message(store, 'kept'),
        message(store, 'idle'),
        message(store, 'refused'),
      ];
      await store.commit({
        ...bringing(kept, idle, refused),
        parts: [
          { acts: [append(mailbox, kept.id)] },
          {
            onlyIf: [{ is: 'folder', mailbox, name: 'Bozze', wanted: true }],
            acts: [append(mailbox, refused.id)],
          },
        ],
      });
      assert.equal(await textOf(store, kept.id), 'kept');
      assert.equal(store.findContent(idle.id), undefined);
      assert.equal(store.findContent(refused.id), undefined);
    });

    test('a spool file of any size is taken over, and stays where nothing is kept', async (t) => {
      const store = await engine.open(t, { inlineBlobBytes: 1000 });
      const folder = await temporaryFolder(t);
      const { mailbox } = await putMailbox(store);
      for (const size of [999, 1000, 1001, 5000]) {
        const path = join(folder, `spool-${size}`);
        const octets = Buffer.alloc(size, `${size} `);
        await writeFile(path, octets);
        const blob = fileBlob(store, octets, path);
        const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: size }]);
        const onlyIf = [{ is: 'folder', mailbox, name: 'INBOX', wanted: false } as const];
        await store.commit(step([append(mailbox, brings.id)], { brings: [brings], onlyIf }));
        assert.equal(store.findContent(brings.id), undefined);
        await access(path);
        await store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
        assert.equal(await textOf(store, brings.id), octets.toString());
        await assert.rejects(access(path), { code: 'ENOENT' });
        await store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
        assert.equal(await textOf(store, brings.id), octets.toString());
      }
    });

    test('a step that contradicts itself keeps nothing', async (t) => {
      const store = await engine.open(t);
      const folder = await temporaryFolder(t);
      const { mailbox, inbox } = await putMailbox(store);
      const blob = memoryBlob(store, Buffer.from('12345'));
      const beyond = composed(store, [blob], [{ blob: blob.id, offset: 3, length: 3 }]);
      const unknown = composed(store, [], [{ blob: blob.id + 1000, offset: 0, length: 1 }]);
      const whole = composed(store, [blob], [{ blob: blob.id, offset: 0, length: 5 }]);
      const wrongSum = { ...whole, content: { ...whole.content, size: 6 } };
      const wrongSize = { ...whole, blobs: [{ ...blob, size: 4 }] };
      const noDigest = { ...whole, blobs: [{ ...blob, sha256: Buffer.alloc(31) }] };
      const shortFile = { ...whole, blobs: [fileBlob(store, Buffer.alloc(5), join(folder, 'short'))] };
      await writeFile(join(folder, 'short'), '1234');
      const faults = [
        [beyond, 'step-malformed'],
        [unknown, 'no-such-blob'],
        [wrongSum, 'step-malformed'],
        [wrongSize, 'step-malformed'],
        [noDigest, 'step-malformed'],
        [shortFile, 'step-malformed'],
      ] as const;
      for (const [brings, code] of faults)
        await assert.rejects(store.commit(step([append(mailbox, brings.id)], { brings: [brings] })), {
          code,
        });
      assert.equal(store.findFolderById(inbox)?.messages, 0);
      await store.commit(step([append(mailbox, whole.id)], { brings: [whole] }));
      assert.equal(await textOf(store, whole.id), '12345');
    });

    test('the octets of a step may change once it is committed', async (t) => {
      const store = await engine.open(t);
      const { mailbox } = await putMailbox(store);
      const octets = Buffer.from('as it was');
      const blob = memoryBlob(store, octets);
      const brings = composed(store, [blob], [{ blob: blob.id, offset: 0, length: blob.size }]);
      await store.commit(step([append(mailbox, brings.id)], { brings: [brings] }));
      octets.fill('x');
      assert.equal(await textOf(store, brings.id), 'as it was');
    });
  });
}
