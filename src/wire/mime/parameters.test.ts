// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unfold } from './header.ts';
import {
  firstToken,
  formatParameters,
  MAX_PARAMETERS,
  parseContentType,
  parseDisposition,
} from './parameters.ts';

const types: readonly (readonly [
  value: string,
  type: string | undefined,
  params?: Record<string, string>,
])[] = [
  ['text/plain', 'text/plain'],
  ['TEXT/Html; Charset=UTF-8', 'text/html', { charset: 'UTF-8' }],
  [' text / plain ; charset = utf-8 ; ', 'text/plain', { charset: 'utf-8' }],
  ['(c)text(c)/(c)plain(c);(c)charset(c)=(c)utf-8(c)', 'text/plain', { charset: 'utf-8' }],
  ['application/vnd.ms-excel.sheet+xml;name=x', 'application/vnd.ms-excel.sheet+xml', { name: 'x' }],
  ['text', undefined],
  ['text/', undefined],
  ['/plain', undefined],
  ['', undefined],
  ['"text"/plain', undefined],
  ['text/plain; charset="utf-8"; format=flowed', 'text/plain', { charset: 'utf-8', format: 'flowed' }],
  ['text/plain charset=utf-8', 'text/plain', { charset: 'utf-8' }],
  ['text/plain; charset="utf-8" format=flowed', 'text/plain', { charset: 'utf-8', format: 'flowed' }],
  ['text/plain;;; ;charset=utf-8;', 'text/plain', { charset: 'utf-8' }],
  ['text/plain; charset', 'text/plain', {}],
  ['text/plain; charset=', 'text/plain', { charset: '' }],
  ['text/plain; =x; charset=y', 'text/plain', { charset: 'y' }],
  ['text/plain; junk "a;b=c" ; charset=y', 'text/plain', { charset: 'y' }],
  ['text/plain; charset=a; charset=b', 'text/plain', { charset: 'a' }],
  ['multipart/mixed; boundary="a \\"b\\" \\\\ c"', 'multipart/mixed', { boundary: 'a "b" \\ c' }],
  ['multipart/mixed; boundary=----=_Part(1)/x:y', 'multipart/mixed', { boundary: '----=_Part(1)/x:y' }],
  ["multipart/mixed; boundary='a'", 'multipart/mixed', { boundary: "'a'" }],
  ['multipart/mixed; boundary="=?utf-8?q?x?="', 'multipart/mixed', { boundary: '=?utf-8?q?x?=' }],
  ['multipart/mixed; boundary="open', 'multipart/mixed', { boundary: 'open' }],
  [
    'multipart/signed; protocol="application/pkcs7-signature"; micalg="sha-256"; boundary="x"',
    'multipart/signed',
    { protocol: 'application/pkcs7-signature', micalg: 'sha-256', boundary: 'x' },
  ],
  [
    'application/pdf; name=Il mio file (1).pdf; x=y',
    'application/pdf',
    { name: 'Il mio file (1).pdf', x: 'y' },
  ],
  ['application/pdf; name="a;b.pdf"', 'application/pdf', { name: 'a;b.pdf' }],
  ['application/pdf; name="=?iso-8859-1?Q?perch=E9.pdf?="', 'application/pdf', { name: 'perché.pdf' }],
  [
    'application/pdf; name="=?utf-8?B?cGVyY2g=?=\r\n =?utf-8?B?w6kucGRm?="',
    'application/pdf',
    { name: 'perché.pdf' },
  ],
  ['application/pdf; name==?utf-8?q?perch=C3=A9.pdf?=', 'application/pdf', { name: 'perché.pdf' }],
  ["application/pdf; name*=UTF-8''perch%C3%A9.pdf", 'application/pdf', { name: 'perché.pdf' }],
  ["application/pdf; name*=iso-8859-1'it'perch%e9.pdf", 'application/pdf', { name: 'perché.pdf' }],
  ['application/pdf; name*="UTF-8\'\'perch%C3%A9.pdf"', 'application/pdf', { name: 'perché.pdf' }],
  ["application/pdf; name*=''perch%C3%A9", 'application/pdf', { name: 'perché' }],
  ['application/pdf; name*=perch%C3%A9', 'application/pdf', { name: 'perché' }],
  ["application/pdf; name*=UTF-8''100%25%zz%", 'application/pdf', { name: '100%%zz%' }],
  ['application/pdf; name="plain.pdf"; name*=UTF-8\'\'better.pdf', 'application/pdf', { name: 'better.pdf' }],
  ['application/pdf; name*0=a; name*1="b c"; name*2=d', 'application/pdf', { name: 'ab cd' }],
  [
    'application/pdf; name*1*=%C3%A9; name*0*=UTF-8\'\'perch; name*2=".pdf"',
    'application/pdf',
    { name: 'perché.pdf' },
  ],
  ["application/pdf; name*0*=UTF-8''perch%C3; name*1*=%A9.pdf", 'application/pdf', { name: 'perché.pdf' }],
  ["application/pdf; name*0*=UTF-8''it's; name*1*=%27x'y", 'application/pdf', { name: "it's'x'y" }],
  ['application/pdf; name*0=a; name*2=c', 'application/pdf', { name: 'a' }],
  ['application/pdf; name*1=b', 'application/pdf', {}],
  [
    'application/pdf; name*0=a; name*0=z; name*01=b; name*x=c; *0=d; name**=e',
    'application/pdf',
    { name: 'a', 'name*01': 'b', 'name*x': 'c', '*0': 'd', 'name**': 'e' },
  ],
  ["message/rfc822; name*=x-none''%E8", 'message/rfc822', { name: 'è' }],
];

for (const [value, type, params = {}] of types) {
  test(`content type: ${JSON.stringify(value)}`, () => {
    const read = parseContentType(value);
    assert.equal(read && `${read.type}/${read.subtype}`, type);
    if (read !== undefined) assert.deepEqual({ ...read.params }, params);
  });
}

const dispositions: readonly (readonly [value: string, expected: ReturnType<typeof parseDisposition>])[] = [
  ['inline', { type: 'inline', params: {} }],
  [
    'Attachment; FileName="A.pdf"; size=12',
    { type: 'attachment', params: { filename: 'A.pdf', size: '12' } },
  ],
  ['attachment; filename=a(1) b.pdf ', { type: 'attachment', params: { filename: 'a(1) b.pdf' } }],
  ['filename=a.pdf', { type: 'attachment', params: { filename: 'a.pdf' } }],
  ['; filename=a.pdf', undefined],
  ['', undefined],
];

for (const [value, expected] of dispositions) {
  test(`content disposition: ${JSON.stringify(value)}`, () =>
    assert.deepEqual(parseDisposition(value), expected));
}

test('first token of a value', () => {
  assert.equal(firstToken(' (c) BASE64 (d)'), 'base64');
  assert.equal(firstToken('quoted-printable;'), 'quoted-printable');
  assert.equal(firstToken(''), '');
});

test('SEC-13 parameters: the limit itself passes, one more is left aside', () => {
  const value = (n: number) => `a/b${Array.from({ length: n }, (_, i) => `;p${i}=x`).join('')}`;
  assert.equal(Object.keys(parseContentType(value(MAX_PARAMETERS))?.params ?? {}).length, MAX_PARAMETERS);
  assert.equal(Object.keys(parseContentType(value(MAX_PARAMETERS + 1))?.params ?? {}).length, MAX_PARAMETERS);
});

test('writing: tokens stay, names are quoted, the rest as needed', () => {
  assert.equal(
    formatParameters({ charset: 'utf-8', name: 'daticert.xml' }, 20),
    '; charset=utf-8; name="daticert.xml"',
  );
  assert.equal(
    formatParameters({ boundary: 'b1', micalg: 'sha-256' }, 20),
    '; boundary="b1"; micalg=sha-256',
  );
  assert.equal(
    formatParameters({ protocol: 'application/pkcs7-signature', x: '' }, 10),
    '; protocol="application/pkcs7-signature"; x=""',
  );
  assert.equal(formatParameters({ filename: 'a"b\\c.pdf' }, 10), '; filename="a\\"b\\\\c.pdf"');
  assert.equal(
    formatParameters({ filename: 'perché.pdf.hash' }, 31),
    "; filename*=UTF-8''perch%C3%A9.pdf.hash",
  );
});

test('writing: long lines are folded, long values split', () => {
  assert.equal(
    formatParameters({ name: 'postacert.eml', charset: 'utf-8' }, 60),
    ';\r\n name="postacert.eml"; charset=utf-8',
  );
  assert.equal(
    formatParameters({ filename: `${'x'.repeat(80)}.pdf` }, 31),
    `;\r\n filename*0="${'x'.repeat(60)}";\r\n filename*1="${'x'.repeat(20)}.pdf"`,
  );
  assert.equal(
    formatParameters({ filename: 'è'.repeat(15) }, 31),
    `;\r\n filename*0*=UTF-8''${'%C3%A8'.repeat(8)};\r\n filename*1*=${'%C3%A8'.repeat(7)}`,
  );
});

test('writing: what is written is read back, in lines of at most 76 columns', () => {
  const unit = fc.constantFrom(
    'a',
    ' ',
    '"',
    '\\',
    "'",
    '%',
    '*',
    ';',
    '(',
    '=',
    'è',
    '€',
    '😀',
    '\t',
    '\r\n',
    'lungo-nome',
  );
  const value = fc.array(unit, { maxLength: 40 }).map((units) => units.join(''));
  const params = fc.record({ name: value, filename: value, 'x-other': value }, { requiredKeys: [] });
  fc.assert(
    fc.property(params, fc.integer({ min: 10, max: 70 }), (given, column) => {
      const written = formatParameters(given, column);
      assert.match(written, /^(?:[ -~]|\r\n )*$/);
      for (const line of (' '.repeat(column) + written).split('\r\n')) assert.ok(line.length <= 76, line);
      assert.deepEqual({ ...parseContentType(`a/b${unfold(written)}`)?.params }, { ...given });
    }),
    { numRuns: 500 },
  );
});

test('parameters: any text is read without complaint', () => {
  const piece = fc.constantFrom(
    'a',
    '/',
    ';',
    '=',
    '"',
    '\\',
    '(',
    ')',
    '*',
    '0',
    "'",
    '%',
    ' ',
    'name',
    'name*0*',
    '\0',
    'è',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const params = parseContentType(`a/b${pieces.join('')}`)?.params ?? {};
      assert.ok(Object.values(params).every((value) => typeof value === 'string'));
      parseDisposition(pieces.join(''));
    }),
    { numRuns: 1000 },
  );
});

test('SEC-13 parameters: hostile values take linear time', { timeout: 60_000 }, () => {
  for (const piece of [
    ';',
    '=',
    '"',
    '\\',
    '(',
    ';a=b',
    ';a*0=b',
    "'",
    '%',
    ';a="',
    '*',
    ' ',
    ';name=x',
    "x'",
  ]) {
    const read = parseContentType(`a/b${piece.repeat(200_000)}`);
    assert.ok(Object.keys(read?.params ?? {}).length <= MAX_PARAMETERS);
    parseContentType(`a/b; name*=u''${piece.repeat(200_000)}`);
  }
});
