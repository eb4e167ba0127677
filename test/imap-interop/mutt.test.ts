// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADDRESS, openImapHouse, PASSWORD } from '../imap/house.ts';
import { makeMessages } from './corpus.ts';
import { COLLECTED_COUNT, run, SUITE_MS, sha256, stateOfHouse, writeSecret } from './interop-house.ts';
import { hashesOfMaildir, makeMaildir } from './maildir.ts';

const MESSAGES = makeMessages(COLLECTED_COUNT);
const HASHES = MESSAGES.map((message) => sha256(message)).sort();

/** What it adds at the end of the header. */
const MUTT_LINES = /^(Content-Length|Lines|Status): [^\r]*\r\n/gm;

for (const program of ['mutt', 'neomutt'])
  test(`${program} copies every message out, flags, moves to a folder with an accent, and deletes`, {
    timeout: SUITE_MS,
  }, async () => {
    await using house = await openImapHouse({
      engine: 'sqlite',
      folders: [
        { name: 'INBOX', subscribed: true },
        { name: 'Perché & no', subscribed: true },
      ],
    });
    for (const message of MESSAGES) await house.deliver(message);
    const maildir = makeMaildir(join(house.folder, 'Maildir'));
    const keys = [
      `push "<tag-pattern>~A<enter><tag-prefix><copy-message>${maildir}<enter>`,
      '<untag-pattern>~A<enter><tag-pattern>~m 1-3<enter><tag-prefix><flag-message>',
      '<untag-pattern>~A<enter><tag-pattern>~m 4-5<enter><tag-prefix><set-flag>r',
      '<untag-pattern>~A<enter><tag-pattern>~m 6-8<enter><tag-prefix><save-message>=Perché<complete><enter>',
      '<untag-pattern>~A<enter><delete-pattern>~m 9-10<enter><sync-mailbox><quit>"',
    ];
    const settings = writeSecret(house, 'muttrc', [
      'set charset = "utf-8"',
      `set folder = "imaps://127.0.0.1:${house.imaps}/"`,
      'set spoolfile = "+INBOX"',
      `set imap_user = "${ADDRESS}"`,
      `set imap_pass = "${PASSWORD}"`,
      `set certificate_file = "${house.caFile}"`,
      'set ssl_usesystemcerts = no',
      'set ssl_force_tls = yes',
      'set confirmappend = no',
      'set confirmcreate = no',
      'set copy = no',
      'set delete = yes',
      'set quit = yes',
      'set mark_old = no',
      'set mbox_type = Maildir',
      'set sort = mailbox-order',
      'set wait_key = no',
      keys.join(''),
    ]);
    // It wants a terminal.
    await run(house, 'script', '-qec', `TERM=vt100 ${program} -n -F ${settings}`, '/dev/null');
    assert.deepEqual(hashesOfMaildir(maildir, MUTT_LINES), HASHES);
    const state = await stateOfHouse(house);
    assert.equal(state.INBOX?.length, MESSAGES.length - 3 - 2);
    assert.equal(state.INBOX.filter((line) => line.includes('\\Flagged')).length, 3);
    assert.equal(state.INBOX.filter((line) => line.includes('\\Answered')).length, 2);
    assert.deepEqual(
      state['Perché & no']?.map((line) => line.split(' ')[0]),
      MESSAGES.slice(5, 8)
        .map((message) => sha256(message))
        .sort(),
    );
  });
