// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAutomatic } from './automatic-mail.ts';
import { parseHeader } from './header.ts';

test('RFC 3834: what no program may answer', () => {
  const automatic = (field: string, path = 'a@b.test') =>
    isAutomatic(parseHeader(Buffer.from(`${field}\r\n\r\n`)), path);
  for (const field of [
    'Auto-Submitted: auto-replied',
    'auto-submitted: Auto-Generated; owner-email="x@y.test"',
    'Auto-Submitted: auto-notified(x)',
    'Precedence: list',
    'Precedence: Junk ',
    'List-Id: <x.test>',
    'List-Archive: <https://x.test>',
  ])
    assert.equal(automatic(field), true, field);
  for (const field of [
    'Auto-Submitted: no',
    'Auto-Submitted: NO (really)',
    'Precedence: special',
    'Listen: x',
  ])
    assert.equal(automatic(field), false, field);
  assert.equal(automatic('Subject: x', ''), true);
});
