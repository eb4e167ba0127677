// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from './command.ts';
import { accepts, parsed, ranges, refuses, TOP } from './parsing-cases.ts';

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
