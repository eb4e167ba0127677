// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ADDRESS, type ImapHouse, PASSWORD } from '../imap/house.ts';
import { giveCommands } from './commands.ts';
import { makeMessage, makeMessages } from './corpus.ts';
import {
  assertSameState,
  countersOf,
  type MailState,
  MESSAGE_COUNT,
  openOddHouse,
  run,
  SUITE_MS,
  sha256,
  stateOfHouse,
  writeSecret,
} from './interop-house.ts';
import {
  dropMessage,
  makeMaildir,
  messageFiles,
  moveMessage,
  setLetters,
  stateOfMaildirs,
} from './maildir.ts';
import { encodedName, levels, ODD_FOLDERS } from './odd-folders.ts';

/** Between levels in the copy: the program walks no more than 10 folders down. */
const LEVEL = '^';

/** Folders made in the copy. */
const NEW_FOLDERS = ['Caff&AOg- &- t&AOg-', levels('nuovo', 20)] as const;

/** Commands that carry something from one side to the other. */
const TRANSFERS = />>> \d+ (APPEND|CREATE|UID STORE|UID COPY|UID MOVE|EXPUNGE|.*BODY)/;

function flat(name: string): string {
  return name.replaceAll('/', LEVEL);
}

/** The local copy: its folders, and `mbsync` itself. */
interface Copy {
  readonly mail: string;
  folder(name: string): string;
  sync(...options: string[]): Promise<string>;
}

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
    folder: (name) => join(mail, flat(encodedName(name))),
    sync: (...options) => run(house, 'mbsync', ...options, '-c', settings, '-a'),
  };
}

/** The state of the house under the names that the program gives its folders. */
async function expected(house: ImapHouse): Promise<MailState> {
  const names = new Map([
    ['Caffè & tè', NEW_FOLDERS[0]],
    ['Fatture è note', 'Fatture &AOg- note'],
    ...ODD_FOLDERS.map(({ name, encoded }) => [name, encoded] as const),
  ]);
  const state = Object.entries(await stateOfHouse(house));
  return Object.fromEntries(state.map(([name, lines]) => [flat(names.get(name) ?? name), lines]));
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

async function changeCopy(copy: Copy): Promise<void> {
  const files = messageFiles(copy.folder('INBOX'));
  for (const [index, letters] of ['S', 'F', 'RS', 'D', 'FRS', 'T'].entries())
    setLetters(files[index] ?? '', letters);
  moveMessage(files[6] ?? '', { to: copy.folder('Attività 2024'), name: 'mosso-1' });
  moveMessage(files[7] ?? '', { to: copy.folder(levels('liv', 20)), name: 'mosso-2' });
  rmSync(files[8] ?? '');
  for (const [index, name] of NEW_FOLDERS.entries()) {
    const maildir = makeMaildir(join(copy.mail, flat(name)));
    dropMessage(maildir, { name: `nuovo-${index}`, message: makeMessage(500_000 + index) });
  }
  for (const { name } of ODD_FOLDERS)
    dropMessage(copy.folder(name), { name: 'qui', message: makeMessage(600_000) });
}

async function changeHouse(house: ImapHouse): Promise<void> {
  await giveCommands(house, [
    'SELECT INBOX',
    'UID STORE 20:25 +FLAGS (\\Seen)',
    'UID STORE 22 +FLAGS (\\Flagged \\Answered)',
    'UID STORE 30:32 +FLAGS (\\Deleted)',
    'UID EXPUNGE 30:31',
    'UID MOVE 33:35 Archivio',
    'UID COPY 36 "Ricerca &- Sviluppo"',
    'CREATE "Fatture &AOg- note"',
    'UID MOVE 37 "Fatture &AOg- note"',
  ]);
  for (let index = 0; index < 10; index++) await house.deliver(makeMessage(700_000 + index));
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
    assertSameState(fetched, await expected(house));
    await assertAtRest(house, copy);

    await changeCopy(copy);
    await changeHouse(house);
    await copy.sync();
    // Which folders there are is asked once, before those of the other side are made.
    await copy.sync();
    const state = await expected(house);
    assertSameState(stateOfMaildirs(copy.mail), state);
    assert.equal(state.INBOX?.length, MESSAGE_COUNT - 4 - 3 - 3 - 1 + 10);
    await assertAtRest(house, copy);
  });
});
