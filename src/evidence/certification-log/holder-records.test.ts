// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOfHolder, mayBeOfHolder } from './holder-records.ts';
import type { NewLogRecord } from './log-store.ts';

const OFFICE = 'Protocollo@comune.alfa.test';

function record(more: Partial<NewLogRecord>): NewLogRecord {
  return {
    instant: 0,
    event: 'envelope-sent',
    identifier: 'opec1@alfa.test',
    sender: 'ditta@alfa.test',
    recipients: ['protocollo@comune.alfa.test', 'tributi@comune.alfa.test'],
    ...more,
  };
}

function shown(more: Partial<NewLogRecord>): boolean {
  const one = record(more);
  const found = isOfHolder(one, OFFICE);
  if (found) assert.ok(mayBeOfHolder(JSON.stringify(one), OFFICE));
  return found;
}

test('LOG-10 of what a mailbox sent, everything is the holder’s', () => {
  const sender = 'protocollo@Comune.Alfa.test';
  assert.ok(shown({ sender, recipients: ['a@b.test'] }));
  assert.ok(
    shown({ sender, recipients: ['a@b.test'], recipient: 'a@b.test', event: 'take-charge-received' }),
  );
  assert.ok(
    shown({ sender: '"protocollo"@comune.alfa.test', recipients: [], event: 'non-acceptance-formal' }),
  );
});

test('LOG-10 of what it received, only what is of the message or of this recipient', () => {
  assert.ok(shown({ event: 'envelope-received' }));
  assert.ok(shown({ event: 'delivered', recipient: 'protocollo@comune.alfa.test' }));
  assert.ok(!shown({ event: 'delivered', recipient: 'tributi@comune.alfa.test' }));
  assert.ok(!shown({ recipients: ['tributi@comune.alfa.test'] }));
});

test('LOG-10 who wrote a holder’s address into ordinary mail is not the holder', () => {
  const sender = OFFICE;
  for (const event of ['ordinary-refused', 'ordinary-discarded', 'anomaly-created'] as const)
    assert.ok(!shown({ sender, event, recipients: ['tributi@comune.alfa.test'] }));
  assert.ok(shown({ sender, event: 'anomaly-created', recipient: 'protocollo@comune.alfa.test' }));
});
