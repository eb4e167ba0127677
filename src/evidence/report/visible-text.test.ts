// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { breakLines } from './text-lines.ts';
import { shortText, visibleText } from './visible-text.ts';

suite('text on paper', () => {
  for (const [text, visible] of [
    ['Perché «sì» — 10 €', 'Perché «sì» — 10 €'],
    ['perche\u0301', 'perché'],
    ['Αθήνα', '‹U+0391 U+03B8 U+03AE U+03BD U+03B1›'],
    ['p\u0430gina', 'p‹U+0430›gina'],
    ['😀!', '‹U+1F600›!'],
    ['a\u202eb\u200bc\u00add\u00a0e', 'a‹U+202E›b‹U+200B›c‹U+00AD›d‹U+00A0›e'],
    ['a\r\n\tb\0', 'a‹U+000D U+000A U+0009›b‹U+0000›'],
    ['\ud800x', '‹U+D800›x'],
    ['‹U+0041›', '‹U+2039›U+0041‹U+203A›'],
  ] as const)
    test(`${JSON.stringify(text)} is shown as ${visible}`, () => assert.equal(visibleText(text), visible));

  test('nothing is lost, and no two texts look alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const shown = visibleText(text);
        const back = shown.replace(/‹([^›]*)›/g, (_, points: string) =>
          String.fromCodePoint(...points.split(' ').map((point) => Number.parseInt(point.slice(2), 16))),
        );
        assert.equal(back, text.normalize('NFC'));
      }),
    );
  });

  test('of a text above the limit the rest is not looked at', () => {
    assert.equal(visibleText('abcdef', 6), 'abcdef');
    assert.equal(visibleText('abcdefg', 6), 'abcdef');
    assert.equal(shortText('abcdef', 6), 'abcdef');
    assert.equal(shortText('abcdefg', 6), 'abcdef…');
  });
});

suite('lines', () => {
  const measure = (text: string) => text.length;
  const cut = ' […]';

  test('break at blanks, and inside words that are wider than a line', () => {
    assert.deepEqual(breakLines('uno due tre', { width: 7, maxLines: 9, cut }, measure), ['uno due', 'tre']);
    assert.deepEqual(breakLines('unodue tre', { width: 4, maxLines: 9, cut }, measure), [
      'unod',
      'ue',
      'tre',
    ]);
    assert.deepEqual(breakLines('', { width: 4, maxLines: 9, cut }, measure), []);
  });

  test('are cut visibly, one above the limit', () => {
    assert.deepEqual(breakLines('uno due', { width: 7, maxLines: 1, cut }, measure), ['uno due']);
    assert.deepEqual(breakLines('uno due tre', { width: 7, maxLines: 1, cut }, measure), ['uno […]']);
  });

  test('hold every word, none wider than said', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 30 }));
    fc.assert(
      fc.property(
        words,
        fc.integer({ min: 5, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        (all, width, maxLines) => {
          const text = all.join(' ');
          const lines = breakLines(text, { width, maxLines, cut }, measure);
          assert.ok(lines.length <= maxLines && lines.every((line) => line.length <= width));
          const whole = breakLines(text, { width, maxLines: 10_000, cut }, measure);
          assert.equal(whole.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
          assert.equal(lines.at(-1)?.endsWith(cut) ?? false, whole.length > maxLines);
        },
      ),
    );
  });
});
