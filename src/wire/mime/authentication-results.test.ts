// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticationResults, claimsResultsOf } from './authentication-results.ts';
import { parseHeader } from './header.ts';

test('RFC 8601 2.2: a method on each line, and no word of a stranger that is not plain', () => {
  assert.deepEqual(
    authenticationResults('mx.beta.test', [
      { method: 'spf', result: 'pass', properties: { 'smtp.mailfrom': 'posta.test' } },
      { method: 'dkim', result: 'fail', properties: { 'header.d': 'a.test; dmarc=pass', 'header.s': 's1' } },
    ]),
    [
      'Authentication-Results: mx.beta.test;',
      ' spf=pass smtp.mailfrom=posta.test;',
      ' dkim=fail header.s=s1',
    ],
  );
  assert.deepEqual(authenticationResults('mx.beta.test', []), ['Authentication-Results: mx.beta.test; none']);
});

test('RFC 8601 5: a field that claims to be ours is known, however it is written', () => {
  const claims = (value: string) =>
    claimsResultsOf(parseHeader(Buffer.from(`Authentication-Results: ${value}\r\n\r\n`)), 'mx.beta.test');
  for (const value of [
    'mx.beta.test; spf=pass',
    'MX.Beta.test 1; none',
    '(a (nested) comment) mx.beta.test; none',
    '"mx.beta.test"; none',
    '"mx\\.beta.test";none',
    ' mx.beta.test',
  ])
    assert.equal(claims(value), true, value);
  for (const value of [
    'mx.alfa.test; x=mx.beta.test',
    'mx.beta.test.evil; none',
    '(mx.beta.test) y; none',
    '',
  ])
    assert.equal(claims(value), false, value);
});
