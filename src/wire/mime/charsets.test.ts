// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCharset, decodeUnlabelled, isKnownCharset } from './charsets.ts';

const rows: readonly (readonly [label: string, octets: number[], text: string])[] = [
  ['utf-8', [0xc3, 0xa8], 'è'],
  [' UTF8 ', [0xc3, 0xa8], 'è'],
  ['utf-8', [0xe8, 0x41], '\ufffdA'],
  ['us-ascii', [0x41, 0x80], 'A€'],
  ['iso-8859-1', [0xe8, 0x92], 'è’'],
  ['latin1', [0xe8], 'è'],
  ['cp1252', [0x80], '€'],
  ['iso-8859-15', [0xa4], '€'],
  ['macintosh', [0x8f], 'è'],
  ['utf-16le', [0xe8, 0x00], 'è'],
  ['iso-2022-jp', [0x1b, 0x24, 0x42, 0x46, 0x7c, 0x1b, 0x28, 0x42], '日'],
  ['cp932', [0x93, 0xfa], '日'],
  ['no-such-charset', [0xc3, 0xa8], 'è'],
  ['no-such-charset', [0xe8], 'è'],
  ['', [0xe8], 'è'],
  ['x'.repeat(100_000), [0xe8], 'è'],
];

for (const [label, octets, text] of rows) {
  test(`charset ${label.slice(0, 30)} of ${octets.map((octet) => octet.toString(16)).join(' ')}`, () => {
    assert.equal(decodeCharset(label, Uint8Array.from(octets)), text);
  });
}

test('charsets are told known from unknown', () => {
  assert.ok(isKnownCharset('UTF-8') && isKnownCharset('ks_c_5601-1987') && isKnownCharset('latin-1'));
  assert.ok(!isKnownCharset('utf-7') && !isKnownCharset('constructor') && !isKnownCharset(''));
});

test('SEC-13 any number of labels nobody knows is remembered by few, and known ones still are known', () => {
  for (let count = 0; count < 2000; count++) assert.ok(!isKnownCharset(`x-unknown-${count}`));
  assert.ok(isKnownCharset('utf-8') && isKnownCharset('latin2') && isKnownCharset('latin2'));
});

test('octets without label: a byte order mark stays, as offsets must not move', () => {
  assert.equal(decodeUnlabelled(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41)), '\ufeffA');
});
