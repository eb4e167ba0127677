// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeTransfer,
  decodeTransferred,
  encodeBase64,
  encodeQuotedPrintable,
  transferDecoder,
} from './transfer-encoding.ts';

const latin1 = (octets: Uint8Array) => Buffer.from(octets).toString('latin1');
const octets = (text: string) => Buffer.from(text, 'latin1');

test('base64 is written in lines of 76 columns, each with CRLF', () => {
  assert.equal(latin1(encodeBase64(octets(''))), '');
  assert.equal(latin1(encodeBase64(octets('Hello, PEC!'))), 'SGVsbG8sIFBFQyE=\r\n');
  assert.equal(latin1(encodeBase64(Buffer.alloc(57))), `${'A'.repeat(76)}\r\n`);
  assert.equal(latin1(encodeBase64(Buffer.alloc(58))), `${'A'.repeat(76)}\r\nAA==\r\n`);
});

const base64: readonly (readonly [title: string, text: string, expected: string])[] = [
  ['lines', 'SGVs\r\nbG8=\r\n', 'Hello'],
  ['blanks, controls and 8-bit octets among it', 'S G\tV\0s\xffbG8-=\n', 'Hello'],
  ['no padding', 'SGVsbG8', 'Hello'],
  ['too much padding', 'SGVsbG8====', 'Hello'],
  ['padding in the middle', 'SGVsbG8=SGVsbG8=', 'HelloHello'],
  ['padding, then text behind it', 'YQ==\r\n\r\n-- list footer', 'a\x96+-~\x8a-z'],
  ['a cut group of one character', 'SGVsb', 'Hel'],
  ['nothing but junk', '*** ===', ''],
];
for (const [title, text, expected] of base64) {
  test(`base64 is read with ${title}`, () =>
    assert.equal(latin1(decodeTransferred('base64', octets(text))), expected));
}

const quotedWritten: readonly (readonly [text: string, expected: string])[] = [
  ['', ''],
  ['a=b', 'a=3Db'],
  ['perch\xe9\r\n', 'perch=E9\r\n'],
  ['a \r\nb\t\r\nc ', 'a=20\r\nb=09\r\nc=20'],
  ['a\nb\rc\r', 'a=0Ab=0Dc=0D'],
  ['.\r\n.x\r\nx.', '=2E\r\n=2Ex\r\nx.'],
  ['From me\r\nFrom\r\nxFrom me', '=46rom me\r\nFrom\r\nxFrom me'],
  ['x'.repeat(76), 'x'.repeat(76)],
  ['x'.repeat(77), `${'x'.repeat(75)}=\r\nxx`],
  [`${'x'.repeat(75)}\xe9`, `${'x'.repeat(75)}=\r\n=E9`],
  [`${'x'.repeat(73)}\xe9`, `${'x'.repeat(73)}=E9`],
  [`${'x'.repeat(75)}.y`, `${'x'.repeat(75)}=\r\n=2Ey`],
];
for (const [text, expected] of quotedWritten) {
  test(`quoted-printable of ${JSON.stringify(text)}`, () => {
    assert.equal(latin1(encodeQuotedPrintable(octets(text))), expected);
  });
}

const quotedRead: readonly (readonly [title: string, text: string, expected: string])[] = [
  ['codes of either case', 'perch=E9 =e9', 'perch\xe9 \xe9'],
  ['soft line breaks', 'a=\r\nb=\nc= \t\r\nd', 'abcd'],
  ['a soft line break at the end', 'a=', 'a'],
  ['a soft line break and blanks at the end', 'a= \r', 'a'],
  ['blanks before line ends', 'a \t\r\nb \nc  ', 'a\r\nb\nc'],
  ['encoded blanks before line ends', 'a=20\r\nb =\r\nc', 'a \r\nb c'],
  ['an equals sign that starts nothing', '1=1 =XY =4 =', '1=1 =XY =4 '],
  ['one digit at the end', 'a=4', 'a=4'],
  ['8-bit octets', '\xe9', '\xe9'],
  ['CR alone', 'a \rb', 'a \rb'],
  ['more blanks than a line has', `a${' '.repeat(256)}\r\n`, `a${' '.repeat(256)}\r\n`],
  ['as many blanks as are waited for', `a${' '.repeat(255)}\r\n`, 'a\r\n'],
];
for (const [title, text, expected] of quotedRead) {
  test(`quoted-printable is read with ${title}`, () => {
    assert.equal(latin1(decodeTransferred('quoted-printable', octets(text))), expected);
  });
}

test('other encodings pass unchanged', () => {
  for (const encoding of ['7bit', '8bit', 'binary', 'x-unknown', '']) {
    assert.equal(latin1(decodeTransferred(encoding, octets('a=3D\r\n\0\xff'))), 'a=3D\r\n\0\xff');
  }
});

test('what is written is read back; lines stay within 76 columns of ASCII', () => {
  const text = fc.array(
    fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', '=', '.', 'From ', 'x', '\xe9', '\0', 'x'.repeat(37)),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(text, (pieces) => {
      const content = octets(pieces.join(''));
      for (const [encoding, encode] of [
        ['base64', encodeBase64],
        ['quoted-printable', encodeQuotedPrintable],
      ] as const) {
        const encoded = latin1(encode(content));
        assert.match(encoded, /^(?:[\t -~]{0,76}(?:\r\n|$))*$/);
        assert.doesNotMatch(encoded, /[ \t](?:\r\n|$)|^\.|^From /m);
        assert.deepEqual(decodeTransferred(encoding, octets(encoded)), content);
      }
    }),
    { numRuns: 300 },
  );
});

test('chunks may be cut anywhere', async () => {
  const piece = fc.constantFrom(
    '=',
    '=\r\n',
    '=E9',
    ' ',
    '\t',
    '\r',
    '\n',
    '\r\n',
    'YWJj',
    'x',
    '-_',
    '==',
    ' '.repeat(200),
    '\xff',
  );
  const input = fc.tuple(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(400), { maxLength: 6 }));
  await fc.assert(
    fc.asyncProperty(
      input,
      fc.constantFrom('base64', 'quoted-printable', '8bit'),
      async ([pieces, cuts], encoding) => {
        const all = octets(pieces.join(''));
        const whole = decodeTransferred(encoding, all);
        const chunks = async function* () {
          let start = 0;
          for (const cut of [...cuts, all.length].sort((a, b) => a - b)) {
            yield all.subarray(start, cut);
            start = Math.max(start, Math.min(cut, all.length));
          }
        };
        const decoded: Buffer[] = [];
        for await (const chunk of decodeTransfer(encoding, chunks())) decoded.push(chunk);
        assert.deepEqual(Buffer.concat(decoded), whole);
        const decoder = transferDecoder(encoding);
        const single = Array.from(all, (octet) => Buffer.from(decoder.update(Uint8Array.of(octet))));
        assert.deepEqual(Buffer.concat([...single, decoder.end()]), whole);
      },
    ),
    { numRuns: 300 },
  );
});

test('SEC-13 hostile bodies take linear time', { timeout: 60_000 }, () => {
  for (const piece of ['=', ' ', '= ', '\t\r', '=\r', '==', 'a=']) {
    for (const encoding of ['base64', 'quoted-printable']) {
      const body = Buffer.from(piece.repeat(1_000_000 / piece.length));
      assert.ok(decodeTransferred(encoding, body).length <= body.length);
    }
  }
});
