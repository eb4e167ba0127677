// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { benchMessage, RARE_WORD } from './messages.ts';

const terms = { number: 1, from: 'a@alfa.test', to: 'b@beta.test' };

suite('messages', () => {
  test('a message has the size that was asked for, but for a line', () => {
    for (const sizeBytes of [2048, 5120, 51_200, 1_048_576]) {
      const { length } = benchMessage({ ...terms, sizeBytes });
      assert.ok(Math.abs(length - sizeBytes) <= 100, `${length} for ${sizeBytes}`);
    }
  });

  test('a large attachment is a run of whole lines, and every recipient is named', () => {
    const to = ['b@beta.test', 'c@beta.test'];
    const text = benchMessage({ ...terms, to, sizeBytes: 1_048_576 }).toString();
    const [, attachment = ''] = /filename="atto.pdf"\r\n\r\n(.*)--=_parte--\r\n$/s.exec(text) ?? [];
    assert.match(attachment, /^([A-Za-z0-9+/]{76}\r\n)+$/);
    assert.match(text, /^To: [^\r]*<b@beta.test>,\r\n [^\r]*<c@beta.test>\r\n/m);
  });

  test('the same number gives the same octets, another one others', () => {
    const make = (number: number) => benchMessage({ ...terms, number, sizeBytes: 5120 }).toString();
    assert.equal(make(7), make(7));
    assert.notEqual(make(7).slice(600), make(8).slice(600));
  });

  test('the rare word stands in one message of a thousand; lines are short and end with CRLF', () => {
    const found = Array.from({ length: 2000 }, (_, number) =>
      benchMessage({ ...terms, number, sizeBytes: 2048 }),
    ).map((octets) => octets.toString().includes(RARE_WORD));
    assert.deepEqual(
      found.flatMap((has, at) => (has ? [at] : [])),
      [0, 1000],
    );
    for (const line of benchMessage({ ...terms, sizeBytes: 51_200 })
      .toString()
      .split('\r\n')) {
      assert.ok(line.length <= 78 && !line.includes('\n'));
    }
  });
});
