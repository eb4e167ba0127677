// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DECODER_OPTIONS } from '../grammar/decoder.ts';
import type { Command } from './command.ts';
import { parseCommand } from './parse-command.ts';
import { accepts, parsed, refuses } from './parsing-cases.ts';

test('commands without arguments take none', () => {
  for (const name of 'CAPABILITY NOOP LOGOUT STARTTLS CHECK CLOSE UNSELECT EXPUNGE IDLE NAMESPACE'.split(
    ' ',
  )) {
    accepts([
      [name, { name: name as 'NOOP' }],
      [name.toLowerCase(), { name: name as 'NOOP' }],
    ]);
    refuses([`${name} `, `${name} x`, `${name}x`, `${name}(`]);
  }
});

test('ID takes up to 30 fields of limited length (RFC 2971)', () => {
  accepts([
    ['ID NIL', { name: 'ID', params: undefined }],
    [
      'ID ("a" "b" "c" NIL)',
      {
        name: 'ID',
        params: [
          ['a', 'b'],
          ['c', undefined],
        ],
      },
    ],
  ]);
  const fields = (count: number): string =>
    `ID (${Array.from({ length: count }, (_, i) => `"k${i}" "v"`).join(' ')})`;
  accepts([[fields(30), { name: 'ID' }]]);
  refuses(['ID', 'ID x', 'ID ("a")', 'ID ("a" "b"', 'ID (a b)', fields(31), `ID ("${'k'.repeat(31)}" "v")`]);
});

test('LOGIN takes any astrings; AUTHENTICATE a mechanism and base64', () => {
  accepts([
    ['LOGIN user pass', { name: 'LOGIN', user: 'user', password: 'pass' }],
    ['LOGIN "a b" "\\"\\\\"', { name: 'LOGIN', user: 'a b', password: '"\\' }],
    ['LOGIN "ù" {2}\r\nà', { name: 'LOGIN', user: 'ù', password: 'à' }],
    ['LOGIN a] b]', { name: 'LOGIN', user: 'a]', password: 'b]' }],
    ['LOGIN "" ""', { name: 'LOGIN', user: '', password: '' }],
    ['AUTHENTICATE plain', { name: 'AUTHENTICATE', mechanism: 'PLAIN' }],
    ['AUTHENTICATE PLAIN =', { name: 'AUTHENTICATE', initialResponse: Buffer.alloc(0) }],
    ['AUTHENTICATE PLAIN YWI=', { name: 'AUTHENTICATE', initialResponse: Buffer.from('ab') }],
  ]);
  refuses([
    'LOGIN',
    'LOGIN a',
    'LOGIN a b c',
    'LOGIN a  b',
    'LOGIN (a) b',
    'LOGIN "a b',
    'LOGIN "\\a" b',
    'LOGIN a* b',
  ]);
  refuses(['AUTHENTICATE', 'AUTHENTICATE PLAIN YWI', 'AUTHENTICATE PLAIN Y=I=', 'AUTHENTICATE PLAIN "YWI="']);
});

test('mailbox names are Unicode inside, INBOX in any case', () => {
  accepts([
    ['SELECT inBox', { name: 'SELECT', mailbox: 'INBOX' }],
    ['SELECT inbox/x', { name: 'SELECT', mailbox: 'INBOX/x' }],
    ['SELECT inboxes', { name: 'SELECT', mailbox: 'inboxes' }],
    ['SELECT "Citt&AOA-"', { name: 'SELECT', mailbox: 'Città' }],
    ['SELECT &-', { name: 'SELECT', mailbox: '&' }],
    ['SELECT "Citta\u0300"', { name: 'SELECT', mailbox: 'Citt\u00e0' }],
    ['EXAMINE {3}\r\na b', { name: 'EXAMINE', mailbox: 'a b' }],
    ['CREATE a (USE (\\Sent \\Drafts))', { name: 'CREATE', uses: ['\\Sent', '\\Drafts'] }],
    ['CREATE a (USE ())', { name: 'CREATE', uses: [] }],
    ['RENAME a b', { name: 'RENAME', from: 'a', to: 'b' }],
  ]);
  assert.deepEqual(parsed('SELECT "a&b"', { utf8: true }), {
    name: 'SELECT',
    mailbox: 'a&b',
    condstore: false,
  });
  refuses([
    'SELECT',
    'SELECT a b',
    'SELECT a*',
    'SELECT "a&b"',
    'SELECT &AGE-',
    'SELECT &AOA',
    `SELECT ${'x'.repeat(1025)}`,
  ]);
  refuses([
    'CREATE a (USE)',
    'CREATE a (USE (Sent))',
    'CREATE a ()',
    'RENAME a',
    'DELETE',
    'DELETE a b',
    'SUBSCRIBE',
  ]);
});

test('SELECT takes CONDSTORE and QRESYNC (RFC 7162)', () => {
  const range = (first: number, last: number): { first: number; last: number } => ({ first, last });
  accepts([
    ['SELECT x (CONDSTORE)', { name: 'SELECT', condstore: true }],
    ['SELECT x (QRESYNC (7 90))', { qresync: { uidValidity: 7, modseq: 90 } }],
    ['SELECT x (QRESYNC (7 90 1:5))', { qresync: { uidValidity: 7, modseq: 90, knownUids: [range(1, 5)] } }],
    [
      'SELECT x (QRESYNC (7 90 1:5 (1 4)) CONDSTORE)',
      {
        condstore: true,
        qresync: {
          uidValidity: 7,
          modseq: 90,
          knownUids: [range(1, 5)],
          match: { sequence: [range(1, 1)], uids: [range(4, 4)] },
        },
      },
    ],
  ] as [string, Partial<Command>][]);
  refuses([
    'SELECT x ()',
    'SELECT x (QRESYNC)',
    'SELECT x (QRESYNC (0 1))',
    'SELECT x (QRESYNC (1 2 1:*))',
    'SELECT x (X)',
  ]);
});

test('STATUS takes known items, each once', () => {
  accepts([['STATUS x (MESSAGES messages UIDNEXT)', { name: 'STATUS', items: ['MESSAGES', 'UIDNEXT'] }]]);
  refuses(['STATUS x', 'STATUS x ()', 'STATUS x (X)', 'STATUS x MESSAGES', 'STATUS (MESSAGES)']);
});

test('LIST takes selections, several patterns and returns', () => {
  const none = { subscribed: false, children: false, specialUse: false };
  accepts([
    ['LIST "" *', { name: 'LIST', extended: false, reference: '', patterns: ['*'], returns: none }],
    ['LIST a/ "%"', { name: 'LIST', reference: 'a/', patterns: ['%'] }],
    ['LIST () "" (a b*)', { name: 'LIST', extended: true, patterns: ['a', 'b*'] }],
    ['LIST (SUBSCRIBED REMOTE) "" x', { selection: new Set(['SUBSCRIBED', 'REMOTE'] as const) }],
    [
      'LIST "" x RETURN (SUBSCRIBED STATUS (UNSEEN) CHILDREN SPECIAL-USE)',
      { returns: { subscribed: true, children: true, specialUse: true, status: ['UNSEEN'] } },
    ],
    ['LSUB "" %', { name: 'LSUB', reference: '', pattern: '%' }],
  ]);
  refuses([
    'LIST',
    'LIST ""',
    'LIST "" ()',
    'LIST (X) "" *',
    'LIST "" * RETURN',
    'LIST "" * RETURN (STATUS)',
    'LIST "" * (X)',
  ]);
});

test('quota and metadata', () => {
  accepts([
    ['GETQUOTA ""', { name: 'GETQUOTA', root: '' }],
    [
      'SETQUOTA r (STORAGE 5 MESSAGE 6)',
      {
        limits: [
          { resource: 'STORAGE', limit: 5 },
          { resource: 'MESSAGE', limit: 6 },
        ],
      },
    ],
    [
      'GETMETADATA (MAXSIZE 5 DEPTH 1) x (/private/A /shared/b)',
      { entries: ['/private/a', '/shared/b'], maxSizeBytes: 5, depth: 1 },
    ],
    [
      'SETMETADATA x (/private/a NIL /private/b ~{1}\r\n\0)',
      {
        values: [
          { entry: '/private/a', value: undefined },
          { entry: '/private/b', value: Buffer.from([0]) },
        ],
      },
    ],
  ] as [string, Partial<Command>][]);
  refuses([
    'GETQUOTA',
    'SETQUOTA r STORAGE 5',
    'SETQUOTA r (STORAGE)',
    'GETMETADATA x',
    'GETMETADATA x private/a',
    'GETMETADATA x /private/a*',
    'SETMETADATA x (/private/a)',
    'SETMETADATA x (/private "v")',
  ]);
});

test('tags are what the grammar allows, up to 255 octets', () => {
  const tagOf = (text: string): string => parseCommand(Buffer.from(text), DEFAULT_DECODER_OPTIONS).tag;
  assert.equal(tagOf('a.1-_/] NOOP'), 'a.1-_/]');
  for (const bad of ['+a NOOP', '(a NOOP', ' NOOP', '"a" NOOP', 'è NOOP', `${'x'.repeat(256)} NOOP`])
    assert.equal(tagOf(bad), '*');
  assert.equal(tagOf(`${'x'.repeat(255)} NOOP`).length, 255);
});
