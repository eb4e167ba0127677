// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { destinationOf, domainOf, eachOnce, expiryOf, groupByDestination } from './routing.ts';

const own = new Set(['pec.alfa.test', 'pec.comune.test']);
const HOUR_MS = 3_600_000;

suite('routing', () => {
  test('AP-31 recipients go together with those reached at the same place, and with no others', () => {
    const recipients = [
      { address: 'a@pec.beta.test', certified: true },
      { address: 'b@PEC.Beta.test', certified: true },
      { address: 'c@pec.gamma.test', certified: true },
      { address: 'd@pec.alfa.test', certified: true },
      { address: 'e@posta.test', certified: false },
      { address: 'f@pec.comune.test', certified: true },
      { address: 'g@pec.beta.test', certified: true },
    ];
    assert.deepEqual(groupByDestination(recipients, own), [
      {
        name: 'pec.beta.test',
        certified: true,
        addresses: ['a@pec.beta.test', 'b@PEC.Beta.test', 'g@pec.beta.test'],
      },
      { name: 'pec.gamma.test', certified: true, addresses: ['c@pec.gamma.test'] },
      { name: 'local', certified: true, addresses: ['d@pec.alfa.test', 'f@pec.comune.test'] },
      { name: 'posta.test', certified: false, addresses: ['e@posta.test'] },
    ]);
  });

  test('AP-35 a domain of ours that the index does not have yet goes in a transaction of its own', () => {
    const recipients = [
      { address: 'a@pec.alfa.test', certified: true },
      { address: 'b@pec.comune.test', certified: false },
    ];
    const groups = groupByDestination(recipients, own);
    assert.deepEqual(
      groups.map(({ name, certified }) => [name, certified]),
      [
        ['local', true],
        ['local', false],
      ],
    );
  });

  test('DP-28 what is ours stays, whatever the letter case', () => {
    assert.equal(destinationOf('a@PEC.alfa.test', own), 'local');
    assert.equal(destinationOf('a@sub.pec.alfa.test', own), 'sub.pec.alfa.test');
    assert.equal(domainOf('"a@b"@X.test'), 'x.test');
  });

  test('AP-33 certified mail is given up after 24 hours', () => {
    assert.equal(expiryOf(true, 1000) - 1000, 24 * HOUR_MS);
    assert.equal(expiryOf(false, 1000) - 1000, 48 * HOUR_MS);
  });

  test('DP-5 an address counts once, spelled as it came first', () => {
    assert.deepEqual(eachOnce(['B@x.test', 'a@x.test', 'b@X.test']), ['B@x.test', 'a@x.test']);
  });
});
