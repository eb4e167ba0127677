// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ListPattern } from './list-pattern.ts';

const matches = (pattern: string, name: string, reference = ''): boolean =>
  new ListPattern(reference, pattern).matches(name);

test('wildcards stand for what RFC 9051 section 6.3.9 says', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['*', 'a/b/c', true],
    ['%', 'a', true],
    ['%', 'a/b', false],
    ['%/%', 'a/b', true],
    ['%/%', 'a/b/c', false],
    ['a*c', 'a/b/c', true],
    ['a%c', 'a/b/c', false],
    ['a%c', 'abc', true],
    ['*/c', 'a/b/c', true],
    ['*%c', 'a/b/c', true],
    ['a/*', 'a', false],
    ['a*', 'a', true],
    ['', 'a', false],
    ['a/%', 'a/b', true],
    ['*a%b*', 'xa/yab', true],
    ['inbox', 'INBOX', true],
    ['InB*', 'INBOX', true],
    ['inbox/x', 'INBOX/x', true],
    ['i%', 'INBOX/x', false],
    ['inboxes', 'INBOXES', false],
  ];
  for (const [pattern, name, wanted] of cases)
    assert.equal(matches(pattern, name), wanted, `${pattern} ${name}`);
  assert.equal(matches('%', 'a/b', 'a/'), true);
});

test('matches as the same regular expression would', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 12 });
  const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '/', '%', '*'), maxLength: 8 });
  fc.assert(
    fc.property(patterns, letters, (pattern, name) => {
      const expression = pattern.replaceAll('*', '.*').replaceAll('%', '[^/]*');
      assert.equal(matches(pattern, name), new RegExp(`^${expression}$`).test(name));
    }),
    { numRuns: 5000 },
  );
});

test('takes no longer than the lengths of name and pattern multiplied', () => {
  const name = 'a'.repeat(512);
  const pattern = `${'a*%'.repeat(150)}b`;
  assert.equal(matches(pattern, name), false);
  assert.equal(matches(`*${'a'.repeat(256)}b`, name), false);
});
