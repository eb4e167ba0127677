// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerPlaces } from './listening.ts';

test('SEC-11 places are counted in all and for each customer, and given back once', () => {
  const places = new PeerPlaces({ sessions: 3, sessionsPerPeer: 2 });
  const first = places.take('2001:db8:1:2::1');
  assert.ok(first);
  assert.ok(places.take('2001:db8:1:2:ffff::9'));
  // One customer has the whole /64.
  assert.equal(places.take('2001:db8:1:2::3'), undefined);
  assert.ok(places.take('2001:db8:1:3::1'));
  assert.equal(places.take('192.0.2.1'), undefined);
  first();
  first();
  assert.ok(places.take('192.0.2.1'));
  assert.equal(places.take('192.0.2.2'), undefined);
});
