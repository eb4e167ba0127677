// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committed } from '../mailroom/steps/step-store.ts';
import { AlertBoard } from '../platform/alerts.ts';
import { silentJournal } from '../platform/journal.ts';
import { MetricsRegistry } from '../platform/metrics.ts';
import { countAlerts, countRecords, timedKey } from './counting.ts';

const record = { instant: 0, event: 'delivered', identifier: 'a', sender: 'b', recipients: [] } as const;

test('records are counted by event once they are committed, and those of a part left out are not', async () => {
  const metrics = new MetricsRegistry();
  let hear: ((committed: Committed) => void) | undefined;
  const store = {
    onCommitted: (listener: (committed: Committed) => void) => {
      hear = listener;
      return () => undefined;
    },
  };
  countRecords(store, metrics);
  const part = { acts: [{ do: 'record', record }] } as const;
  hear?.({
    step: { blobs: [], contents: [], parts: [part, part, part] },
    outcome: {
      parts: [
        { done: true, results: [] },
        { done: false, failed: { is: 'queued', entry: 1 } },
        { done: true, results: [] },
      ],
    },
  });
  assert.match(await metrics.text(), /^ceralacca_records_total\{event="delivered"\} 2$/m);
});

test('alerts are counted when they begin, and told while they last', async () => {
  const metrics = new MetricsRegistry();
  const alerts = new AlertBoard(silentJournal);
  const stop = countAlerts(alerts, metrics);
  alerts.raise({ code: 'scanner-down', sentence: 'the scanner is down', facts: {} });
  assert.match(await metrics.text(), /^ceralacca_alerts 1$/m);
  alerts.clear('scanner-down');
  const text = await metrics.text();
  assert.match(text, /^ceralacca_alerts 0$/m);
  assert.match(text, /^ceralacca_alerts_raised_total 1$/m);
  stop();
});

test('signatures are timed, those that fail apart', async () => {
  const metrics = new MetricsRegistry();
  let broken = false;
  const key = timedKey(
    {
      certificate: Buffer.from('c'),
      chain: [],
      sign: async (bytes) => {
        if (broken) throw new Error('gone');
        return bytes;
      },
    },
    metrics,
  );
  assert.equal((await key.sign(Buffer.from('x'))).toString(), 'x');
  broken = true;
  await assert.rejects(key.sign(Buffer.from('x')), /gone/);
  const text = await metrics.text();
  assert.match(text, /^ceralacca_signing_seconds_count\{result="signed"\} 1$/m);
  assert.match(text, /^ceralacca_signing_seconds_count\{result="failed"\} 1$/m);
});
