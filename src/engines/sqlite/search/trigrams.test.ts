// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { trigramQuery, trigramWords } from './trigrams.ts';

const asked = (text: string): readonly string[] =>
  trigramQuery(text)?.replaceAll('"', '').split(' AND ') ?? [];

describe('words that stand for trigrams', () => {
  test('a text has each word that is asked for to find a part of it', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(text, fc.nat(80), fc.nat(80), (whole, from, length) => {
        const words = trigramWords(whole).split(' ');
        for (const word of asked(whole.slice(from, from + length))) assert.ok(words.includes(word));
      }),
    );
  });

  test('each stands once, as three letters or digits; other texts have others', () => {
    const words = trigramWords('DELIBERA DELIBERA DELIBERE').trimEnd().split(' ');
    assert.equal(words.length, 7);
    assert.equal(new Set(words).size, 7);
    for (const word of words) assert.match(word, /^[0-9a-z]{3}$/);
    assert.ok(asked('BANDO').every((word) => !words.includes(word)));
  });

  test('nothing is asked for where no word has three characters, and no more than a dozen of many', () => {
    assert.equal(trigramQuery('AB CD\u0000EF\nG'), undefined);
    assert.equal(trigramQuery(''), undefined);
    const long = Array.from({ length: 2000 }, (_, at) => `N${at}`).join(' ');
    assert.ok(asked(long).length <= 12);
  });
});
