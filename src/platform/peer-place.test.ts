// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from './peer-place.ts';

test('one place is an IPv4 address or an IPv6 /64', () => {
  assert.equal(placeOf('192.0.2.1'), '192.0.2.1');
  assert.equal(placeOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(placeOf('2001:DB8:0:1::5'), '2001:db8:0:1');
  assert.equal(placeOf('2001:db8:0000:0001:aaaa:bbbb:cccc:dddd'), '2001:db8:0:1');
  assert.equal(placeOf('2001:db8::1'), '2001:db8:0:0');
  assert.equal(placeOf('::1'), '0:0:0:0');
});
