// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { openMemorySearch } from '../../src/engines/memory/memory-search.ts';
import { openDatabase } from '../../src/engines/sqlite/driver.ts';
import { rowOf } from '../../src/engines/sqlite/search/search-schema.ts';
import { openSqliteSearch, type SqliteSearch } from '../../src/engines/sqlite/search/sqlite-search.ts';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { ContentId } from '../../src/mailroom/contents/content-store.ts';
import type { SearchStore, TextQuery } from '../../src/mailroom/search/search-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { type Journal, silentJournal } from '../../src/platform/journal.ts';
import { temporaryFolder } from './engines.ts';
import { findAll, type Searched } from './found.ts';
import { deriveCard, NOT_KEPT } from './plain-card.ts';
import { NOW, putMailbox, putMessages, step } from './steps.ts';

const derivationModule = new URL('./plain-card.ts', import.meta.url).href;

async function openStore(t: TestContext, folder: string): Promise<HouseStore> {
  const store = await openSqliteStore({ folder, journal: silentJournal });
  t.after(() => store[Symbol.asyncDispose]());
  return store;
}

interface IndexOptions {
  readonly store: HouseStore;
  readonly folder: string;
  readonly journal?: Journal;
}

async function openIndex(t: TestContext, { store, folder, journal }: IndexOptions): Promise<SqliteSearch> {
  const options = { folder, store, journal: journal ?? silentJournal, derivationModule };
  const index = await openSqliteSearch(options);
  stores.set(index, store);
  t.after(() => closeIndex(index));
  return index;
}

const closed = new WeakSet<SearchStore>();

async function closeIndex(index: SearchStore): Promise<void> {
  if (closed.has(index)) return;
  closed.add(index);
  await index[Symbol.asyncDispose]();
}

const anywhere = (text: string): TextQuery => ({ in: 'anywhere', text });

const stores = new WeakMap<SearchStore, HouseStore>();

async function found(index: SearchStore, mailbox: number, query: TextQuery): Promise<readonly ContentId[]> {
  const finding = await findAll(searched(index), mailbox, query);
  return [...finding.found].sort((a, b) => a - b);
}

function searched(search: SearchStore): Searched {
  return { search, store: stores.get(search) ?? assert.fail('opened elsewhere'), derive: deriveCard };
}

/** Few letters, so that what is sought is often nearly there. */
const letters = fc.constantFrom('A', 'B', 'E', ' ', '\n', '"', '*', 'E\u0300', 'è', '\u{1F4E7}', '\u0000');
const body = fc.oneof(
  { weight: 9, arbitrary: fc.string({ unit: letters, maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constant(`${NOT_KEPT} AB`) },
);
const value = fc.string({ unit: letters.filter((letter) => letter !== '\n'), maxLength: 12 });
const field = fc.constantFrom('SUBJECT', 'TO', 'X');
const mail = fc
  .tuple(fc.array(fc.tuple(field, value), { maxLength: 3 }), body)
  .map(([fields, text]) => `${fields.map(([name, of]) => `${name}: ${of}`).join('\n')}\n\n${text}`);
const sought = fc.string({ unit: letters, maxLength: 7 });
const query: fc.Arbitrary<TextQuery> = fc.oneof(
  fc.record({ in: fc.constantFrom('body', 'anywhere'), text: sought }),
  fc.record({ in: fc.constant('field'), field, text: sought }),
);

describe('the search index', () => {
  test('finds just what looking at every text finds, for any text and any key', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const index = await openIndex(t, { store, folder });
    const reference = openMemorySearch({ store, derive: deriveCard });
    let round = 0;
    const holds = async (mails: readonly string[], queries: readonly TextQuery[]) => {
      const { mailbox } = await putMailbox(store, { address: `m${++round}@alfa.test` });
      const contents = await putMessages(store, mailbox, mails);
      await Promise.all([index.settled(), reference.settled()]);
      for (const each of queries) {
        const wanted = await reference.search(mailbox, each);
        const is = await findAll(searched(index), mailbox, each);
        assert.deepEqual(is, wanted, JSON.stringify(each));
      }
      assert.deepEqual(
        index.listFacts(mailbox, 'envelope', contents),
        reference.listFacts(mailbox, 'envelope', contents),
      );
    };
    const some = fc.asyncProperty(
      fc.array(mail, { minLength: 1, maxLength: 8 }),
      fc.array(query, { minLength: 5, maxLength: 10 }),
      holds,
    );
    await fc.assert(some, { numRuns: 60 });
  });

  test('keeps the mailboxes apart', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const [one, other] = [await putMailbox(store), await putMailbox(store, { address: 'x@alfa.test' })];
    const [mine = 0] = await putMessages(store, one.mailbox, ['\n\nDELIBERA']);
    await putMessages(store, other.mailbox, ['\n\nDELIBERA']);
    const index = await openIndex(t, { store, folder });
    await index.settled();
    assert.deepEqual(await found(index, one.mailbox, anywhere('DELIBERA')), [mine]);
    assert.deepEqual(await found(index, one.mailbox, anywhere('DE')), [mine], 'too short for three letters');
  });

  test('takes in what is committed meanwhile, and says up to where it is complete', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox } = await putMailbox(store);
    const index = await openIndex(t, { store, folder });
    const texts = Array.from({ length: 120 }, (_, at) => `\n\nDELIBERA ${at}.`);
    const four = [0, 1, 2, 3].map((at) => putMessages(store, mailbox, texts.slice(at * 30, at * 30 + 30)));
    const put: Promise<unknown> = Promise.all(four);
    index.letGo();
    let writing = true;
    put.finally(() => {
      writing = false;
    });
    while (writing) {
      const upTo = index.indexedUpTo(mailbox);
      const entries = allEntries(store, mailbox).filter(({ modseq }) => modseq <= upTo);
      const has = new Set(await found(index, mailbox, anywhere('DELIBERA')));
      for (const { content } of entries) assert.ok(has.has(content), `${content} is indexed as promised`);
      await setImmediate();
    }
    await put;
    await index.settled();
    index.letGo();
    assert.equal((await found(index, mailbox, anywhere('DELIBERA'))).length, 120);
    assert.equal((await found(index, mailbox, anywhere('DELIBERA 7.'))).length, 1);
    const entries = allEntries(store, mailbox);
    assert.equal(index.indexedUpTo(mailbox), Math.max(...entries.map(({ modseq }) => modseq)));
  });

  test('takes in by itself what came, and says until then that it waits', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox } = await putMailbox(store);
    const index = await openIndex(t, { store, folder });
    await index.settled();
    assert.equal(index.waitedMs, 0);
    const [content = 0] = await putMessages(store, mailbox, ['\n\nDELIBERA']);
    await setImmediate();
    assert.ok(index.waitedMs > 0);
    while (!index.isIndexed(mailbox, content)) await setTimeout(50);
    while (index.waitedMs > 0) await setTimeout(5);
  });

  test('forgets what is gone, and only that', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox, inbox } = await putMailbox(store);
    const index = await openIndex(t, { store, folder });
    const [, second = 0] = await putMessages(store, mailbox, [
      '\n\nSEGRETO',
      '\n\nSEGRETO DUE',
      '\n\nSEGRETO',
    ]);
    await store.commit(
      step([{ do: 'create-folder', mailbox, folder: { name: 'Cestino', subscribed: true } }]),
    );
    const bin = store.findFolder(mailbox, 'Cestino')?.id ?? 0;
    await store.commit(
      step([{ do: 'copy', folder: inbox, uids: [2, 3], to: bin, savedAt: NOW, move: true }]),
    );
    await store.commit(
      step([
        { do: 'expunge', folder: inbox, uids: [1] },
        { do: 'expunge', folder: bin, uids: [2] },
      ]),
    );
    await index.settled();
    assert.deepEqual(await found(index, mailbox, anywhere('SEGRETO')), [second]);
    await store.commit(step([{ do: 'delete-folder', folder: bin }]));
    await index.settled();
    assert.deepEqual(await found(index, mailbox, anywhere('SEGRETO')), []);
    assert.equal(index.isIndexed(mailbox, second), false);
  });

  test('goes on where it was after a stop, and takes in what came and went without it', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox, inbox } = await putMailbox(store);
    const [, kept = 0] = await putMessages(store, mailbox, ['\n\nDELIBERA UNO', '\n\nDELIBERA DUE']);
    const before = await openIndex(t, { store, folder });
    await before.settled();
    await closeIndex(before);
    const [late = 0] = await putMessages(store, mailbox, ['\n\nDELIBERA TRE']);
    await store.commit(step([{ do: 'expunge', folder: inbox, uids: [1] }]));
    const after = await openIndex(t, { store, folder });
    await after.settled();
    assert.deepEqual(await found(after, mailbox, anywhere('DELIBERA')), [kept, late]);
  });

  test('forgets after a stop what went with its folder, and looks at no mailbox that is as it was', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox, inbox } = await putMailbox(store);
    const other = await putMailbox(store, { address: 'x@alfa.test' });
    const [gone = 0] = await putMessages(store, mailbox, ['\n\nSEGRETO']);
    const [kept = 0] = await putMessages(store, other.mailbox, ['\n\nSEGRETO']);
    // Once more at the start: only then everything is known to be done.
    for (let turn = 0; turn < 2; turn++) {
      const before = await openIndex(t, { store, folder });
      await before.settled();
      await closeIndex(before);
    }
    await store.commit(step([{ do: 'delete-folder', folder: inbox }]));
    // Whoever looked at the other mailbox would see that this text is not in any folder of it.
    change(
      join(folder, 'search.db'),
      `UPDATE facts SET id = ${rowOf(other.mailbox, 0)} WHERE id = ${rowOf(other.mailbox, kept)}`,
    );
    const after = await openIndex(t, { store, folder });
    await after.settled();
    assert.equal(after.isIndexed(mailbox, gone), false);
    assert.deepEqual(
      [after.isIndexed(other.mailbox, 0), after.isIndexed(other.mailbox, kept)],
      [true, false],
    );
  });

  for (const [name, damage] of [
    ['torn', (path: string) => truncate(path, 5000)],
    ['no database', (path: string) => writeFile(path, 'this is no database. '.repeat(500))],
    ['empty', (path: string) => truncate(path, 0)],
    ['of another version', async (path: string) => change(path, 'PRAGMA user_version = 999')],
    [
      'of a store that was restored since',
      async (path: string) => change(path, "UPDATE about SET store = 'x'"),
    ],
    [
      'ahead of the MODSEQs of its store',
      async (path: string) => change(path, 'UPDATE mailboxes SET indexedUpTo = 1000; DELETE FROM trigrams'),
    ],
    [
      'ahead of the contents of its store',
      async (path: string) => change(path, 'UPDATE facts SET id = id + 1000; DELETE FROM trigrams'),
    ],
  ] as const) {
    test(`is made anew when it is ${name}`, async (t) => {
      const folder = await temporaryFolder(t);
      const store = await openStore(t, folder);
      const { mailbox } = await putMailbox(store);
      const contents = await putMessages(store, mailbox, ['\n\nDELIBERA UNO', '\n\nDELIBERA DUE']);
      const before = await openIndex(t, { store, folder });
      await before.settled();
      await closeIndex(before);
      await damage(join(folder, 'search.db'));
      const after = await openIndex(t, { store, folder });
      await after.settled();
      assert.deepEqual(await found(after, mailbox, anywhere('DELIBERA')), contents);
    });
  }

  test('is made anew when it is damaged under the running provider', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox } = await putMailbox(store, { quotaBytes: 1e9 });
    const mails = Array.from({ length: 300 }, (_, at) => `X: DELIBERA ${at} ${`${at} `.repeat(3000)}\n\n`);
    const contents = await putMessages(store, mailbox, mails);
    const index = await openIndex(t, { store, folder });
    await index.settled();
    assert.deepEqual(await found(index, mailbox, anywhere('DELIBERA 299')), contents.slice(299));
    for (const file of ['search.db', 'search.db-wal']) {
      const path = join(folder, file);
      const octets = await readFile(path);
      await writeFile(path, octets.fill(0xa5, 4096), { flag: 'r+' });
    }
    // Looking at every text meets the damage; mail is there without the index.
    assert.equal(await index.search(mailbox, anywhere('DE')), undefined);
    await index.settled();
    assert.deepEqual(await found(index, mailbox, anywhere('DE')), contents);
    const [more = 0] = await putMessages(store, mailbox, ['\n\nDELIBERA 299 BIS']);
    await index.settled();
    assert.deepEqual(await found(index, mailbox, anywhere('DELIBERA 299')), [...contents.slice(299), more]);
  });

  test('knows by the words of a text that it does not hold another one, and by its header that it does', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox } = await putMailbox(store);
    const [one = 0, two = 0] = await putMessages(store, mailbox, [
      'SUBJECT: DELIBERA\n\nBANDO DI GARA',
      'SUBJECT: BANDO\n\nDELIBERA',
    ]);
    const index = await openIndex(t, { store, folder });
    await index.settled();
    const told = async (query: TextQuery) => {
      const { found, unknown } = (await index.search(mailbox, query)) ?? assert.fail('no index');
      return [[...found], [...unknown]];
    };
    assert.deepEqual(await told(anywhere('DELIBERA')), [[one], [two]]);
    assert.deepEqual(await told({ in: 'body', text: 'GARA' }), [[], [one]]);
    assert.deepEqual(await told({ in: 'body', text: 'GARE' }), [[], []]);
    assert.deepEqual(await told({ in: 'field', field: 'SUBJECT', text: 'BANDO' }), [[two], []]);
    assert.deepEqual(await told({ in: 'body', text: '' }), [[one, two], []]);
    assert.deepEqual(await told({ in: 'body', text: 'DI' }), [[], [one, two]], 'too short for three letters');
  });

  test('looks through more text than is held at once, whatever the length of each', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox } = await putMailbox(store, { quotaBytes: 1e9 });
    const lengths = [3e6, 1e6, 5e6, 10, 10, 2e6, 10];
    const contents = await putMessages(
      store,
      mailbox,
      lengths.map((length) => `X: ${'x'.repeat(length)} QZ\n\n`),
    );
    const index = await openIndex(t, { store, folder });
    await index.settled();
    assert.deepEqual(await found(index, mailbox, anywhere('QZ')), contents, 'too short for three letters');
    assert.deepEqual(await found(index, mailbox, anywhere('XXQ')), []);
  });

  test('commits go on while the index is held up', async (t) => {
    const folder = await temporaryFolder(t);
    const store = await openStore(t, folder);
    const { mailbox } = await putMailbox(store);
    const index = await openIndex(t, { store, folder });
    await index.settled();
    // Somebody else writes to the index and does not stop: its thread waits, the store's does not.
    const other = openDatabase(join(folder, 'search.db'), { readOnly: false });
    other.exec('BEGIN IMMEDIATE');
    const contents = await putMessages(store, mailbox, ['\n\nDELIBERA UNO', '\n\nDELIBERA DUE']);
    assert.equal(index.isIndexed(mailbox, contents[0] ?? 0), false);
    other.exec('ROLLBACK');
    other[Symbol.dispose]();
    await index.settled();
    assert.deepEqual(await found(index, mailbox, anywhere('DELIBERA')), contents);
  });
});

function allEntries(store: HouseStore, mailbox: number) {
  return store.listFolders(mailbox).flatMap(({ id }) => store.listMessages(id));
}

function change(path: string, sql: string): void {
  const database = openDatabase(path, { readOnly: false });
  database.exec(sql);
  database[Symbol.dispose]();
}
