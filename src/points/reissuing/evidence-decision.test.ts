// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LogEvent, LogRecord } from '../../evidence/certification-log/log-store.ts';
import { decideEvidence } from './evidence-decision.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';
const DARIO = 'dario@pec.beta.test';

function record(sequence: number, event: LogEvent, more: Partial<LogRecord> = {}): LogRecord {
  return {
    sequence,
    event,
    instant: sequence,
    identifier: 'opec1@pec.alfa.test',
    messageId: '<1@client.test>',
    sender: ANNA,
    recipients: [CARLA, DARIO],
    ...more,
  };
}

function storeOf(...records: readonly LogRecord[]) {
  return {
    recordsAbout: (id: string) =>
      records.filter(
        ({ identifier, messageId }) => identifier === id || messageId === `<${id}>` || messageId === id,
      ),
    findFrames: () => [],
    hasFramesBefore: () => false,
  };
}

suite('what may be in an evidence file', () => {
  const story = [
    record(1, 'acceptance'),
    record(2, 'take-charge-received', { recipient: CARLA }),
    record(3, 'notification-received', { recipient: CARLA }),
    record(4, 'notification-received', { recipient: DARIO }),
    record(5, 'reissued'),
    record(6, 'evidence-made'),
    record(7, 'evidence-refused'),
  ];
  const decide = (holder?: string, ...more: readonly LogRecord[]) => {
    const decision = decideEvidence(storeOf(...story, ...more), {
      about: '<1@client.test>',
      ...(holder !== undefined && { holder }),
    });
    return decision.decided === 'refuse'
      ? decision.because
      : [decision.grounds.view.of, decision.grounds.records.map(({ sequence }) => sequence)];
  };

  test('LOG-10 everything, the sender’s view, a recipient’s; requests are no part of the story', () => {
    assert.deepEqual(decide(), ['tutto', [1, 2, 3, 4]]);
    assert.deepEqual(decide(ANNA), ['mittente', [1, 2, 3, 4]]);
    assert.deepEqual(decide(CARLA.toUpperCase()), ['destinatario', [1, 2, 3]]);
    assert.deepEqual(decide('x@pec.gamma.test'), 'not-theirs');
  });

  test('LOG-10 a Message-ID that several messages have names none of them', () => {
    assert.deepEqual(
      decide(undefined, record(8, 'acceptance', { identifier: 'opec2@pec.alfa.test' })),
      'ambiguous',
    );
    const decision = decideEvidence(storeOf(...story), { about: 'opec3@pec.alfa.test' });
    assert.ok(decision.decided === 'refuse' && decision.because === 'unknown');
  });

  test('a message of somebody else with the same identifier is not in it', () => {
    const other = record(8, 'envelope-received', {
      sender: 'x@pec.gamma.test',
      messageId: '<2@client.test>',
    });
    assert.deepEqual(decide(undefined, other), ['tutto', [1, 2, 3, 4]]);
  });
});
