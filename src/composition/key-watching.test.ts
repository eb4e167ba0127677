// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TestProvider, temporaryFolder } from '../../test/openssl/test-provider.ts';
import { AlertBoard } from '../platform/alerts.ts';
import { Fault } from '../platform/faults.ts';
import { silentJournal } from '../platform/journal.ts';
import { ManualTimers } from '../platform/timers.ts';
import { openPrivateKey } from '../trust/signing/file-key.ts';
import { watchedKey } from './key-watching.ts';

const { alfa } = new TestProvider(temporaryFolder(after));
const file = await openPrivateKey({ keyFile: alfa.keyFile });
const TEXT = Buffer.from('x');

function setUp() {
  const alerts = new AlertBoard(silentJournal);
  const timers = new ManualTimers();
  const state = { works: true, asked: 0 };
  const driver = {
    certificate: alfa.der,
    chain: [],
    sign: async (bytes: Buffer) => {
      state.asked++;
      if (state.works) return file.sign(bytes);
      throw new Fault('signing-key-unusable', 'the token is gone', { temporary: true });
    },
  };
  const raised = () => alerts.current().map(({ code, facts }) => [code, facts.reason]);
  return { state, timers, raised, key: watchedKey(driver, { alerts, timers }) };
}

test('SIG-5 an alert lasts while the key fails, and ends by itself when it signs, though no mail comes', async () => {
  const { state, timers, raised, key } = setUp();
  await key.sign(TEXT);
  assert.deepEqual(raised(), []);
  state.works = false;
  await assert.rejects(key.sign(TEXT), { code: 'signing-key-unusable' });
  await assert.rejects(key.sign(TEXT), { code: 'signing-key-unusable' });
  assert.deepEqual(raised(), [['signing-failing', 'the token is gone']]);
  timers.advance(15_000);
  await new Promise(setImmediate);
  assert.equal(state.asked, 4);
  assert.equal(raised().length, 1);
  state.works = true;
  timers.advance(15_000);
  while (raised().length > 0) await new Promise(setImmediate);
  assert.equal(timers.nextDelayMs, undefined);
});

test('SIG-5 a signature that mail asked for ends the alert as well; nothing is tried after the end', async () => {
  const { state, timers, raised, key } = setUp();
  state.works = false;
  await assert.rejects(key.sign(TEXT));
  state.works = true;
  await key.sign(TEXT);
  assert.deepEqual(raised(), []);
  assert.equal(timers.nextDelayMs, undefined);
  state.works = false;
  await assert.rejects(key.sign(TEXT));
  key[Symbol.dispose]();
  assert.equal(timers.nextDelayMs, undefined);
});
