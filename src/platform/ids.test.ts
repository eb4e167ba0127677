// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CountingIds, randomIds } from './ids.ts';

test('AP-4 AP-5 tokens are letters and digits, never the same twice', () => {
  const tokens = Array.from({ length: 20_000 }, () => randomIds.token());
  assert.equal(new Set(tokens).size, tokens.length);
  for (const token of tokens) assert.match(token, /^[a-z0-9]{24}$/);
});

test('every character is about as likely as any other', () => {
  const counts = new Map<string, number>();
  for (const character of randomIds.token(360_000)) counts.set(character, (counts.get(character) ?? 0) + 1);
  assert.equal(counts.size, 36);
  // Ten standard deviations around 10,000.
  for (const count of counts.values()) assert.ok(Math.abs(count - 10_000) < 1000, String(count));
});

test('counting ids are the same in every run', () => {
  const ids = new CountingIds('m');
  assert.deepEqual([ids.token(4), ids.token(4)], ['m001', 'm002']);
});
