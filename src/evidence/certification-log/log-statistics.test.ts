// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogStatistics, STATISTICS } from './log-statistics.ts';
import type { LogEvent, NewLogRecord } from './log-store.ts';

const NOVEMBER = Date.UTC(2026, 10, 22, 9);

function count(...records: readonly (readonly [LogEvent, Partial<NewLogRecord>?])[]) {
  const statistics = new LogStatistics();
  for (const [event, more = {}] of records)
    statistics.add({
      instant: NOVEMBER,
      event,
      identifier: 'opec1@alfa.test',
      sender: '',
      recipients: [],
      ...more,
    });
  return statistics.months().map(({ month, counts }) => {
    const told = STATISTICS.filter((name) => counts[name] > 0).map((name) => `${name} ${counts[name]}`);
    return `${month}: ${told.join(', ')}`;
  });
}

test('each event is counted as what the supervisor calls it, or not at all', () => {
  assert.deepEqual(count(['acceptance'], ['acceptance'], ['envelope-sent'], ['take-charge-received']), [
    '2026-11: acceptances 2',
  ]);
  assert.deepEqual(count(['non-acceptance-formal'], ['non-acceptance-virus']), [
    '2026-11: nonAcceptances 2, virusesSent 1',
  ]);
  assert.deepEqual(count(['envelope-received'], ['take-charge-emitted'], ['delivered'], ['delivered']), [
    '2026-11: takeCharges 1, deliveries 2',
  ]);
  assert.deepEqual(count(['nondelivery-emitted'], ['virus-nondelivery-emitted'], ['smtp-failure']), [
    '2026-11: nonDeliveries 2',
  ]);
  assert.deepEqual(count(['timeout-12h'], ['timeout-24h'], ['timeout-24h'], ['anomaly-created']), [
    '2026-11: notices12h 1, notices24h 2, anomalies 1',
  ]);
});

test('an infected message is one, however many recipients it had', () => {
  const second = { identifier: 'opec2@beta.test' };
  assert.deepEqual(
    count(['virus-detected'], ['virus-detected'], ['virus-detected', second], ['virus-detected', second]),
    ['2026-11: virusesReceived 2'],
  );
  const later = { instant: NOVEMBER + 1000 };
  assert.deepEqual(count(['virus-detected'], ['virus-detected', later]), ['2026-11: virusesReceived 2']);
});

test('TIME-3 months begin and end at midnight in Italy', () => {
  const midnight = Date.UTC(2026, 10, 30, 23);
  assert.deepEqual(count(['acceptance', { instant: midnight }], ['acceptance', { instant: midnight - 1 }]), [
    '2026-11: acceptances 1',
    '2026-12: acceptances 1',
  ]);
});
