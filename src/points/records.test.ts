// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { recordAct } from './records.ts';

const about = {
  identifier: 'id1@pec.alfa.test',
  sender: 'anna@pec.alfa.test',
  recipients: [{ address: 'a@pec.beta.test', certified: true }],
  replyTo: 'altri@pec.alfa.test',
};

suite('records', () => {
  test('LOG-2 LOG-4 a record has every field the law names, and the identifier and recipient', () => {
    const act = recordAct({
      event: 'delivered',
      instant: 7,
      about: { ...about, subject: 'Oggetto', messageId: '<1@client.test>' },
      provider: 'Gestore Alfa S.p.A.',
      recipient: 'a@pec.beta.test',
      generated: ['n1@pec.beta.test'],
      detail: { form: 'breve' },
    });
    assert.deepEqual(act, {
      do: 'record',
      record: {
        instant: 7,
        event: 'delivered',
        identifier: 'id1@pec.alfa.test',
        messageId: '<1@client.test>',
        sender: 'anna@pec.alfa.test',
        recipients: ['a@pec.beta.test'],
        subject: 'Oggetto',
        recipient: 'a@pec.beta.test',
        generated: ['n1@pec.beta.test'],
        provider: 'Gestore Alfa S.p.A.',
        detail: { form: 'breve' },
      },
    });
  });

  test('LOG-2 what the message does not have is not there', () => {
    const act = recordAct({ event: 'acceptance', instant: 7, about, provider: 'x' });
    assert.equal(act.do, 'record');
    assert.deepEqual(act.do === 'record' && Object.keys(act.record).sort(), [
      'event',
      'identifier',
      'instant',
      'provider',
      'recipients',
      'sender',
    ]);
  });
});
