// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CountingIds } from '../platform/ids.ts';
import { indexMessage } from '../wire/mime/mime-index.ts';
import { BOUNDARY_PREFIX, chooseBoundaries } from './boundaries.ts';

test('AP-24 a boundary never starts like a line of what is embedded', () => {
  const ids = new CountingIds();
  const first = chooseBoundaries(new CountingIds(), []);
  const body = `Subject: x\r\n\r\n--${first.mixed}\r\n--${first.outer}--  \r\ntext\r\n--${BOUNDARY_PREFIX}\r\n`;
  const { watched } = indexMessage(Buffer.from(body), { watchPrefix: BOUNDARY_PREFIX });
  const chosen = chooseBoundaries(ids, watched);
  assert.equal(watched.length, 3);
  for (const boundary of Object.values(chosen)) assert.ok(!body.includes(boundary));
});

test('no boundary of a message is the start of another, and each is one that RFC 2046 allows', () => {
  const boundaries = Object.values(chooseBoundaries(new CountingIds(), []));
  for (const one of boundaries) {
    assert.match(one, /^[\w'()+,./:=?-]{1,70}$/);
    for (const other of boundaries) assert.ok(one === other || !one.startsWith(other));
  }
});
