// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LogEvent, LogRecord } from '../certification-log/log-store.ts';
import type { EvidenceKind } from './index-model.ts';
import { namingRecord } from './naming-records.ts';
import { outcomeOf } from './outcomes.ts';

const CARLA = 'carla@pec.beta.test';
const DARIO = 'dario@pec.beta.test';

function message(kind: EvidenceKind, instant: number, ...about: readonly string[]) {
  const digest = `${instant}`.padStart(64, '0');
  return { kind, instant, about, digest, file: `messages/${kind}-${instant}.eml` };
}

function record(sequence: number, event: LogEvent, more: Partial<LogRecord> = {}): LogRecord {
  return {
    sequence,
    event,
    instant: sequence * 1000 + 345,
    identifier: 'opec1@pec.alfa.test',
    sender: 'anna@pec.alfa.test',
    recipients: [CARLA, DARIO],
    ...more,
  };
}

suite('how a recipient ended, by the files', () => {
  const outcome = (grounds: Partial<Parameters<typeof outcomeOf>[1]>, recipient = CARLA) =>
    outcomeOf(recipient, { messages: [], records: [], ...grounds });

  test('nothing says nothing', () => {
    assert.deepEqual(outcome({}), { outcome: 'ignoto' });
  });

  test('the highest counts, of alike messages the earliest, whatever the case of letters', () => {
    const messages = [
      message('acceptance', 1),
      message('take-charge', 2, CARLA, DARIO),
      message('timeout-24h', 3, CARLA),
      message('non-delivery', 4, CARLA),
      message('delivery-brief', 6, CARLA.toUpperCase()),
      message('delivery-brief', 5, CARLA),
    ];
    const source = 'messages/delivery-brief-5.eml';
    assert.deepEqual(outcome({ messages }), { outcome: 'consegnato', instant: 5, source });
    assert.equal(outcome({ messages }, DARIO).outcome, 'preso-in-carico');
    assert.equal(outcome({ messages }, 'elsa@pec.gamma.test').outcome, 'accettato');
  });

  test('a message counts before a record of the same outcome, a record of a higher one before the message', () => {
    const messages = [message('take-charge', 9, CARLA)];
    const taken = record(2, 'take-charge-received', { recipient: CARLA });
    assert.equal(outcome({ messages, records: [taken] }).source, 'messages/take-charge-9.eml');
    const delivered = record(3, 'delivered', { recipient: CARLA });
    assert.deepEqual(
      outcome({ messages, records: [record(4, 'delivered', { recipient: CARLA }), delivered] }),
      {
        outcome: 'consegnato',
        instant: 3000,
        source: 'log/records/3.json',
      },
    );
  });

  test('IP-20 what a provider says of another’s recipient decides nothing', () => {
    const detail = { kind: 'avvenuta-consegna', addressee: 'anna@pec.alfa.test' };
    const received = (more: Record<string, string>) =>
      outcome({
        records: [record(2, 'notification-received', { recipient: CARLA, detail: { ...detail, ...more } })],
      }).outcome;
    assert.equal(received({}), 'consegnato');
    assert.equal(received({ kind: 'errore-consegna' }), 'non-consegnato');
    assert.equal(received({ tracking: 'not-its-domain' }), 'ignoto');
    const receipt = message('delivery-concise', 5, CARLA);
    const named = (tracking: Record<string, string>) =>
      record(2, 'notification-received', {
        recipient: CARLA,
        digests: [receipt.digest],
        detail: { ...detail, ...tracking },
      });
    const messages = [receipt];
    assert.equal(outcome({ messages, records: [named({})] }).outcome, 'consegnato');
    assert.equal(outcome({ messages, records: [named({ tracking: 'not-its-domain' })] }).outcome, 'ignoto');
  });

  test('records that name several recipients, or all', () => {
    const told = (event: LogEvent, detail?: Record<string, string>) =>
      outcome({ records: [record(2, event, detail && { detail })] }, DARIO).outcome;
    assert.equal(told('take-charge-emitted', { covers: `${CARLA} ${DARIO}` }), 'preso-in-carico');
    assert.equal(told('take-charge-emitted', { covers: CARLA }), 'ignoto');
    assert.equal(told('envelope-sent', { kind: 'transport-envelope', to: DARIO }), 'inoltrato');
    assert.equal(told('envelope-sent', { kind: 'take-charge', to: DARIO }), 'ignoto');
    assert.equal(told('acceptance'), 'accettato');
    assert.equal(told('non-acceptance-virus'), 'non-accettato');
    assert.equal(told('reissued'), 'ignoto');
  });
});

test('the record that names a message is the first with its digest and an event of its kind', () => {
  const digests = ['a'.repeat(64), 'b'.repeat(64)];
  const records = [
    record(7, 'envelope-received', { digests }),
    record(5, 'acceptance', { digests }),
    record(4, 'duplicate-received', { digests }),
    record(3, 'acceptance'),
  ];
  const find = (kind: EvidenceKind, digest: string) => namingRecord({ kind, digest }, records)?.sequence;
  assert.equal(find('transport-envelope', 'b'.repeat(64)), 5);
  assert.equal(find('delivery-complete', 'b'.repeat(64)), undefined);
  assert.equal(find('acceptance', 'c'.repeat(64)), undefined);
});
