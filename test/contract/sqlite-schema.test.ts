// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkRows } from '../../src/engines/sqlite/check/row-checks.ts';
import { openDatabase } from '../../src/engines/sqlite/driver.ts';
import { openSqliteStore, type SqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { Act } from '../../src/mailroom/steps/step-store.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { temporaryFolder } from './engines.ts';
import { indexOf, logRecord, NOW, putMailbox, putMessages, step } from './steps.ts';

/** Takes a store back to what programs wrote that knew version 11 of the schema. */
const AS_IT_WAS = `
  DROP TRIGGER logIsTold;
  DROP TRIGGER logIsToldNoMore;
  DROP TABLE logIdentifiers;
  DROP TABLE logMessageIds;
  DROP TABLE logStories;
  CREATE INDEX logByIdentifier ON log (identifierHash) WHERE identifierHash IS NOT NULL;
  CREATE INDEX logByMessageId ON log (messageIdHash) WHERE messageIdHash IS NOT NULL;
  DROP INDEX messagesByModseq;
  ALTER TABLE messages DROP COLUMN came;
  CREATE INDEX messagesByModseq ON messages (folder, modseq);
  DELETE FROM migrations WHERE version > 11;
`;

const recordOf = (identifier: string, messageId?: string): Act => {
  const { messageId: _, ...record } = logRecord({ identifier });
  return { do: 'record', record: { ...record, ...(messageId !== undefined && { messageId }) } };
};

async function open(t: TestContext, folder: string): Promise<SqliteStore> {
  const store = await openSqliteStore({ folder, journal: silentJournal });
  t.after(() => store[Symbol.asyncDispose]());
  return store;
}

const IDS = [
  'opec1@alfa.test',
  'opec2@alfa.test',
  '<m1@client.test>',
  '<m2@client.test>',
  '<m3@client.test>',
];

/** All that the changed parts of the schema are read for. */
function readAll(store: SqliteStore, inbox: number) {
  const modseqs = [1, 2, 3, 4, 5, 6, 7, 8];
  const all = store.listMessages(inbox);
  return {
    all,
    changed: modseqs.map((changedSince) => store.listMessages(inbox, { changedSince })),
    some: modseqs.map((changedSince) => store.listMessages(inbox, { changedSince, fromUid: 2, limit: 2 })),
    about: IDS.map((id) => store.recordsAbout(id)),
    stories: [...store.stories()].map((story) => story.map(({ sequence }) => sequence)).sort(),
    indexes: all.map(({ content }) => store.findContent(content)?.index),
  };
}

function findingsIn(path: string) {
  using database = openDatabase(path, { readOnly: true });
  return [...checkRows(database)];
}

test('a store that an older program wrote is brought up to date, and goes on', async (t) => {
  const folder = join(await temporaryFolder(t), 'store');
  const path = join(folder, 'store.db');
  const store = await open(t, folder);
  const { mailbox, inbox } = await putMailbox(store);
  await putMessages(store, mailbox, ['one', 'two', 'three', 'four']);
  const flag = (uid: number): Act => {
    return { do: 'set-flags', folder: inbox, uids: [uid], mode: 'add', flags: ['\\Seen'] };
  };
  await store.commit(step([flag(2)]));
  await store.commit(
    step([
      recordOf('opec1@alfa.test', '<m1@client.test>'),
      recordOf('opec2@alfa.test', '<m2@client.test>'),
      recordOf('opec1@alfa.test'),
      recordOf('', '<m1@client.test>'),
      recordOf('opec1@alfa.test', '<m3@client.test>'),
      recordOf('opec2@alfa.test', '<m3@client.test>'),
      recordOf(''),
    ]),
  );
  const before = readAll(store, inbox);
  await store[Symbol.asyncDispose]();
  assert.deepEqual(findingsIn(path), []);
  {
    using database = openDatabase(path, { readOnly: false });
    database.exec(AS_IT_WAS);
    database.prepare('UPDATE contents SET mimeIndex = ? WHERE size = 3').run(JSON.stringify(indexOf(3)));
  }
  const again = await open(t, folder);
  assert.deepEqual(readAll(again, inbox), before);
  const since = before.all.reduce((most, { modseq }) => Math.max(most, modseq), 0);
  await putMessages(again, mailbox, ['five', 'six']);
  await again.commit(step([flag(1), flag(5), recordOf('opec1@alfa.test'), recordOf('opec3@alfa.test')]));
  const uids = (changedSince: number) => again.listMessages(inbox, { changedSince }).map(({ uid }) => uid);
  assert.deepEqual(
    [uids(since), uids(since + 2)],
    [
      [1, 5, 6],
      [1, 5],
    ],
  );
  assert.deepEqual(
    again.recordsAbout('opec1@alfa.test').map(({ sequence }) => sequence),
    [1, 3, 5, 8],
  );
  await again[Symbol.asyncDispose]();
  assert.deepEqual(findingsIn(path), []);
});

test('LOG-3 what is forgotten leaves nothing to find it by, and what stays is found', async (t) => {
  const folder = join(await temporaryFolder(t), 'store');
  const path = join(folder, 'store.db');
  const store = await open(t, folder);
  const acts = Array.from({ length: 40 }, (_, at) =>
    recordOf(at === 20 ? '' : `opec${at % 7}@alfa.test`, `<m${at % 5}@client.test>`),
  );
  await store.commit(step(acts));
  const seal = { day: '2026-11-22', closedAt: NOW, signed: Buffer.of(1) };
  const seals = [
    { ...seal, number: 1, first: 1, size: 36 },
    { ...seal, number: 2, first: 37, size: 40 },
  ];
  await store.commit(step(seals.map((each) => ({ do: 'seal-log', seal: each }))));
  await store.commit(step([{ do: 'forget-records', upTo: 36 }]));
  const found = (id: string) => store.recordsAbout(id).map(({ sequence }) => sequence);
  assert.deepEqual([found('opec1@alfa.test'), found('opec0@alfa.test')], [[37], []]);
  assert.deepEqual([found('<m1@client.test>'), found('<m0@client.test>')], [[37], []]);
  const rows = () => {
    using database = openDatabase(path, { readOnly: true });
    return ['logIdentifiers', 'logMessageIds', 'logStories'].map(
      (table) => database.prepare<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n,
    );
  };
  assert.deepEqual(rows(), [4, 4, 4]);
  assert.deepEqual(findingsIn(path), []);
  await store.commit(step([{ do: 'forget-records', upTo: 40 }]));
  assert.deepEqual(rows(), [0, 0, 0]);
  await store.commit(step([recordOf('opec1@alfa.test')]));
  assert.deepEqual(found('opec1@alfa.test'), [41]);
  assert.deepEqual(findingsIn(path), []);
});
