// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openMemoryStore } from '../../engines/memory/memory-store.ts';
import { compose } from '../../mailroom/contents/composition.ts';
import { INBOX } from '../../mailroom/mailboxes/folders.ts';
import { StepDraft } from '../../mailroom/steps/step-draft.ts';
import { FixedClock } from '../../platform/clock.ts';
import { CountingIds } from '../../platform/ids.ts';
import { silentJournal } from '../../platform/journal.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { QuotaWarnings } from './quota-warnings.ts';

const NOW = Date.UTC(2026, 10, 22, 9);

async function openHouse(role: 'user' | 'service' = 'user') {
  const store = openMemoryStore();
  const mailbox = {
    address: 'protocollo@alfa.test',
    holder: 'Protocollo',
    status: 'active',
    role,
    quotaBytes: 1000,
    filesReceipts: false,
  } as const;
  const folders = [{ name: INBOX, subscribed: true }];
  await store.commit({
    blobs: [],
    contents: [],
    parts: [{ acts: [{ do: 'put-mailbox', mailbox, folders }] }],
  });
  const id = store.findMailbox(mailbox.address)?.id ?? 0;
  const inbox = store.findFolder(id, INBOX)?.id ?? 0;
  const openWarnings = () =>
    new QuotaWarnings({
      store,
      provider: { name: 'Gestore Alfa', domain: 'alfa.test', serviceAddress: 'postmaster@alfa.test' },
      clock: new FixedClock(NOW),
      ids: new CountingIds(),
      journal: silentJournal,
    });
  let warnings = openWarnings();
  return {
    store,
    inbox,
    async append(sizeBytes: number, counted = true): Promise<void> {
      const message = Buffer.alloc(sizeBytes, 'x');
      const composition = compose([message], { numbers: store, index: indexMessage(message) });
      const step = new StepDraft().keep(composition);
      const content = composition.content.id;
      step.part([
        { do: 'append', mailbox: id, folder: INBOX, content, flags: [], receivedAt: 0, savedAt: 0, counted },
      ]);
      await store.commit(step.build());
    },
    async remove(uid: number): Promise<void> {
      const acts = [{ do: 'expunge', folder: inbox, uids: [uid] }] as const;
      await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
    },
    /** The warnings there are, by what they say; what is under way is waited for. */
    async warned(): Promise<string[]> {
      await warnings[Symbol.asyncDispose]();
      warnings = openWarnings();
      const texts: string[] = [];
      for (const { content, receivedAt } of store.listMessages(inbox)) {
        if (receivedAt !== NOW) continue;
        const found = store.findContent(content);
        const text = (await found?.octets.read(0, found.size))?.toString() ?? '';
        texts.push(/al ([0-9]+)%/.exec(text)?.[1] ?? text);
      }
      return texts;
    },
  };
}

suite('warnings of a mailbox that fills up', () => {
  test('come once at 80 and once at 95 percent, and take no room', async () => {
    const house = await openHouse();
    await house.append(799);
    assert.deepEqual(await house.warned(), []);
    await house.append(1);
    assert.deepEqual(await house.warned(), ['80']);
    await house.append(100);
    assert.deepEqual(await house.warned(), ['80']);
    await house.append(50);
    assert.deepEqual(await house.warned(), ['80', '95']);
    await house.append(50);
    assert.deepEqual(await house.warned(), ['80', '95']);
    assert.equal(house.store.usage(1).countedBytes, 1000);
  });

  test('only the highest is given when both are passed at once', async () => {
    const house = await openHouse();
    await house.append(960);
    assert.deepEqual(await house.warned(), ['95']);
  });

  test('many messages at once warn once', async () => {
    const house = await openHouse();
    await Promise.all(Array.from({ length: 9 }, () => house.append(100)));
    assert.deepEqual(await house.warned(), ['80']);
  });

  test('come again after the mailbox had shrunk', async () => {
    const house = await openHouse();
    await house.append(500);
    await house.append(350);
    assert.deepEqual(await house.warned(), ['80']);
    await house.remove(1);
    await house.append(10);
    await house.append(500);
    assert.deepEqual(await house.warned(), ['80', '80']);
  });

  test('receipts do not count, and the service mailbox has no reader', async () => {
    const house = await openHouse();
    await house.append(2000, false);
    assert.deepEqual(await house.warned(), []);
    const service = await openHouse('service');
    await service.append(990);
    assert.deepEqual(await service.warned(), []);
  });

  test('say in Italian and English what happens when the mailbox is full (DP-22)', async () => {
    const house = await openHouse();
    await house.append(800);
    await house.warned();
    const entry = house.store.listMessages(house.inbox).at(-1);
    const content = house.store.findContent(entry?.content ?? 0);
    const text = (await content?.octets.read(0, content.size))?.toString() ?? '';
    assert.equal(
      text,
      [
        'Return-Path: <>',
        'Date: Sun, 22 Nov 2026 10:00:00 +0100',
        'From: Gestore Alfa <postmaster@alfa.test>',
        'To: protocollo@alfa.test',
        'Subject: Spazio della casella occupato al 80%',
        'Message-ID: <id0000000000000000000001@alfa.test>',
        'Auto-Submitted: auto-generated',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        '',
      ].join('\r\n') + text.slice(text.indexOf('\r\n\r\n') + 4),
    );
    assert.match(text, /mancata consegna/);
    assert.match(text, /receipts keep coming/);
    assert.equal(entry?.counted, false);
  });
});
