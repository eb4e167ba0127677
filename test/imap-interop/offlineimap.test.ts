// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ADDRESS, type ImapHouse, PASSWORD } from '../imap/house.ts';
import { makeMessage, makeMessages, ODD_SPACES } from './corpus.ts';
import {
  assertSameState,
  countersOf,
  MESSAGE_COUNT,
  openOddHouse,
  run,
  SUITE_MS,
  stateOfHouse,
  writeSecret,
} from './interop-house.ts';
import { stateOfMaildirs } from './maildir.ts';
import { ODD_FOLDERS } from './odd-folders.ts';
import { CHANGE, type Copy, changeCopy, changeHouse } from './two-sides.ts';

/** A copy in Maildirs that OfflineIMAP keeps, under the names that people see. */
function makeCopy(house: ImapHouse): Copy {
  const mail = join(house.folder, 'Mail');
  mkdirSync(mail);
  const settings = writeSecret(house, 'offlineimaprc', [
    '[general]',
    'accounts = casa',
    'ui = basic',
    `metadata = ${join(house.folder, 'metadata')}`,
    '[Account casa]',
    'localrepository = copy',
    'remoterepository = provider',
    'utf8foldernames = yes',
    '[Repository copy]',
    'type = Maildir',
    `localfolders = ${mail}`,
    'sep = /',
    '[Repository provider]',
    'type = IMAP',
    'remotehost = localhost',
    `remoteport = ${house.imaps}`,
    `remoteuser = ${ADDRESS}`,
    `remotepass = ${PASSWORD}`,
    'ssl = yes',
    `sslcacertfile = ${house.caFile}`,
    'maxconnections = 3',
    'usecompression = yes',
  ]);
  return {
    mail,
    everyLevel: true,
    folder: (name) => join(mail, name),
    sync: (...options) => run(house, 'offlineimap', '-c', settings, '-o', ...options),
  };
}

suite('OfflineIMAP', { timeout: SUITE_MS }, () => {
  test('keeps a copy of every folder in step, both ways', async (t) => {
    await using house = await openOddHouse();
    const messages = makeMessages(MESSAGE_COUNT + 1).filter((_, index) => index !== ODD_SPACES);
    for (const message of messages) await house.deliver(message);
    for (const { name } of ODD_FOLDERS) await house.deliver(makeMessage(400_000), { folder: name });
    const copy = makeCopy(house);
    const began = performance.now();
    await copy.sync();
    t.diagnostic(`${MESSAGE_COUNT} messages in ${Math.round(performance.now() - began)} ms`);
    assertSameState(stateOfMaildirs(copy.mail), await stateOfHouse(house));

    changeCopy(copy);
    await changeHouse(house, 20);
    await copy.sync();
    await copy.sync();
    const state = stateOfMaildirs(copy.mail);
    assertSameState(state, await stateOfHouse(house));
    // It expunges before it marks: what was marked as deleted in the copy stays so on both sides.
    assert.equal(state.INBOX?.length, MESSAGE_COUNT + CHANGE + 1);

    const counters = countersOf(house);
    assert.doesNotMatch(await copy.sync(), /Copy message|Delet|flag|Creat/i);
    assert.deepEqual(countersOf(house), counters);
    assertSameState(stateOfMaildirs(copy.mail), state);
  });
});
