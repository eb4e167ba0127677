// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ADDRESS, openImapHouse, PASSWORD } from '../imap/house.ts';
import { makeMessages } from './corpus.ts';
import { run, SUITE_MS, sha256 } from './interop-house.ts';

const SCRIPT = join(import.meta.dirname, 'imaplib-tour.py');
const MESSAGES = makeMessages(10);

/** What the script prints, but for the capabilities. */
const FOUND = {
  initial_response: 'OK',
  wrong_password: "b'[AUTHENTICATIONFAILED] Indirizzo o password errati'",
  namespace: ['(("" "/")) NIL NIL'],
  uid_plus: true,
  created_twice: 'NO',
  list: [
    '(\\HasChildren) "/" "Riprova"',
    '(\\HasNoChildren \\Archive) "/" "Archivio"',
    '(\\HasNoChildren \\Drafts) "/" "Bozze"',
    '(\\HasNoChildren \\Junk) "/" "Indesiderata"',
    '(\\HasNoChildren \\Sent) "/" "Inviata"',
    '(\\HasNoChildren \\Trash) "/" "Cestino"',
    '(\\HasNoChildren) "/" "Citt&AOA- &- Comuni"',
    '(\\HasNoChildren) "/" "INBOX"',
    '(\\HasNoChildren) "/" "Riprova/Sotto"',
  ],
  lsub: ['() "/" "Riprova/Sotto"'],
  count: MESSAGES.length,
  hashes: MESSAGES.map((message) => sha256(message)),
  sizes: MESSAGES.map((message) => message.length),
  partial: ['sto\r'],
  append: '[APPENDUID 1 11] Appended',
  appended: '11 (FLAGS (\\Flagged lavoro \\Recent) INTERNALDATE " 5-Mar-2024 09:20:30 +0000")',
  unseen: ['11'],
  searched: ['11'],
  sorted: ['11'],
  threads: ['(11)'],
  flags: ['1 (FLAGS ($Forwarded \\Answered \\Seen))', '2 (FLAGS ($Forwarded \\Seen))'],
  uid_flags: ['1 (UID 1 FLAGS (lavoro))'],
  envelope:
    '1 (ENVELOPE ("Mon, 01 Jan 2024 00:00:00 +0000" "semplice" ((NIL NIL "ufficio" "comune.alfa.test")) ' +
    '((NIL NIL "ufficio" "comune.alfa.test")) ((NIL NIL "ufficio" "comune.alfa.test")) ' +
    'NIL NIL NIL NIL "<m0@alfa.test>"))',
  structure:
    '8 (BODYSTRUCTURE (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 0 NIL NIL NIL NIL)' +
    '("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 28 (NIL "dentro" NIL NIL NIL NIL NIL NIL NIL NIL) ' +
    '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 9 0 NIL NIL NIL NIL) 2 NIL NIL NIL NIL) ' +
    '"MIXED" ("BOUNDARY" "=_a") NIL NIL NIL))',
  copied: '[COPYUID 7 1:3 1:3] Copied',
  moved: 'OK',
  // The moved message, then the removed one.
  expunged: ['4', '1'],
  quota: [['"INBOX" ""'], ['"" (STORAGE 325 9765625)']],
  status: ['"Archivio" (MESSAGES 1 UIDNEXT 2)'],
  read_only: true,
  idling: '+ ',
  idle_news: 'EXISTS',
  idle_end: 'OK',
  utf8_list: ['(\\HasNoChildren) "/" "Città & Comuni"'],
  utf8_append: 'OK',
  utf8_count: '1',
  utf8_body: true,
  utf8_search: ['1'],
};

suite("Python's imaplib", { timeout: SUITE_MS }, () => {
  for (const kind of ['tls', 'starttls'] as const) {
    test(`goes through the commands over ${kind}`, async () => {
      await using house = await openImapHouse({ engine: 'sqlite' });
      for (const message of MESSAGES) await house.deliver(message);
      const port = kind === 'tls' ? house.imaps : house.imap;
      const words = [SCRIPT, kind, String(port), house.caFile, ADDRESS, PASSWORD];
      const { capabilities, ...found } = JSON.parse(await run(house, 'python3', ...words));
      assert.deepEqual(found, kind === 'tls' ? FOUND : { ...FOUND, before_tls: true });
      for (const one of ['IMAP4rev1', 'IMAP4rev2', 'IDLE', 'UTF8=ACCEPT'])
        assert.ok(capabilities.includes(one), one);
      assert.ok(!capabilities.includes('STARTTLS'));
    });
  }
});
