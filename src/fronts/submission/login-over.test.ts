// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestAuthority } from '../../../test/smtp/certificates.ts';
import { Dialogue, plainToken } from '../../../test/smtp/dialogue.ts';
import { Accounts } from '../../mailroom/accounts/accounts.ts';
import { DelayingLoginGuard } from '../../mailroom/accounts/login-guard.ts';
import { hashPassword } from '../../mailroom/accounts/passwords.ts';
import { Spool } from '../../mailroom/contents/spool.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import { FixedClock } from '../../platform/clock.ts';
import { CountingIds } from '../../platform/ids.ts';
import { silentJournal } from '../../platform/journal.ts';
import { systemTimers } from '../../platform/timers.ts';
import { noScanner } from '../../trust/antivirus/scanner.ts';
import { scanningSink } from '../../trust/antivirus/scanning-sink.ts';
import { SubmissionFront } from './submission.ts';

const ADDRESS = 'sindaco@comune.alfa.test';
const LIMIT_BYTES = 100_000;

test('AP-2 SEC-1 a login that would be refused by now is over, before MAIL and within a message', async () => {
  using authority = new TestAuthority();
  using stack = new DisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-submission-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  let mailbox: Mailbox = {
    id: 1,
    address: ADDRESS,
    holder: 'Il sindaco',
    status: 'active',
    role: 'user',
    passwordHash: await hashPassword('segreta'),
    quotaBytes: 1_000_000,
    filesReceipts: false,
  };
  const clock = new FixedClock(0);
  const taken: string[] = [];
  let nextId = 1;
  const numbers = { nextBlobId: () => nextId++, nextContentId: () => nextId++ };
  const spool = { numbers, folder, maxSizeBytes: LIMIT_BYTES, memoryBytes: 64 * 1024 };
  await using front = new SubmissionFront({
    accessPoint: {
      limits: { hardSizeBytes: LIMIT_BYTES, recipients: 3 },
      submit: async ({ reversePath }) => {
        taken.push(reversePath);
        return { outcome: 'accepted', identifier: 'opec1@alfa.test' };
      },
    },
    accounts: new Accounts({ mailboxes: { findMailbox: () => mailbox }, clock, ids: new CountingIds() }),
    guard: new DelayingLoginGuard({ clock }),
    openSpool: () => scanningSink(new Spool(spool), noScanner),
    hostName: 'smtps.alfa.test',
    identity: authority.issue('smtps.alfa.test'),
    mode: 'implicit',
    timers: systemTimers,
    journal: silentJournal,
    limits: { closeMs: 100 },
  });
  const { port } = await front.listen({ port: 0, host: '127.0.0.1' });
  const open = async (password: string) => {
    const dialogue = await Dialogue.open(port, { tls: true });
    await dialogue.reply();
    await dialogue.say('EHLO client.test');
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken(ADDRESS, password)}`), /^235/);
    return dialogue;
  };
  const begins = async (dialogue: Dialogue) => {
    assert.match(await dialogue.say(`MAIL FROM:<${ADDRESS}>`), /^250/);
    assert.match(await dialogue.say('RCPT TO:<b@beta.test>'), /^250/);
    assert.match(await dialogue.say('DATA'), /^354/);
  };
  using before = await open('segreta');
  using within = await open('segreta');
  await begins(within);
  mailbox = { ...mailbox, passwordHash: await hashPassword('tutt’altra') };
  assert.match(await within.say('Subject: x\r\n\r\nciao\r\n.'), /^421 4\.7\.0/);
  assert.match(await before.say(`MAIL FROM:<${ADDRESS}>`), /^421 4\.7\.0 your login is over/);
  using anew = await open('tutt’altra');
  await begins(anew);
  assert.match(await anew.say('Subject: x\r\n\r\nciao\r\n.'), /^250/);
  using disabled = await open('tutt’altra');
  mailbox = { ...mailbox, status: 'disabled' };
  assert.match(await disabled.say(`MAIL FROM:<${ADDRESS}>`), /^421 4\.7\.0/);
  assert.deepEqual(taken, [ADDRESS]);
});
