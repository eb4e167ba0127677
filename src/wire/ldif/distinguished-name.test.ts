// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDistinguishedName, writeDistinguishedName } from './distinguished-name.ts';

test('RFC 6109 section 4.5.7: a blank may follow the comma, types ignore case', () => {
  assert.deepEqual(
    readDistinguishedName('providerUnit=Secondary Environment, PROVIDERNAME=Anna & C. S.p.A. ,o = postacert'),
    [
      { type: 'providerunit', value: 'Secondary Environment' },
      { type: 'providername', value: 'Anna & C. S.p.A.' },
      { type: 'o', value: 'postacert' },
    ],
  );
});

test('RFC 4514 section 4: escaped separators, blanks and octets', () => {
  assert.deepEqual(
    readDistinguishedName('CN=James \\"Jim\\" Smith\\, III,OU=Lu\\C4\\8Di\\C4\\87,O=\\ a\\ '),
    [
      { type: 'cn', value: 'James "Jim" Smith, III' },
      { type: 'ou', value: 'Lučić' },
      { type: 'o', value: ' a ' },
    ],
  );
});

for (const text of [
  '',
  'o',
  'o=',
  '=a',
  'o=a,',
  ',o=a',
  'o=a+b=c',
  'o=#0401',
  'o=a\\',
  'o=\\zz',
  'o=\\FF',
  'o=a"b',
  'o o=a',
]) {
  test(`${JSON.stringify(text)} is no distinguished name`, () => {
    assert.equal(readDistinguishedName(text), undefined);
  });
}

test('a name above its limits is refused', () => {
  const name = (parts: number, length: number) =>
    Array(parts)
      .fill(`o=${'a'.repeat(length)}`)
      .join(',');
  assert.equal(readDistinguishedName(name(64, 1))?.length, 64);
  assert.equal(readDistinguishedName(name(65, 1)), undefined);
  assert.equal(readDistinguishedName(name(1, 8190))?.length, 1);
  assert.equal(readDistinguishedName(name(1, 8191)), undefined);
});

test('whatever is written is read back', () => {
  const part = fc.record(
    {
      type: fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/),
      value: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      assert.deepEqual(readDistinguishedName(writeDistinguishedName(parts)), parts);
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void readDistinguishedName(text)));
});
