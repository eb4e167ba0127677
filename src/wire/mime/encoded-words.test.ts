// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeWords, encodePhrase, encodeText, MAX_WORDS } from './encoded-words.ts';
import { unfold } from './header.ts';

const decoded: readonly (readonly [title: string, text: string, expected: string])[] = [
  ['plain text', 'Subject = ? x', 'Subject = ? x'],
  ['Q', '=?iso-8859-1?q?Perch=E9_no=3F?=', 'Perché no?'],
  ['B', '=?UTF-8?B?UGVyY2jDqQ==?=', 'Perché'],
  ['B without padding', '=?UTF-8?B?UGVyY2jDqQ?=', 'Perché'],
  ['words among text', 'a =?utf-8?q?=C3=A8?= b', 'a è b'],
  ['blanks between words go', '=?utf-8?q?a?= \r\n\t =?utf-8?q?b?=', 'ab'],
  ['blanks between a word and text stay', '=?utf-8?q?a?= b =?utf-8?q?c?=', 'a b c'],
  ['words with nothing between', '=?utf-8?q?a?==?utf-8?q?b?=', 'ab'],
  ['words glued to text', 'a=?utf-8?q?b?=c', 'abc'],
  ['a character split between words', '=?UTF-8?Q?perch=C3?= =?utf-8?B?qQ==?=', 'perché'],
  ['a character split between charsets is lost', '=?utf-8?q?=C3?= =?iso-8859-1?q?=E9?=', '\ufffdé'],
  ['windows-1252 called ISO-8859-1', '=?iso-8859-1?q?=80_=93x=94?=', '€ “x”'],
  ['windows-1252', '=?windows-1252?Q?l=92ufficio?=', 'l’ufficio'],
  ['ISO-8859-15', '=?iso-8859-15?q?=A4?=', '€'],
  ['ISO-2022-JP', '=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=', '日本'],
  ['Shift_JIS', '=?Shift_JIS?B?k/qWew==?=', '日本'],
  ['GB2312', '=?gb2312?B?1tDOxA==?=', '中文'],
  ['KOI8-R', '=?koi8-r?Q?=F0=D2=C9=D7=C5=D4?=', 'Привет'],
  ['a language', '=?us-ascii*en?q?hello?=', 'hello'],
  ['an unknown charset with UTF-8 in it', '=?x-unknown?q?=C3=A8?=', 'è'],
  ['an unknown charset with something else in it', '=?unknown-8bit?q?=E8?=', 'è'],
  ['UTF-7, which stays as it is', '=?utf-7?q?+AOg-?=', '+AOg-'],
  ['a charset that decoders refuse', '=?iso-2022-kr?q?abc?=', 'abc'],
  ['an empty word', 'a =?utf-8?q??= b', 'a  b'],
  ['blanks inside a word', '=?utf-8?q?caff=C3=A8 nero?=', 'caffè nero'],
  ['a question mark inside', '=?utf-8?q?come?_bene?=', 'come? bene'],
  ['lower-case hex, and what is no hex', '=?utf-8?q?=c3=a8_=ZZ_=?=', 'è =ZZ ='],
  ['8-bit inside', '=?utf-8?q?\u00e8?=', 'è'],
  ['a word that never ends', '=?utf-8?q?abc', '=?utf-8?q?abc'],
  ['a word cut by the next', '=?utf-8?q?abc =?utf-8?q?d?=', '=?utf-8?q?abc d'],
  ['no such encoding', '=?utf-8?x?abc?=', '=?utf-8?x?abc?='],
  ['no base64', '=?utf-8?b?a*b?=', '=?utf-8?b?a*b?='],
  ['no charset', '=??q?abc?=', '=??q?abc?='],
  ['hidden line ends and controls go', '=?utf-8?q?a=0D=0ABcc:_x=00=1B=7F?=', 'aBcc: x'],
  ['quotes of a display name', '"=?utf-8?q?R=C3=B2?="', '"Rò"'],
];

for (const [title, text, expected] of decoded) {
  test(`decode: ${title}`, () => assert.equal(decodeWords(text), expected));
}

const encoded: readonly (readonly [text: string, column: number, expected: string])[] = [
  ['Oggetto semplice', 9, 'Oggetto semplice'],
  ['', 9, ''],
  ['Perché no', 9, '=?ISO-8859-1?Q?Perch=E9?= no'],
  ['è è e', 9, '=?ISO-8859-1?Q?=E8_=E8?= e'],
  ['costa 10 €', 9, 'costa 10 =?UTF-8?Q?=E2=82=AC?='],
  ['日本語', 9, '=?UTF-8?B?5pel5pys6Kqe?='],
  ['a\r\nBcc: b', 9, 'a  Bcc: b'],
  ['  x\t', 9, 'x'],
  ['=?utf-8?q?x?=', 9, '=?ISO-8859-1?Q?=3D=3Futf-8=3Fq=3Fx=3F=3D?='],
  ['lone \ud800', 0, 'lone =?UTF-8?Q?=EF=BF=BD?='],
];

for (const [text, firstColumn, expected] of encoded) {
  test(`encode: ${JSON.stringify(text)}`, () => assert.equal(encodeText(text, { firstColumn }), expected));
}

test('encode: long text is folded at blanks, long words are encoded', () => {
  assert.equal(
    encodeText(`ACCETTAZIONE: ${'una frase '.repeat(8)}fine`, { firstColumn: 9 }),
    'ACCETTAZIONE: una frase una frase una frase una frase una frase una\r\n frase una frase una frase fine',
  );
  assert.equal(
    encodeText('x'.repeat(80), { firstColumn: 9 }),
    `=?ISO-8859-1?Q?${'x'.repeat(50)}?=\r\n =?ISO-8859-1?Q?${'x'.repeat(30)}?=`,
  );
});

test('GEN-18 encode: what ISO-8859-1 lacks becomes a question mark when that charset is asked for', () => {
  assert.equal(encodeText('10 € è', { charset: 'iso-8859-1' }), '10 =?ISO-8859-1?Q?=3F_=E8?=');
  assert.equal(encodeText('è', { charset: 'utf-8' }), '=?UTF-8?Q?=C3=A8?=');
});

test('encode: phrases are atoms, quoted or encoded', () => {
  assert.equal(encodePhrase('Mario Rossi'), 'Mario Rossi');
  assert.equal(encodePhrase('M. Rossi'), '"M. Rossi"');
  assert.equal(encodePhrase('a  b'), '"a  b"');
  assert.equal(encodePhrase(''), '""');
  assert.equal(encodePhrase('a\\"b'), '"a\\\\\\"b"');
  assert.equal(encodePhrase('Niccolò (Nico), "x"'), '=?ISO-8859-1?Q?Niccol=F2_=28Nico=29=2C_=22x=22?=');
  assert.equal(encodePhrase('=?utf-8?q?x?='), '=?ISO-8859-1?Q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=');
});

const unit = fc.constantFrom(
  'a',
  'Z',
  ' ',
  '  ',
  '=',
  '?',
  '_',
  '=?',
  '?=',
  'è',
  '€',
  '漢',
  '😀',
  'e\u0301',
  '"',
  '.',
  'parola',
  '\t',
);
const text = fc.array(unit, { maxLength: 80 }).map((units) => units.join(''));

for (const [name, encode] of [
  ['text', encodeText],
  ['phrase', encodePhrase],
] as const) {
  test(`encode: any ${name} is ASCII in lines of at most 76 columns, and is decoded to itself`, () => {
    fc.assert(
      fc.property(text, fc.nat(40), (value, firstColumn) => {
        const written = encode(value, { firstColumn });
        assert.match(written, /^(?:[ -~]|\r\n )*$/);
        const lines = (' '.repeat(firstColumn) + written).split('\r\n');
        for (const line of lines) assert.ok(line.length <= 76, line);
        for (const line of lines.slice(1)) assert.match(line, /[^ ]/, 'no line of blanks alone');
        for (const [word] of written.matchAll(/=\?[^?]+\?[QB]\?[^?]*\?=/g)) assert.ok(word.length <= 75);
        const quoted = encode === encodePhrase && written.startsWith('"');
        const read = quoted ? written.slice(1, -1).replace(/\\(.)/g, '$1') : decodeWords(unfold(written));
        assert.equal(read.trim(), value.replaceAll('\t', ' ').trim());
      }),
      { numRuns: 500 },
    );
  });
}

test('decode: any text is taken, and never gives a line end', () => {
  const piece = fc.constantFrom('=?', '?=', '?', 'q', 'b', 'utf-8', '=0A', '_', ' ', 'YQ==', '*', 'x');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      assert.doesNotMatch(decodeWords(pieces.join('')), /[\r\n]/);
    }),
    { numRuns: 1000 },
  );
});

test('SEC-13 decode: so many words are decoded, one more and what follows stay as written', () => {
  const word = '=?utf-8?q?=41?=';
  const words = (count: number) => Array.from({ length: count }, () => word).join(' ');
  assert.equal(decodeWords(words(MAX_WORDS)), 'A'.repeat(MAX_WORDS));
  assert.equal(decodeWords(words(MAX_WORDS + 2)), `${'A'.repeat(MAX_WORDS)} ${word} ${word}`);
});

test('SEC-13 decode: hostile text takes linear time', { timeout: 60_000 }, () => {
  for (const piece of [
    '=?',
    '?=',
    '=?a',
    '=?a?q?',
    '=?a?q?x',
    '=?a?q?x?=',
    '=?a?b?x?= ',
    '=?a?q?x?=\r\n',
    ' ',
    '=?utf-8?q?=?=',
  ]) {
    assert.ok(decodeWords(piece.repeat(100_000)).length <= 100_000 * piece.length);
  }
});
