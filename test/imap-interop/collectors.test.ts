// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ADDRESS, type ImapHouse, openImapHouse, PASSWORD } from '../imap/house.ts';
import { makeMessages, ODD_SPACES } from './corpus.ts';
import { COLLECTED_COUNT, run, SUITE_MS, sha256, writeSecret } from './interop-house.ts';
import { hashesOfMaildir, makeMaildir } from './maildir.ts';

const MESSAGES = makeMessages(COLLECTED_COUNT);
const HASHES = MESSAGES.map((message) => sha256(message)).sort();

/** A house with mail, and an empty Maildir for what programs collect. */
async function openHouse(
  messages = MESSAGES,
): Promise<{ house: ImapHouse; maildir: string; deliver: string }> {
  const house = await openImapHouse({ engine: 'sqlite' });
  for (const message of messages) await house.deliver(message);
  const maildir = makeMaildir(join(house.folder, 'Maildir'));
  // As root some programs deliver through another only.
  // Numbers of processes come again: a name that is taken is left alone.
  const deliver = writeSecret(house, 'deliver.sh', [
    '#!/bin/sh',
    'set -C; n=0',
    // Not ":", whose failed redirection would end the shell.
    `until { true > "${maildir}/new/$$.$n"; } 2>/dev/null; do n=$((n + 1)); done`,
    `cat >| "${maildir}/new/$$.$n"`,
  ]);
  return { house, maildir, deliver };
}

function inInbox(house: ImapHouse): readonly { readonly flags: readonly string[] }[] {
  return house.store.listMessages(house.store.findFolder(house.mailbox, 'INBOX')?.id ?? 0);
}

/** getmail puts lines of its own first, or at the end of the header. */
const GETMAIL_LINES = /^(Return-Path: <unknown>|X-getmail-[^\r]*)\r\n/gm;

suite('programs that collect mail', { timeout: SUITE_MS }, () => {
  test('fetchmail fetches all over STARTTLS and leaves nothing', async () => {
    const { house, maildir, deliver } = await openHouse();
    await using _ = house;
    // Its certificate check knows names only.
    const server = `poll localhost protocol IMAP port ${house.imap}`;
    const user = `user "${ADDRESS}" password "${PASSWORD}" sslproto tls1.2+ sslcertfile "${house.caFile}" sslcertck`;
    const options = `options no rewrite no keep mda "/bin/sh ${deliver}"`;
    const settings = writeSecret(house, 'fetchmailrc', ['set invisible', `${server} ${user} ${options}`]);
    await run(house, 'fetchmail', '-f', settings, '--nodetach', '--nosyslog');
    assert.deepEqual(hashesOfMaildir(maildir), HASHES);
    assert.equal(inInbox(house).length, 0);
  });

  test('fetchmail takes only what was not read, and leaves it read', async () => {
    const { house, maildir, deliver } = await openHouse();
    await using _ = house;
    const server = `poll localhost protocol IMAP port ${house.imaps}`;
    const user = `user "${ADDRESS}" password "${PASSWORD}" ssl sslcertfile "${house.caFile}" sslcertck`;
    const options = `options no rewrite keep mda "/bin/sh ${deliver}"`;
    const settings = writeSecret(house, 'fetchmailrc', ['set invisible', `${server} ${user} ${options}`]);
    const fetchmail = () => run(house, 'fetchmail', '-f', settings, '--nodetach', '--nosyslog');
    await fetchmail();
    assert.deepEqual(hashesOfMaildir(maildir), HASHES);
    assert.ok(inInbox(house).every(({ flags }) => flags.includes('\\Seen')));
    // It says so by its exit status.
    await assert.rejects(fetchmail, /fetchmail ended with 1/);
    assert.deepEqual(hashesOfMaildir(maildir), HASHES);
  });

  test('getmail fetches all once, by UID, and leaves them', async () => {
    const messages = MESSAGES.filter((_, index) => index !== ODD_SPACES);
    const { house, maildir, deliver } = await openHouse(messages);
    await using _ = house;
    writeSecret(house, 'getmailrc', [
      '[retriever]',
      'type = SimpleIMAPSSLRetriever',
      'server = 127.0.0.1',
      `port = ${house.imaps}`,
      `username = ${ADDRESS}`,
      `password = ${PASSWORD}`,
      `ca_certs = ${house.caFile}`,
      'mailboxes = ("INBOX",)',
      '[destination]',
      'type = MDA_external',
      'path = /bin/sh',
      `arguments = ("${deliver}",)`,
      'allow_root_commands = true',
      '[options]',
      'read_all = false',
      'delete = false',
      'delivered_to = false',
      'received = false',
      'verbose = 2',
    ]);
    const getmail = () => run(house, 'getmail', '--getmaildir', house.folder, '--rcfile', 'getmailrc');
    const all = messages.length;
    assert.match(await getmail(), new RegExp(`\\b${all} messages \\(\\d+ bytes\\) retrieved, 0 skipped`));
    assert.match(await getmail(), new RegExp(`\\b0 messages \\(0 bytes\\) retrieved, ${all} skipped`));
    const hashes = messages.map((message) => sha256(message)).sort();
    assert.deepEqual(hashesOfMaildir(maildir, GETMAIL_LINES), hashes);
    assert.equal(inInbox(house).length, messages.length);
  });
});
