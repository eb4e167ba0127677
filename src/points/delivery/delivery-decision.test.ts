// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import { type DeliveryInput, decideDelivery } from './delivery-decision.ts';

const mailbox: Mailbox = {
  id: 1,
  address: 'a@pec.beta.test',
  holder: 'A',
  status: 'active',
  role: 'user',
  quotaBytes: 1000,
  filesReceipts: false,
};
const input: DeliveryInput = {
  recipient: 'a@pec.beta.test',
  requested: 'completa',
  to: ['a@pec.beta.test'],
  cc: [],
  sizeBytes: 100,
};

/** The receipt, or the cause of failure. */
function decide(terms: Partial<Mailbox> | undefined, facts: Partial<DeliveryInput> & { used?: number } = {}) {
  const { used = 0, ...rest } = facts;
  const decision = decideDelivery(
    { ...input, ...rest },
    terms === undefined ? { usedBytes: used } : { mailbox: { ...mailbox, ...terms }, usedBytes: used },
  );
  return decision.decided === 'deliver' ? decision.receipt : decision.cause;
}

suite('delivery decision', () => {
  test('DP-21 DP-22 DP-24 DP-29 into the mailbox, or back with the reason', () => {
    assert.equal(decide({}), 'completa');
    assert.equal(decide(undefined), 'unknown-mailbox');
    assert.equal(decide({ status: 'disabled' }), 'mailbox-disabled');
    assert.equal(decide({}, { used: 900 }), 'completa', 'room to the last octet');
    assert.equal(decide({}, { used: 901 }), 'mailbox-full', 'one octet too much');
    assert.equal(decide({ status: 'disabled' }, { used: 901 }), 'mailbox-disabled');
  });

  test('DP-26 to a sender the service mailbox does not exist', () => {
    assert.equal(decide({ role: 'service' }), 'unknown-mailbox');
  });

  test('DP-6 DP-7 DP-8 DP-9 the form of the receipt', () => {
    const [me, other] = [['A@PEC.beta.test'], ['b@x.test']];
    const table = [
      // requested, To, Cc, expected
      ['completa', me, [], 'completa'],
      ['completa', other, me, 'sintetica'],
      ['completa', me, me, 'completa'],
      ['completa', other, [], 'completa'],
      ['completa', ['<<<'], me, 'completa'],
      ['breve', me, [], 'breve'],
      ['breve', other, me, 'sintetica'],
      ['breve', other, other, 'breve'],
      ['breve', [], [], 'breve'],
      ['sintetica', me, [], 'sintetica'],
      ['sintetica', other, me, 'sintetica'],
      ['sintetica', other, [], 'sintetica'],
    ] as const;
    for (const [requested, to, cc, expected] of table) {
      assert.equal(decide({}, { requested, to, cc }), expected, `${requested} To ${to} Cc ${cc}`);
    }
  });
});
