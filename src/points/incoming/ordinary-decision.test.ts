// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import { decideDamaged, decideOrdinary, goesApart, type OrdinaryRecipient } from './ordinary-decision.ts';

let lastId = 0;

function recipient(name: string, terms: Partial<Mailbox> & { hasRoom?: boolean } = {}): OrdinaryRecipient {
  const { hasRoom = true, ...rest } = terms;
  const address = `${name}@pec.beta.test`;
  const mailbox: Mailbox = {
    id: ++lastId,
    address,
    holder: name,
    status: 'active',
    role: 'user',
    quotaBytes: 1000,
    filesReceipts: false,
    ...rest,
  };
  return { address, mailbox, hasRoom };
}

const stranger: OrdinaryRecipient = { address: 'x@pec.beta.test', hasRoom: false };

/** `deliver a b`, `discard`, or the reply. */
function inShort(decision: ReturnType<typeof decideOrdinary>): string {
  switch (decision.decided) {
    case 'discard':
      return 'discard';
    case 'refuse':
      return `${decision.refusal.code} ${decision.refusal.enhanced}`;
    case 'deliver': {
      const served = decision.mailboxes.map(({ holder }) => holder).join(' ');
      return decision.left.length === 0 ? `deliver ${served}` : `deliver ${served} not ${decision.left}`;
    }
  }
}

suite('ordinary mail', () => {
  test('IP-22 mailbox before provider: deliver, refuse or discard', () => {
    const table = [
      ['provider refuses', [recipient('a')], 'refuse', '550 5.7.1'],
      ['provider admits', [recipient('a')], 'deliver', 'deliver a'],
      ['provider discards', [recipient('a')], 'discard', 'discard'],
      ['mailbox admits', [recipient('a', { ordinaryMail: 'deliver' })], 'refuse', 'deliver a'],
      ['mailbox refuses', [recipient('a', { ordinaryMail: 'refuse' })], 'deliver', '550 5.7.1'],
      ['mailbox discards', [recipient('a', { ordinaryMail: 'discard' })], 'deliver', 'discard'],
      ['two of a mind', [recipient('a'), recipient('b')], 'deliver', 'deliver a b'],
      [
        'one discards',
        [recipient('a'), recipient('b', { ordinaryMail: 'discard' })],
        'deliver',
        'deliver a not b@pec.beta.test',
      ],
      [
        'one refuses: SMTP has one answer',
        [recipient('a'), recipient('b', { ordinaryMail: 'refuse' })],
        'deliver',
        '550 5.7.1',
      ],
      ['unknown', [stranger], 'deliver', '550 5.1.1'],
      ['unknown among others', [recipient('a'), stranger], 'deliver', '550 5.1.1'],
      ['full', [recipient('a', { hasRoom: false })], 'deliver', '552 5.2.2'],
      ['full, but not wanted anyway', [recipient('a', { hasRoom: false })], 'discard', 'discard'],
      ['disabled', [recipient('a', { status: 'disabled' })], 'deliver', '550 5.2.1'],
    ] as const;
    for (const [sentence, recipients, policy, expected] of table) {
      assert.equal(inShort(decideOrdinary(recipients, policy)), expected, sentence);
    }
  });

  test('IP-2 who would be served and who would not do not share a transaction', () => {
    const served = recipient('a');
    const discards = recipient('b', { ordinaryMail: 'discard' });
    const refuses = recipient('c', { ordinaryMail: 'refuse' });
    const rows = [
      [served, [recipient('d')], false],
      [served, [discards], false],
      [served, [refuses], true],
      [refuses, [served], true],
      [stranger, [served, discards], true],
      [stranger, [refuses, recipient('e', { status: 'disabled' })], false],
      [recipient('f', { hasRoom: false }), [served], true],
    ] as const;
    for (const [one, others, apart] of rows)
      assert.equal(goesApart(one, others, 'deliver'), apart, `${one.address} ${others[0].address}`);
    assert.equal(goesApart(stranger, [served], 'refuse'), false, 'nobody is served anyway');
  });

  test('a refusal names the reason of each, three at most', () => {
    const decision = decideOrdinary([recipient('a'), recipient('b'), stranger, recipient('d')], 'refuse');
    assert.equal(
      decision.decided === 'refuse' && decision.refusal.text,
      'a@pec.beta.test takes certified mail only; b@pec.beta.test takes certified mail only; no mailbox x@pec.beta.test here',
    );
  });

  test('DP-26 SRV-1 the service mailbox takes no ordinary mail', () => {
    assert.equal(inShort(decideOrdinary([recipient('s', { role: 'service' })], 'deliver')), '550 5.1.1');
    assert.equal(inShort(decideDamaged([recipient('s', { role: 'service' })])), '550 5.1.1');
  });

  test('IP-26 damaged certified mail reaches whoever it can, whatever is said of ordinary mail', () => {
    const table = [
      ['refuses ordinary mail', [recipient('a', { ordinaryMail: 'refuse' })], 'deliver a'],
      ['discards ordinary mail', [recipient('a', { ordinaryMail: 'discard' })], 'deliver a'],
      ['one unknown', [recipient('a'), stranger], 'deliver a not x@pec.beta.test'],
      ['one full', [recipient('a'), recipient('b', { hasRoom: false })], 'deliver a b'],
      ['nobody', [stranger, recipient('b', { status: 'disabled' })], '550 5.1.1'],
      ['unknown', [stranger], '550 5.1.1'],
      ['disabled', [recipient('b', { status: 'disabled' })], '550 5.2.1'],
      ['full', [recipient('b', { hasRoom: false })], '552 5.2.2'],
      ['all full', [recipient('a', { hasRoom: false }), recipient('b', { hasRoom: false })], '552 5.2.2'],
    ] as const;
    for (const [sentence, recipients, expected] of table) {
      assert.equal(inShort(decideDamaged(recipients)), expected, sentence);
    }
    const othersServed = true;
    const fullOne = recipient('a', { hasRoom: false });
    assert.equal(inShort(decideDamaged([fullOne], { othersServed })), 'deliver a');
    assert.equal(inShort(decideDamaged([stranger], { othersServed })), '550 5.1.1');
  });
});
