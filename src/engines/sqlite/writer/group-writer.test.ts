// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Act } from '../../../mailroom/steps/step-store.ts';
import type { Database } from '../driver.ts';
import { type Answer, packParcel } from '../packed-step.ts';
import type { Brought } from './content-writer.ts';
import { GroupWriter, openForWriting } from './group-writer.ts';

const limits = { expungedKept: 10 };

function openWriter(t: TestContext): { writer: GroupWriter; database: Database; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-writer-'));
  const path = join(folder, 'store.db');
  const database = openForWriting(path);
  const writer = new GroupWriter(database, limits);
  t.after(() => {
    writer[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });
  return { writer, database, path };
}

/** Steps of one act each, numbered from 1. */
function group(...acts: readonly Act[]): Brought[] {
  const prepared = acts.map((act, at) => {
    const step = { blobs: [], contents: [], parts: [{ acts: [act] }] };
    return { number: at + 1, prepared: { step, blobs: [] } };
  });
  const { steps, buffer } = packParcel(prepared);
  return steps.map((step) => ({ step, buffer }));
}

function recordOf(octets: number): Act {
  const detail = { reason: 'x'.repeat(octets) };
  const record = {
    instant: 1,
    event: 'acceptance',
    identifier: 'opec1',
    sender: 'a',
    recipients: [],
    detail,
  } as const;
  return { do: 'record', record };
}

const codes = (answers: readonly Answer[]) =>
  answers.map((answer) => ('fault' in answer ? answer.fault.code : 'kept'));

test('a disk too full for one step is not too full for its neighbours', (t) => {
  const { writer, database } = openWriter(t);
  const pages = database.prepare<{ page_count: number }>('PRAGMA page_count').get()?.page_count ?? 0;
  database.exec(`PRAGMA max_page_count = ${pages + 20}`);
  const { answers } = writer.commitGroup(group(recordOf(10), recordOf(1_000_000), recordOf(10)));
  assert.deepEqual(codes(answers), ['kept', 'store-full', 'kept']);
  const [, refused] = answers;
  assert.ok(refused !== undefined && 'fault' in refused && refused.fault.temporary);
  database.exec(`PRAGMA max_page_count = ${pages + 1000}`);
  assert.deepEqual(codes(writer.commitGroup(group(recordOf(1_000_000))).answers), ['kept']);
});

test('a database that refuses every commit makes every step a temporary fault', (t) => {
  const { writer, database } = openWriter(t);
  database.exec('PRAGMA query_only = ON');
  const { answers } = writer.commitGroup(group(recordOf(1), recordOf(2)));
  assert.deepEqual(codes(answers), ['store-unavailable', 'store-unavailable']);
  assert.equal(database.inTransaction, false);
  database.exec('PRAGMA query_only = OFF');
  assert.deepEqual(codes(writer.commitGroup(group(recordOf(1))).answers), ['kept']);
});

test('the certification log refuses changes and removals', (t) => {
  const { writer, database } = openWriter(t);
  writer.commitGroup(group(recordOf(1)));
  assert.throws(() => database.exec('DELETE FROM log'), /append-only/);
  assert.throws(() => database.exec("UPDATE log SET record = '{}'"), /append-only/);
});

test('a value of the wrong type is refused by the tables themselves', (t) => {
  const { writer } = openWriter(t);
  const tracking = { identifier: 'opec1', recipient: 'a@beta.test', dispatchedAt: 1.5 };
  const { answers } = writer.commitGroup(group({ do: 'track', tracking }, recordOf(1)));
  assert.deepEqual(codes(answers), ['step-malformed', 'kept']);
});

test('the write-ahead log is moved into the database after the answers, when it is much', (t) => {
  const { writer, path } = openWriter(t);
  const many = group(...Array.from({ length: 250 }, () => recordOf(2000)));
  const atFirst = statSync(path).size;
  writer.commitGroup(many);
  writer.tidyUp();
  assert.equal(statSync(path).size, atFirst, 'little is left where it is');
  writer.commitGroup(many);
  assert.equal(statSync(path).size, atFirst, 'no commit waits for it');
  writer.tidyUp();
  assert.ok(statSync(path).size > 500 * 2000);
  const log = statSync(`${path}-wal`).size;
  for (let turn = 0; turn < 6; turn++) {
    writer.commitGroup(many);
    writer.tidyUp();
  }
  assert.ok(statSync(`${path}-wal`).size <= log, 'it begins anew');
});

test('where steps come one by one the write-ahead log is moved oftener, a little at a time', (t) => {
  const { writer, path } = openWriter(t);
  const atFirst = statSync(path).size;
  for (let turn = 0; turn < 40; turn++) {
    writer.commitGroup(group(recordOf(2000)));
    writer.tidyUp();
  }
  assert.equal(statSync(path).size, atFirst, 'little is left where it is');
  for (let turn = 0; turn < 40; turn++) {
    writer.commitGroup(group(recordOf(2000)));
    writer.tidyUp();
  }
  assert.ok(statSync(path).size > 60 * 2000, 'as much as is nothing where many come together');
});

test('a database from a later program is refused in words', (t) => {
  const { database } = openWriter(t);
  database.exec("INSERT INTO migrations (version, name) VALUES (999, 'from the future')");
  assert.throws(() => new GroupWriter(database, limits), { code: 'store-newer', temporary: false });
});
