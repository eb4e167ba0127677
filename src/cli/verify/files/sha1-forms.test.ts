// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { sha1Forms, sha1FormsOfPart } from './sha1-forms.ts';

function sha1(text: string | Buffer): string {
  return createHash('sha1').update(text).digest('hex');
}

/** Base64 in lines of so many characters. */
function base64(file: Buffer, length: number, lineEnd: string): string {
  return (file.toString('base64').match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join(lineEnd);
}

suite('the forms in which a file may have been hashed', () => {
  test('DP-17 the worked examples of the specification', () => {
    const forms = sha1Forms(Buffer.from('Hello, PEC!'));
    assert.ok(forms.has('aa8f7e7f3b82a58ed869b1393217bb663e936145'));
    assert.ok(forms.has('c9b1a153ebfec8d2b366ce65b477a5f0f380dea0'));
    assert.ok(forms.has('f416b138eabc6695316d109d4a58163b084f7aa9'));
  });

  for (const size of [0, 1, 2, 3, 56, 57, 58, 570, 8192 * 57 - 1, 8192 * 57, 8192 * 57 + 1, 1_000_000])
    test(`base64 of ${size} octets, as mail programs write it`, () => {
      const file = randomBytes(size);
      const forms = sha1Forms(file);
      assert.ok(forms.has(sha1(file)));
      for (const length of [76, 72, 64, 60, 10_000_000])
        for (const lineEnd of ['\r\n', '\n'])
          for (const last of ['', lineEnd])
            assert.ok(forms.has(sha1(base64(file, length, lineEnd) + last)), `${length} ${lineEnd.length}`);
    });

  test('a text with the line ends of mail and of Unix, with and without the last one', () => {
    for (const file of ['a\nb\n', 'a\r\nb\r\n', 'a\nb', 'a\r\nb']) {
      const forms = sha1Forms(Buffer.from(file));
      for (const form of ['a\nb\n', 'a\r\nb\r\n', 'a\nb', 'a\r\nb']) assert.ok(forms.has(sha1(form)), form);
    }
  });

  test('another file has none of them', () => {
    const file = randomBytes(300);
    const other = Buffer.from(file);
    other[299] = (other[299] ?? 0) ^ 1;
    const forms = sha1Forms(other);
    assert.ok([...sha1Forms(file)].every((form) => !forms.has(form)));
  });

  test('a part of a message, as it was transmitted and decoded', () => {
    const forms = sha1FormsOfPart(Buffer.from('YWI=\r\nYw==\r\n'), Buffer.from('abc'));
    const texts = ['YWI=\r\nYw==', 'YWI=\r\nYw==\r\n', 'YWI=\nYw==', 'YWI=\nYw==\n', 'abc'];
    assert.deepEqual([...forms].sort(), texts.map(sha1).sort());
  });
});
