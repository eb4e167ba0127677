// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePath } from './smtp-paths.ts';

const rows: readonly (readonly [text: string, address: string | undefined])[] = [
  ['<>', ''],
  ['<a@x.test>', 'a@x.test'],
  ['<Mario.Rossi@X.test>', 'Mario.Rossi@X.test'],
  ['<"a b"@x.test>', '"a b"@x.test'],
  ['<"a>b"@x.test>', '"a>b"@x.test'],
  ['<"mario"@x.test>', 'mario@x.test'],
  ['<a@[192.0.2.1]>', 'a@[192.0.2.1]'],
  ['<@r.test,@s.test:a@x.test>', 'a@x.test'],
  ['<@r.test:>', undefined],
  ['<Postmaster>', 'postmaster'],
  ['<mario>', undefined],
  ['a@x.test', undefined],
  ['<a@x.test', undefined],
  ['<a@x.test> SIZE=1', undefined],
  ['< a@x.test>', undefined],
  ['<a@x.test >', undefined],
  ['<a@x.test\r\n>', undefined],
  ['<a..b@x.test>', undefined],
  ['<ò@x.test>', undefined],
  ['<a@x.test><b@x.test>', undefined],
  ['<', undefined],
  ['', undefined],
  [
    `<${'l'.repeat(64)}@${'x'.repeat(63)}.${'x'.repeat(63)}.${'x'.repeat(61)}>`,
    `${'l'.repeat(64)}@${'x'.repeat(63)}.${'x'.repeat(63)}.${'x'.repeat(61)}`,
  ],
  [`<${'l'.repeat(64)}@${'x'.repeat(63)}.${'x'.repeat(63)}.${'x'.repeat(62)}>`, undefined],
];

for (const [text, address] of rows) {
  test(`path ${JSON.stringify(text)} holds ${JSON.stringify(address)}`, () => {
    assert.equal(parsePath(text), address);
  });
}
