// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DELIVERY_ERRORS } from '../../evidence/wording/errors.ts';
import { causeOf } from './failure-cause.ts';

const failure = (code: number, enhanced?: string, permanent = true, peerSpoke = true) => ({
  address: 'a@pec.beta.test',
  code,
  ...(enhanced !== undefined && { enhanced }),
  text: '',
  peerSpoke,
  permanent,
});

suite('failure cause', () => {
  test('AP-34 DP-22 what a peer said, as a non-delivery tells it', () => {
    const table = [
      [550, '5.1.1', 'unknown-mailbox', 'no-dest'],
      [550, '5.1.2', 'unknown-domain', 'no-dominio'],
      [550, '5.4.4', 'unknown-domain', 'no-dominio'],
      [556, '5.1.10', 'unknown-domain', 'no-dominio'],
      [550, '5.4.6', 'unknown-domain', 'no-dominio'],
      [550, '5.2.1', 'mailbox-disabled', 'altro'],
      [552, '5.2.2', 'mailbox-full', 'altro'],
      [552, '5.2.3', 'message-too-large', 'altro'],
      [552, '5.3.4', 'message-too-large', 'altro'],
      [552, undefined, 'message-too-large', 'altro'],
      [550, undefined, 'refused', 'altro'],
      [554, '5.7.1', 'refused', 'altro'],
    ] as const;
    for (const [code, enhanced, cause, error] of table) {
      const found = causeOf(failure(code, enhanced));
      assert.equal(found, cause, `${code} ${enhanced}`);
      assert.equal(DELIVERY_ERRORS[found].error, error, `${code} ${enhanced}`);
    }
  });

  test('AP-34 what no peer refused is not told as a refusal by the destination', () => {
    assert.equal(causeOf(failure(554, '5.6.0', true, false)), 'internal');
    assert.equal(causeOf(failure(552, '5.3.4', true, false)), 'message-too-large');
    assert.equal(causeOf(failure(550, '5.1.2', true, false)), 'unknown-domain');
  });

  test('AP-33 what was never answered for good has expired, whatever the last word was', () => {
    assert.equal(causeOf(failure(0, undefined, false)), 'expired');
    assert.equal(causeOf(failure(450, '5.1.1', false)), 'expired');
    assert.equal(DELIVERY_ERRORS.expired.error, 'altro');
  });
});
