// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { ADDRESS, type ImapHouse, openImapHouse, PASSWORD } from '../imap/house.ts';
import { makeMessage, makeMessages } from './corpus.ts';
import { SUITE_MS, sha256, stateOfHouse } from './interop-house.ts';

const execute = promisify(execFile);

async function curl(house: ImapHouse, ...words: string[]): Promise<Buffer> {
  const common = ['--silent', '--show-error', '--cacert', house.caFile, '--user', `${ADDRESS}:${PASSWORD}`];
  const options = { encoding: 'buffer', maxBuffer: 8 * 1024 * 1024 } as const;
  return (await execute('curl', [...common, '--ssl-reqd', ...words], options)).stdout;
}

suite('curl', { timeout: SUITE_MS }, () => {
  test('lists, fetches by UID, searches, commands and appends, over TLS and STARTTLS', async () => {
    await using house = await openImapHouse({ engine: 'sqlite' });
    const messages = makeMessages(10);
    for (const message of messages) await house.deliver(message);
    const secure = `imaps://127.0.0.1:${house.imaps}`;
    const upgraded = `imap://127.0.0.1:${house.imap}`;

    assert.match((await curl(house, `${secure}/`)).toString(), /^\* LIST \(\\\S+.*\) "\/" "?INBOX"?\r$/m);
    for (const [index, message] of messages.entries()) {
      const fetched = await curl(house, `${index % 2 === 0 ? secure : upgraded}/INBOX;UID=${index + 1}`);
      assert.equal(sha256(fetched), sha256(message), `message ${index + 1}`);
    }
    const part = await curl(house, `${upgraded}/INBOX;MAILINDEX=2;SECTION=TEXT`);
    assert.equal(part.toString(), '.\r\n..\r\n.testo\r\n');
    assert.equal((await curl(house, `${secure}/INBOX?SUBJECT%20punti`)).toString(), '* SEARCH 2\r\n');
    const status = await curl(house, `${secure}/`, '--request', 'STATUS INBOX (MESSAGES UNSEEN)');
    assert.equal(status.toString(), '* STATUS "INBOX" (MESSAGES 10 UNSEEN 0)\r\n');

    await curl(house, `${secure}/`, '--request', 'CREATE "Perch&AOk- no"');
    const file = join(house.folder, 'message');
    writeFileSync(file, makeMessage(77));
    await curl(house, `${upgraded}/Perch%26AOk-%20no`, '--upload-file', file);
    const state = await stateOfHouse(house);
    assert.deepEqual(state['Perché no'], [`${sha256(makeMessage(77))} \\Seen`]);
  });
});
