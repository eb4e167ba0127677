// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatAddressList,
  formatMailbox,
  isAddress,
  normalizeAddress,
  parseAddressList,
  sameAddress,
} from './addresses.ts';
import { unfold } from './header.ts';

/** What a list reads as: `name <address>`, invalid addresses with a question mark, groups as `name:[...]`. */
function show(text: string): string {
  const mailbox = (m: { name?: string; address: string; valid: boolean }) =>
    `${m.name === undefined ? '' : `${m.name} `}<${m.address}>${m.valid ? '' : '?'}`;
  return parseAddressList(text)
    .entries.map((entry) =>
      'mailboxes' in entry ? `${entry.name}:[${entry.mailboxes.map(mailbox).join(', ')}]` : mailbox(entry),
    )
    .join(', ');
}

function verdict(text: string): 'valid' | 'obsolete' | 'invalid' {
  const { valid, obsolete } = parseAddressList(text);
  if (!valid) return 'invalid';
  return obsolete ? 'obsolete' : 'valid';
}

const rows: readonly (readonly [text: string, shown: string, verdict: 'valid' | 'obsolete' | 'invalid'])[] = [
  ['a@x.test', '<a@x.test>', 'valid'],
  ['<a@x.test>', '<a@x.test>', 'valid'],
  ['Mario Rossi <m.rossi@Comune.X.test>', 'Mario Rossi <m.rossi@Comune.X.test>', 'valid'],
  ['"Rossi, Mario" <a@x.test>, b@x.test', 'Rossi, Mario <a@x.test>, <b@x.test>', 'valid'],
  ['"a \\"b\\" \\\\ c" <a@x.test>', 'a "b" \\ c <a@x.test>', 'valid'],
  [
    '"Per conto di: a@x.test" <posta-certificata@p.test>',
    'Per conto di: a@x.test <posta-certificata@p.test>',
    'valid',
  ],
  ['"" <a@x.test>', '<a@x.test>', 'valid'],
  ['a@x.test (Mario Rossi)', 'Mario Rossi <a@x.test>', 'valid'],
  ['a@x.test (one (nested \\) ) )', 'one (nested ) ) <a@x.test>', 'valid'],
  ['(one (nested \\) ) ) a@x.test', '<a@x.test>', 'valid'],
  ['Mario (il capo) Rossi <a@x.test> (ufficio)', 'Mario Rossi <a@x.test>', 'valid'],
  ['=?utf-8?q?Niccol=C3=B2?= <a@x.test>', 'Niccolò <a@x.test>', 'valid'],
  ['=?utf-8?q?Niccol=C3=B2?=\r\n =?utf-8?q?_Rossi?= <a@x.test>', 'Niccolò Rossi <a@x.test>', 'valid'],
  ['"=?utf-8?q?Niccol=C3=B2?=" <a@x.test>', 'Niccolò <a@x.test>', 'valid'],
  ['=?utf-8?q?Rossi,_Mario?= <a@x.test>', 'Rossi, Mario <a@x.test>', 'obsolete'],
  ['=?utf-8?q?a@x.test?= <b@x.test>', 'a@x.test <b@x.test>', 'obsolete'],
  ['=?utf-8?q?<a@x.test>?= <b@x.test>', '=?utf-8?q? <a@x.test>', 'invalid'],
  ['Niccol\u00f2 <a@x.test>', 'Niccolò <a@x.test>', 'valid'],
  ['undisclosed-recipients:;', 'undisclosed-recipients:[]', 'valid'],
  ['Giunta: a@x.test, "B" <b@x.test>; , c@x.test', 'Giunta:[<a@x.test>, B <b@x.test>], <c@x.test>', 'valid'],
  ['Giunta: a@x.test; c@x.test', 'Giunta:[<a@x.test>], <c@x.test>', 'invalid'],
  ['Giunta: a@x.test', 'Giunta:[<a@x.test>]', 'invalid'],
  ['A: B: a@x.test;;', 'A:[<B>?, <a@x.test>]', 'invalid'],
  [': a@x.test;', ':[<a@x.test>]', 'invalid'],
  ['mailto:a@x.test', 'mailto:[<a@x.test>]', 'invalid'],
  ['"a b"@x.test', '<"a b"@x.test>', 'valid'],
  ['"mario"@x.test', '<mario@x.test>', 'valid'],
  ['"a..b"@x.test', '<"a..b"@x.test>', 'valid'],
  ['a..b@x.test', '<a..b@x.test>?', 'invalid'],
  ['.a@x.test', '<.a@x.test>?', 'invalid'],
  ['a.@x.test', '<a.@x.test>?', 'invalid'],
  ['a@[192.0.2.1]', '<a@[192.0.2.1]>', 'valid'],
  ['a@[IPv6:2001:db8::1]', '<a@[IPv6:2001:db8::1]>', 'valid'],
  ['a@[300.0.0.1]', '<a@[300.0.0.1]>?', 'invalid'],
  ['a@[192.0.2.1', '<a@[192.0.2.1>?', 'invalid'],
  ['a@x', '<a@x>', 'valid'],
  ['a@-x.test', '<a@-x.test>?', 'invalid'],
  ['a@x_y.test', '<a@x_y.test>?', 'invalid'],
  ['a@x.test.', '<a@x.test.>?', 'invalid'],
  ['a@x..test', '<a@x..test>?', 'invalid'],
  ['ni\u00f2@x.test', '<niò@x.test>?', 'invalid'],
  ['a@citt\u00e0.test', '<a@città.test>?', 'invalid'],
  ['a', '<a>?', 'invalid'],
  ['<a>', '<a>?', 'invalid'],
  ['@x.test', '<@x.test>?', 'invalid'],
  ['a@', '<a@>?', 'invalid'],
  ['<>', '<>?', 'invalid'],
  ['a@b@x.test', '<a@b@x.test>?', 'invalid'],
  ['a@x.test b@x.test', '<a@x.testb@x.test>?', 'invalid'],
  ['Mario Rossi a@x.test', '<MarioRossia@x.test>?', 'invalid'],
  ['Mario <a@x.test', 'Mario <a@x.test>', 'invalid'],
  ['Mario <a@x.test, b@x.test', 'Mario <a@x.test>, <b@x.test>', 'invalid'],
  ['a@x.test>', '<a@x.test>', 'invalid'],
  ['<<a@x.test>>', '<>?', 'invalid'],
  ['<a@x.test> Mario', '<a@x.test>', 'invalid'],
  ['<a@x.test> <b@x.test>', '<a@x.test>', 'invalid'],
  ['"Mario <a@x.test>', '<Mario <a@x.test>>?', 'invalid'],
  ['a@x.test (open', 'open <a@x.test>', 'invalid'],
  ['a@x.test; b@x.test', '<a@x.test>, <b@x.test>', 'invalid'],
  ['a@x.test\0', '<a@x.test\0>?', 'invalid'],
  ['', '', 'invalid'],
  [' \t', '', 'invalid'],
  [',', '', 'invalid'],
  ['(only a comment)', '', 'invalid'],
  // RFC 5322 section 4.4
  ['a@x.test,', '<a@x.test>', 'obsolete'],
  [',a@x.test, ,b@x.test', '<a@x.test>, <b@x.test>', 'obsolete'],
  ['g: , a@x.test;', 'g:[<a@x.test>]', 'obsolete'],
  ['John Q. Public <a@x.test>', 'John Q. Public <a@x.test>', 'obsolete'],
  ['Dott.ssa Bianchi <a@x.test>', 'Dott.ssa Bianchi <a@x.test>', 'obsolete'],
  ['<@r.test,@s.test:a@x.test>', '<a@x.test>', 'obsolete'],
  ['<@r.test a@x.test>', '<>?', 'invalid'],
  ['a . b @ x . test', '<a.b@x.test>', 'obsolete'],
  ['a(c)@(d)x.test', '<a@x.test>', 'obsolete'],
  ['"a".b@x.test', '<a.b@x.test>', 'obsolete'],
  // no syntax at all, yet plain
  ['a@x.test <a@x.test>', 'a@x.test <a@x.test>', 'obsolete'],
  ['[Lista] Soci <a@x.test>', '[Lista] Soci <a@x.test>', 'obsolete'],
];

for (const [text, shown, expected] of rows) {
  test(`addresses: ${JSON.stringify(text)} is ${expected}`, () => {
    assert.equal(show(text), shown);
    assert.equal(verdict(text), expected);
  });
}

test('addresses: raw display names are kept for those who want them', () => {
  const [mailbox] = parseAddressList('=?utf-8?q?Niccol=C3=B2?= <n@x.test>').mailboxes;
  assert.deepEqual(mailbox, {
    name: 'Niccolò',
    rawName: '=?utf-8?q?Niccol=C3=B2?=',
    address: 'n@x.test',
    localPart: 'n',
    domain: 'x.test',
    valid: true,
  });
});

test('addresses: mailboxes of groups count among all, in order', () => {
  const { mailboxes, groups } = parseAddressList('a@x.test, g: b@x.test, c@x.test;, d@x.test');
  assert.deepEqual(
    mailboxes.map((mailbox) => mailbox.localPart),
    ['a', 'b', 'c', 'd'],
  );
  assert.equal(groups.length, 1);
});

test('addresses: sizes of RFC 5321 section 4.5.3.1, and one more', () => {
  const label = 'x'.repeat(63);
  const local = 'l'.repeat(64);
  assert.ok(isAddress(`${local}@x.test`));
  assert.ok(!isAddress(`${local}l@x.test`));
  assert.ok(isAddress(`l@${label}.test`));
  assert.ok(!isAddress(`l@${label}x.test`));
  const domain = [label, label, 'x'.repeat(61)].join('.');
  assert.ok(isAddress(`${local}@${domain}`.slice(0, 254)));
  assert.equal(`${local}@${domain}`.length, 254);
  assert.ok(!isAddress(`${local}@${domain}x`));
});

test('addresses: isAddress takes one bare address and nothing else', () => {
  for (const text of [
    'a@x.test',
    'a+b=c@x.test',
    '"a b"@x.test',
    '"a\\"b"@x.test',
    "o'neill@x.test",
    'a@1.test',
  ]) {
    assert.ok(isAddress(text), text);
  }
  for (const text of [
    '',
    '<a@x.test>',
    'a@x.test ',
    'a@x.test\n',
    'a b@x.test',
    '"a@x.test',
    '"a"b@x.test',
    'a(c)@x.test',
    'a@x.test,b@x.test',
  ]) {
    assert.ok(!isAddress(text), text);
  }
});

test('AP-9 addresses: the same mailbox whatever the case and needless quotes', () => {
  assert.ok(sameAddress('Mario.Rossi@X.test', 'mario.rossi@x.TEST'));
  assert.ok(sameAddress('"Mario"@x.test', 'mario@x.test'));
  assert.ok(sameAddress('"a\\b"@x.test', '"ab"@x.test'));
  assert.ok(!sameAddress('"a b"@x.test', 'ab@x.test'));
  assert.ok(!sameAddress('a@x.test', 'a@y.test'));
  assert.ok(!sameAddress('\u212aarl@x.test', 'karl@x.test'), 'a Kelvin sign is no k');
  assert.ok(!sameAddress('a@x.test', ''));
});

test('addresses: normalisation lowers the domain only', () => {
  assert.equal(normalizeAddress('Mario@X.Test'), 'Mario@x.test');
  assert.equal(normalizeAddress('"A@B"@X.Test'), '"A@B"@x.test');
  assert.equal(normalizeAddress('Mario'), 'Mario');
});

test('addresses: written mailboxes are quoted, encoded and folded as they need', () => {
  assert.equal(formatMailbox({ address: 'a@x.test' }), 'a@x.test');
  assert.equal(formatMailbox({ name: ' ', address: 'a@x.test' }), 'a@x.test');
  assert.equal(formatMailbox({ name: 'Mario Rossi', address: 'a@x.test' }), 'Mario Rossi <a@x.test>');
  assert.equal(formatMailbox({ name: 'Rossi, "M"', address: 'a@x.test' }), '"Rossi, \\"M\\"" <a@x.test>');
  assert.equal(
    formatMailbox({ name: 'Niccolò', address: 'a@x.test' }, 6),
    '=?ISO-8859-1?Q?Niccol=F2?= <a@x.test>',
  );
  assert.equal(
    formatMailbox(
      { name: 'Per conto di: ufficio.protocollo@comune.x.test', address: 'posta-certificata@gestore.test' },
      6,
    ),
    '"Per conto di: ufficio.protocollo@comune.x.test"\r\n <posta-certificata@gestore.test>',
  );
});

test('addresses: what is written is read back, in lines of at most 76 columns', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'ò', '€', '"', '\\', ' ', ',', '<', '.', '=?', '漢', '😀'),
    maxLength: 40,
  });
  const address = fc.constantFrom('a@x.test', 'ufficio.protocollo@comune.molto-lungo.x.test', '"a b"@x.test');
  fc.assert(
    fc.property(
      fc.array(fc.record({ name, address }), { minLength: 1, maxLength: 6 }),
      fc.nat(20),
      (list, column) => {
        const text = formatAddressList(list, column);
        const read = parseAddressList(text);
        assert.ok(read.valid && !read.obsolete, text);
        assert.deepEqual(
          read.mailboxes.map((mailbox) => [mailbox.name ?? '', mailbox.address]),
          list.map((mailbox) => [mailbox.name.trim(), mailbox.address]),
        );
        const lines = `${' '.repeat(column)}${text}`.split('\r\n');
        assert.ok(
          lines.every((line) => line.length <= 76),
          text,
        );
        assert.equal(read.mailboxes.length, parseAddressList(unfold(text)).mailboxes.length);
      },
    ),
  );
});

test('addresses: any text is read without complaint', () => {
  const piece = fc.constantFrom(
    'a',
    '@',
    '.',
    ',',
    ';',
    ':',
    '<',
    '>',
    '(',
    ')',
    '"',
    '\\',
    '[',
    ']',
    ' ',
    '\0',
    'ò',
    '=?u?q?',
    '?=',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { mailboxes, valid } = parseAddressList(pieces.join(''));
      if (valid) for (const mailbox of mailboxes) assert.ok(isAddress(mailbox.address), mailbox.address);
    }),
    { numRuns: 1000 },
  );
});

test('SEC-13 addresses: hostile fields take linear time', { timeout: 60_000 }, () => {
  const times = 50_000;
  for (const piece of [
    '(',
    ')',
    '"',
    '\\',
    '<',
    '>',
    ',',
    ':',
    ';',
    '@',
    '.',
    '[',
    '=?',
    '=?a?q?',
    'a@x.test,',
    'g:',
    '<@a,',
    '"\\"',
    ' ',
  ]) {
    assert.ok(parseAddressList(piece.repeat(times)).mailboxes.length <= times);
  }
  assert.ok(!isAddress('a.'.repeat(times)));
});
