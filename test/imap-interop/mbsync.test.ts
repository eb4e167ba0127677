// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ADDRESS, type ImapHouse, PASSWORD } from '../imap/house.ts';
import { makeMessage, makeMessages } from './corpus.ts';
import {
  assertSameState,
  countersOf,
  MESSAGE_COUNT,
  openOddHouse,
  run,
  SUITE_MS,
  sha256,
  stateOfHouse,
  writeSecret,
} from './interop-house.ts';
import { makeMaildir, stateOfMaildirs } from './maildir.ts';
import { encodedName, ODD_FOLDERS } from './odd-folders.ts';
import { CHANGE, type Copy, changeCopy, changeHouse } from './two-sides.ts';

/** Between levels in the copy: the program walks no more than 10 folders down. */
const LEVEL = '^';

/** Commands that carry something from one side to the other. */
const TRANSFERS = />>> \d+ (APPEND|CREATE|UID STORE|UID COPY|UID MOVE|EXPUNGE|.*BODY)/;

/** What the program calls a folder in the copy. */
function copiedName(name: string): string {
  return encodedName(name).replaceAll('/', LEVEL);
}

/** A copy in Maildirs that mbsync keeps. */
function makeCopy(house: ImapHouse): Copy {
  const mail = join(house.folder, 'Mail');
  makeMaildir(join(mail, 'INBOX'));
  const settings = writeSecret(house, 'mbsyncrc', [
    'IMAPAccount casa',
    'Host localhost',
    `Port ${house.imaps}`,
    `User ${ADDRESS}`,
    `Pass "${PASSWORD}"`,
    'SSLType IMAPS',
    'SystemCertificates no',
    `CertificateFile ${house.caFile}`,
    '',
    'IMAPStore provider',
    'Account casa',
    '',
    'MaildirStore copy',
    `Path ${mail}/`,
    `Inbox ${mail}/INBOX`,
    `Flatten ${LEVEL}`,
    '',
    'Channel all',
    'Far :provider:',
    'Near :copy:',
    'Patterns *',
    'Create Both',
    'Expunge Both',
    'CopyArrivalDate yes',
    'SyncState *',
  ]);
  return {
    mail,
    folder: (name) => join(mail, copiedName(name)),
    sync: (...options) => run(house, 'mbsync', ...options, '-c', settings, '-a'),
  };
}

/** One more run changes nothing, here or there. */
async function assertAtRest(house: ImapHouse, copy: Copy): Promise<void> {
  const [counters, state] = [countersOf(house), stateOfMaildirs(copy.mail)];
  const conversation = await copy.sync('-Dn');
  assert.match(conversation, />>> \d+ UID FETCH \S+ \(UID FLAGS/);
  assert.doesNotMatch(conversation, TRANSFERS);
  assert.deepEqual(countersOf(house), counters);
  assertSameState(stateOfMaildirs(copy.mail), state);
}

suite('mbsync', { timeout: SUITE_MS }, () => {
  test('keeps a copy of every folder in step, both ways', async (t) => {
    await using house = await openOddHouse();
    const messages = makeMessages(MESSAGE_COUNT);
    for (const message of messages) await house.deliver(message);
    for (const { name } of ODD_FOLDERS) await house.deliver(makeMessage(400_000), { folder: name });
    const copy = makeCopy(house);
    const began = performance.now();
    assert.match(await copy.sync('-Dn'), TRANSFERS);
    t.diagnostic(`${MESSAGE_COUNT} messages in ${Math.round(performance.now() - began)} ms`);
    const fetched = stateOfMaildirs(copy.mail);
    assert.deepEqual(fetched.INBOX, messages.map((message) => sha256(message)).sort());
    assertSameState(fetched, await stateOfHouse(house, copiedName));
    await assertAtRest(house, copy);

    changeCopy(copy);
    await changeHouse(house, 20);
    await copy.sync();
    // Which folders there are is asked once, before those of the other side are made.
    await copy.sync();
    const state = await stateOfHouse(house, copiedName);
    assertSameState(stateOfMaildirs(copy.mail), state);
    assert.equal(state.INBOX?.length, MESSAGE_COUNT + CHANGE);
    await assertAtRest(house, copy);
  });
});
