// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openMemoryStore } from '../../engines/memory/memory-store.ts';
import type { Mailbox } from '../mailboxes/mailbox-store.ts';
import { OpenLogIns } from './open-log-ins.ts';

const ANNA: Mailbox = {
  id: 1,
  address: 'anna@pec.alfa.test',
  holder: 'Anna',
  status: 'active',
  role: 'user',
  passwordHash: 'one',
  quotaBytes: 1,
  filesReceipts: false,
};

function house() {
  const store = openMemoryStore();
  const logIns = new OpenLogIns(store);
  const ended: string[] = [];
  const put = async (change: Partial<Mailbox>) => {
    const { id: _, ...mailbox } = { ...ANNA, ...change };
    const acts = [{ do: 'put-mailbox', mailbox, folders: [] }] as const;
    await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  };
  const enter = (name: string, mailbox = ANNA) => logIns.enter(mailbox, () => ended.push(name));
  return { logIns, ended, put, enter };
}

suite('open log-ins', () => {
  test('SEC-1 all of a mailbox end, once, when it is disabled; those of others go on', async () => {
    const { ended, put, enter } = house();
    enter('first');
    enter('second');
    enter('other', { ...ANNA, address: 'bruno@pec.alfa.test' });
    await put({ holder: 'Anna Verdi', quotaBytes: 2, filesReceipts: true });
    assert.deepEqual(ended, []);
    await put({ status: 'disabled' });
    await put({ status: 'disabled' });
    assert.deepEqual(ended, ['first', 'second']);
  });

  test('SEC-1 those of the old password end; who came with the new one stays', async () => {
    const { ended, put, enter } = house();
    enter('old');
    await put({ passwordHash: 'two' });
    enter('new', { ...ANNA, passwordHash: 'two' });
    await put({ passwordHash: 'two' });
    assert.deepEqual(ended, ['old']);
  });

  test('who left hears nothing, and nobody does once nobody listens', async () => {
    const { logIns, ended, put, enter } = house();
    const leave = enter('gone');
    leave();
    leave();
    enter('there');
    logIns[Symbol.dispose]();
    await put({ status: 'disabled' });
    assert.deepEqual(ended, []);
  });
});
