// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { openMemorySearch } from '../../src/engines/memory/memory-search.ts';
import { openMemoryStore } from '../../src/engines/memory/memory-store.ts';
import { openSqliteSearch } from '../../src/engines/sqlite/search/sqlite-search.ts';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { MailboxId } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { SearchStore, TextQuery } from '../../src/mailroom/search/search-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { temporaryFolder } from './engines.ts';
import { findAll } from './found.ts';
import { deriveCard } from './line-derivation.ts';
import { append, given, message, NOW, newMailbox, putMailbox, putMessages, step } from './steps.ts';

interface Opened {
  readonly store: HouseStore;
  readonly search: SearchStore;
}

const derivationModule = import.meta.resolve('./line-derivation.ts');

const ENGINES: readonly { readonly name: string; open(t: TestContext): Promise<Opened> }[] = [
  {
    name: 'memory',
    open: async () => {
      const store = openMemoryStore();
      return { store, search: openMemorySearch({ store, derive: deriveCard }) };
    },
  },
  {
    name: 'sqlite',
    open: async (t) => {
      const folder = join(await temporaryFolder(t), 'store');
      const store = await openSqliteStore({ folder, journal: silentJournal });
      const search = await openSqliteSearch({ folder, store, journal: silentJournal, derivationModule });
      t.after(async () => {
        await search[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
      });
      return { store, search };
    },
  },
];

/** The contents found, in order; asks only once everything is indexed. */
async function found({ store, search }: Opened, mailbox: MailboxId, query: TextQuery): Promise<number[]> {
  await search.settled();
  const finding = await findAll({ store, search, derive: deriveCard }, mailbox, query);
  return [...finding.found].sort((a, b) => a - b);
}

for (const engine of ENGINES) {
  describe(`search, ${engine.name}`, { timeout: 60_000 }, () => {
    test('texts are found in body, in both, and in fields', async (t) => {
      const opened = await engine.open(t);
      const { mailbox } = await putMailbox(opened.store);
      const [one = 0, two = 0, three = 0] = await putMessages(opened.store, mailbox, [
        'SUBJECT: BANDO DI GARA\nFROM: COMUNE\n\nIL BANDO "APERTO" È QUI',
        'SUBJECT: RE: BANDO\nX-SUBJECT: GARA\n\nGRAZIE 😀😀😀 E SALUTI',
        'SUBJECT: \n\n',
      ]);
      const cases: readonly (readonly [TextQuery, readonly number[]])[] = [
        [{ in: 'body', text: 'BANDO' }, [one]],
        [{ in: 'anywhere', text: 'BANDO' }, [one, two]],
        [{ in: 'anywhere', text: 'NDO DI GA' }, [one]],
        [{ in: 'body', text: 'BANDO "APERTO"' }, [one]],
        [{ in: 'body', text: 'È' }, [one]],
        [{ in: 'body', text: '😀😀' }, [two]],
        [{ in: 'body', text: '😀😀😀' }, [two]],
        [{ in: 'body', text: '' }, [one, two, three]],
        [{ in: 'field', field: 'SUBJECT', text: 'GARA' }, [one]],
        [{ in: 'field', field: 'X-SUBJECT', text: 'GARA' }, [two]],
        [{ in: 'field', field: 'SUBJECT', text: '' }, [one, two, three]],
        [{ in: 'field', field: 'FROM', text: '' }, [one]],
        [{ in: 'field', field: 'SUBJECT', text: 'SUBJECT' }, []],
        [{ in: 'body', text: 'QUI\n' }, []],
        [{ in: 'anywhere', text: 'GARA\nFROM' }, [one]],
        [{ in: 'body', text: `BANDO ${'X'.repeat(2000)}` }, []],
      ];
      for (const [query, expected] of cases)
        assert.deepEqual(await found(opened, mailbox, query), expected, JSON.stringify(query));
    });

    test('a mailbox finds its own messages only, and those in all its folders once', async (t) => {
      const opened = await engine.open(t);
      const { store } = opened;
      const { mailbox, inbox } = await putMailbox(store);
      const other = given(
        await store.commit(step([{ do: 'put-mailbox', mailbox: newMailbox('b@alfa.test'), folders: [] }])),
        'mailbox',
      ).mailbox;
      const brings = message(store, 'A: B\n\nCOMUNE A ENTRAMBE');
      const acts = [
        append(mailbox, brings.id),
        append(other, brings.id),
        append(other, brings.id, { folder: 'x' }),
      ];
      await store.commit(step(acts, { brings: [brings] }));
      assert.deepEqual(await found(opened, other, { in: 'body', text: 'ENTRAMBE' }), [brings.id]);
      await store.commit(step([{ do: 'expunge', folder: inbox, uids: [1] }]));
      assert.deepEqual(await found(opened, mailbox, { in: 'body', text: 'ENTRAMBE' }), []);
      assert.deepEqual(await found(opened, other, { in: 'body', text: 'ENTRAMBE' }), [brings.id]);
    });

    test('what is gone from a mailbox is forgotten: expunged, or with its folder', async (t) => {
      const opened = await engine.open(t);
      const { store, search } = opened;
      const { mailbox, inbox } = await putMailbox(store);
      const [one = 0] = await putMessages(store, mailbox, ['A: B\n\nPRIMO']);
      const brings = message(store, 'A: B\n\nSECONDO');
      await store.commit(step([append(mailbox, brings.id, { folder: 'a' })], { brings: [brings] }));
      await search.settled();
      assert.equal(search.isIndexed(mailbox, one), true);
      const folder = store.findFolder(mailbox, 'a')?.id ?? 0;
      await store.commit(
        step([
          { do: 'expunge', folder: inbox, uids: [1] },
          { do: 'delete-folder', folder },
        ]),
      );
      await search.settled();
      for (const content of [one, brings.id]) assert.equal(search.isIndexed(mailbox, content), false);
      assert.deepEqual(await found(opened, mailbox, { in: 'body', text: '' }), []);
      assert.deepEqual(search.listFacts(mailbox, 'envelope', [one]), [undefined]);
    });

    test('a moved message stays what it is', async (t) => {
      const opened = await engine.open(t);
      const { store } = opened;
      const { mailbox, inbox } = await putMailbox(store);
      const [one = 0] = await putMessages(store, mailbox, ['A: B\n\nPRIMO']);
      await store.commit(step([{ do: 'create-folder', mailbox, folder: { name: 'a', subscribed: false } }]));
      const to = store.findFolder(mailbox, 'a')?.id ?? 0;
      await store.commit(step([{ do: 'copy', folder: inbox, uids: [1], to, savedAt: NOW, move: true }]));
      assert.deepEqual(await found(opened, mailbox, { in: 'body', text: 'PRIMO' }), [one]);
    });

    test('texts that are not kept are unknown, facts are kept all the same', async (t) => {
      const opened = await engine.open(t);
      const { mailbox } = await putMailbox(opened.store);
      const [one = 0, two = 0] = await putMessages(opened.store, mailbox, ['A: B\n\nPRIMO', 'long\n\nPRIMO']);
      const { search } = opened;
      await search.settled();
      const finding = await findAll({ ...opened, derive: deriveCard }, mailbox, {
        in: 'body',
        text: 'PRIMO',
      });
      assert.deepEqual([[...finding.found], [...finding.unknown]], [[one], [two]]);
      assert.deepEqual(search.listFacts(mailbox, 'envelope', [two, 99, one, 10_000]), [
        'E-long',
        undefined,
        'E-11',
        undefined,
      ]);
      assert.deepEqual(search.listFacts(mailbox, 'preview', [one, two]), ['PRIMO', undefined]);
      assert.deepEqual(search.listFacts(mailbox, 'structure', [one]), [undefined]);
      assert.deepEqual(search.listFacts(mailbox, 'structure', []), []);
    });

    test('it says up to where it is complete', async (t) => {
      const { store, search } = await engine.open(t);
      const { mailbox, inbox } = await putMailbox(store);
      await search.settled();
      const [one = 0] = await putMessages(store, mailbox, ['A: B\n\nPRIMO']);
      await search.settled();
      const { highestModseq = 0 } = store.findFolderById(inbox) ?? {};
      assert.equal(search.indexedUpTo(mailbox), highestModseq);
      assert.equal(search.isIndexed(mailbox, one), true);
      assert.equal(search.isIndexed(mailbox, 99), false);
      assert.equal(search.indexedUpTo(99), 0);
    });

    test('a message that cannot be read leaves the others indexed', async (t) => {
      const opened = await engine.open(t);
      const { mailbox } = await putMailbox(opened.store);
      const [broken = 0, one = 0] = await putMessages(opened.store, mailbox, ['broken', 'A: B\n\nPRIMO']);
      await opened.search.settled();
      const finding = await findAll({ ...opened, derive: deriveCard }, mailbox, {
        in: 'body',
        text: 'PRIMO',
      });
      assert.deepEqual([[...finding.found], [...finding.unknown]], [[one], [broken]]);
    });
  });
}
