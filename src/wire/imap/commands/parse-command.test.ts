// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DECODER_OPTIONS } from '../grammar/decoder.ts';
import type { Command } from './command.ts';
import { parseCommand } from './parse-command.ts';

/** The command, or the text of its refusal. */
function parsed(text: string, options: { utf8: boolean } = { utf8: false }): Command | string {
  const octets = Buffer.from(`t ${text}`, 'utf8');
  const outcome = parseCommand(octets, { ...DEFAULT_DECODER_OPTIONS, ...options });
  if (outcome.is === 'command') return outcome.command;
  return outcome.is === 'refused' ? `${outcome.refusal.status} ${outcome.refusal.text}` : 'incomplete';
}

function accepts(cases: readonly (readonly [string, Partial<Command>])[]): void {
  for (const [text, wanted] of cases) {
    const command = parsed(text);
    assert.ok(typeof command !== 'string', `${text}: ${String(command)}`);
    assert.deepEqual({ ...command, ...wanted }, command, text);
  }
}

function refuses(cases: readonly string[]): void {
  for (const text of cases) assert.equal(typeof parsed(text), 'string', text);
}

const ranges = (
  ...pairs: [number, number][]
): { saved: false; ranges: { first: number; last: number }[] } => ({
  saved: false,
  ranges: pairs.map(([first, last]) => ({ first, last })),
});
const TOP = Number.POSITIVE_INFINITY;

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

test('message sets hold numbers, ranges, * and $', () => {
  accepts([
    ['FETCH 1,3:5,* UID', { set: ranges([1, 1], [3, 5], [TOP, TOP]) }],
    ['FETCH 5:3 UID', { set: ranges([3, 5]) }],
    ['FETCH *:4 UID', { set: ranges([4, TOP]) }],
    ['FETCH $ UID', { set: { saved: true } }],
  ]);
  refuses([
    'FETCH 0 UID',
    'FETCH 1: UID',
    'FETCH :1 UID',
    'FETCH 1,,2 UID',
    'FETCH 1, UID',
    'FETCH $,1 UID',
    'FETCH 4294967296 UID',
  ]);
});

test('FETCH takes items, sections, partials and modifiers', () => {
  accepts([
    [
      'FETCH 1 ALL',
      { items: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'].map((item) => ({ item })) as never },
    ],
    [
      'FETCH 1 (uid Body bodystructure)',
      { items: [{ item: 'UID' }, { item: 'BODY' }, { item: 'BODYSTRUCTURE' }] },
    ],
    ['FETCH 1 BODY[]', { items: [{ item: 'BODY[]', peek: false, section: { part: [] } }] }],
    [
      'FETCH 1 BODY.PEEK[1.2.HEADER.FIELDS (From "X y")]<3.4>',
      {
        items: [
          {
            item: 'BODY[]',
            peek: true,
            section: { part: [1, 2], text: 'HEADER.FIELDS', fields: ['From', 'X y'] },
            partial: { offset: 3, count: 4 },
          },
        ],
      },
    ],
    ['FETCH 1 BINARY.SIZE[2]', { items: [{ item: 'BINARY.SIZE', part: [2] }] }],
    ['UID FETCH 1 (FLAGS) (CHANGEDSINCE 5 VANISHED)', { uid: true, changedSince: 5, vanished: true }],
  ] as [string, Partial<Command>][]);
  refuses([
    'FETCH 1',
    'FETCH 1 ()',
    'FETCH 1 X',
    'FETCH 1 (ALL)',
    'FETCH 1 BODY[',
    'FETCH 1 BODY[X]',
    'FETCH 1 BODY[MIME]',
    'FETCH 1 BODY[1.]',
    'FETCH 1 BODY[0]',
    'FETCH 1 BODY[]<1>',
    'FETCH 1 BODY[]<1.0>',
    'FETCH 1 BODY[]<1.2',
    'FETCH 1 BINARY[HEADER]',
    'FETCH 1 BODY[TEXT.1]',
    'FETCH 1 FLAGS (VANISHED)',
    'FETCH 1 FLAGS (CHANGEDSINCE 5 VANISHED)',
    'FETCH 1 FLAGS UID',
    'FETCH 1 BODY.PEEK',
    'FETCH 1 UID[1]',
  ]);
});

test('STORE takes modes and flags, with or without parentheses', () => {
  accepts([
    ['STORE 1 FLAGS ()', { mode: 'set', silent: false, flags: [] }],
    ['STORE 1 +flags.silent (\\seen $x)', { mode: 'add', silent: true, flags: ['\\Seen', '$x'] }],
    ['STORE 1 -FLAGS \\Draft a', { mode: 'remove', flags: ['\\Draft', 'a'] }],
    ['UID STORE 1 (UNCHANGEDSINCE 0) FLAGS (a A)', { uid: true, unchangedSince: 0, flags: ['a'] }],
  ]);
  refuses([
    'STORE 1',
    'STORE 1 FLAGS',
    'STORE 1 FLAGS (',
    'STORE 1 FLAGS (\\Recent)',
    'STORE 1 ++FLAGS (a)',
    'STORE 1 FLAGS (a,b) x',
  ]);
  refuses([
    `STORE 1 FLAGS (${'x'.repeat(256)})`,
    `STORE 1 FLAGS (${Array.from({ length: 129 }, (_, i) => `k${i}`).join(' ')})`,
  ]);
});

test('COPY, MOVE and UID EXPUNGE take a set', () => {
  accepts([
    ['COPY 1 x', { name: 'COPY', uid: false, mailbox: 'x' }],
    ['UID MOVE 1:* x', { name: 'MOVE', uid: true }],
    ['UID EXPUNGE 1:*', { name: 'UID EXPUNGE', set: ranges([1, TOP]) }],
  ]);
  refuses(['COPY 1', 'COPY x 1', 'UID COPY', 'UID EXPUNGE', 'UID', 'UID NOOP', 'UID UID FETCH 1 UID']);
});

test('SEARCH takes keys, nested, with return options and a charset', () => {
  const seen = { key: 'flag', flag: '\\Seen' };
  accepts([
    ['SEARCH ALL', { program: { key: 'all' }, returns: undefined }],
    ['SEARCH UNSEEN', { program: { key: 'not', of: seen } }],
    [
      'SEARCH OR SEEN (SEEN ALL)',
      { program: { key: 'or', keys: [seen, { key: 'and', keys: [seen, { key: 'all' }] }] } },
    ],
    ['SEARCH RETURN () CHARSET "utf-8" SEEN', { returns: new Set(['ALL']), program: seen }],
    ['SEARCH HEADER X-A ""', { program: { key: 'header', field: 'x-a', text: '' } }],
    ['SEARCH FROM "è"', { program: { key: 'header', field: 'from', text: 'è' } }],
    ['SEARCH SENTSINCE 2-Jan-1970', { program: { key: 'since', by: 'sent', day: 1 } }],
    ['SEARCH SAVEDON "1-Jan-1970"', { program: { key: 'on', by: 'saved', day: 0 } }],
    ['SEARCH MODSEQ "/flags/\\\\Seen" priv 7', { program: { key: 'modseq', modseq: 7 } }],
    ['UID SEARCH UID 1,5 3', { uid: true }],
    [
      'SORT (REVERSE DATE SIZE) UTF-8 ALL',
      {
        criteria: [
          { field: 'DATE', reverse: true },
          { field: 'SIZE', reverse: false },
        ],
      },
    ],
    ['THREAD references us-ascii ALL', { name: 'THREAD', algorithm: 'REFERENCES' }],
  ] as [string, Partial<Command>][]);
  refuses([
    'SEARCH',
    'SEARCH X',
    'SEARCH (ALL',
    'SEARCH ALL)',
    'SEARCH RETURN (X) ALL',
    'SEARCH RETURN (ALL)',
    'SEARCH CHARSET x ALL',
    'SEARCH NOT',
    'SEARCH OR ALL',
    'SEARCH KEYWORD',
    'SEARCH LARGER -1',
    'SEARCH ON 30-Feb-2024',
    'SEARCH ON 1-Foo-2024',
    'SEARCH YOUNGER 0',
    'SEARCH UID x',
    'SEARCH KEYWORD \\Recent',
    'SORT () UTF-8 ALL',
    'SORT (DATE) ALL',
    'SORT (REVERSE) UTF-8 ALL',
    'THREAD X UTF-8 ALL',
    'THREAD REFERENCES ALL',
  ]);
});

test('APPEND ends at its literal', () => {
  accepts([
    [
      'APPEND x {5}\r\n',
      {
        name: 'APPEND',
        message: { flags: [], utf8: false, literal: { sizeBytes: 5, synchronizing: true, binary: false } },
      },
    ],
    [
      'APPEND x (\\Seen) " 1-Jan-1970 01:00:00 +0100" ~{5+}\r\n',
      {
        message: {
          flags: ['\\Seen'],
          internalDate: 0,
          utf8: false,
          literal: { sizeBytes: 5, synchronizing: false, binary: true },
        },
      },
    ],
  ]);
  refuses([
    'APPEND x',
    'APPEND x y',
    'APPEND x (\\Seen)',
    'APPEND x "1" {5}\r\n',
    'APPEND x {5-}\r\n',
    'APPEND x UTF8 {5}\r\n',
    'APPEND x {5}\r\nabcde',
  ]);
});

test('a literal that is still to come makes the command incomplete', () => {
  assert.equal(parsed('LOGIN {4}\r\n'), 'incomplete');
  assert.equal(parsed('LOGIN {4}\r\nuser {4}\r\n'), 'incomplete');
  assert.equal(parsed('NOOP {4}\r\n'), 'BAD Unexpected text after the arguments');
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
