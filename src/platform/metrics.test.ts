// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LATENCY_SECONDS, MetricsRegistry } from './metrics.ts';

test('a counter tells every combination from the start, and what was added', async () => {
  const metrics = new MetricsRegistry();
  const logins = metrics.counter({
    name: 'ceralacca_logins_total',
    sentence: 'Log-ins.',
    labels: { door: ['imap', 'pop3'], result: ['succeeded', 'failed'] },
  });
  logins.add({ door: 'imap', result: 'failed' });
  logins.add({ door: 'imap', result: 'failed' }, 2);
  const text = await metrics.text();
  assert.match(text, /^# HELP ceralacca_logins_total Log-ins\.$/m);
  assert.match(text, /^ceralacca_logins_total\{door="imap",result="failed"\} 3$/m);
  assert.match(text, /^ceralacca_logins_total\{door="pop3",result="succeeded"\} 0$/m);
});

test('a value nobody foresaw is told as other, so that labels never grow', async () => {
  const metrics = new MetricsRegistry();
  const kinds: readonly string[] = ['acceptance'];
  const counter = metrics.counter({
    name: 'ceralacca_kinds_total',
    sentence: 'Kinds.',
    labels: { kind: kinds },
  });
  for (let number = 0; number < 1000; number += 1) counter.add({ kind: `user${number}@alfa.test` });
  const text = await metrics.text();
  assert.match(text, /^ceralacca_kinds_total\{kind="other"\} 1000$/m);
  assert.doesNotMatch(text, /alfa\.test/);
});

test('a metric with more combinations than a reader can take in is refused', () => {
  const metrics = new MetricsRegistry();
  const many = Array.from({ length: 14 }, (_, number) => `v${number}`);
  const terms = { name: 'ceralacca_many', sentence: 'Many.', labels: { a: many, b: many } };
  assert.throws(() => metrics.gauge(terms), RangeError);
});

test('a measured gauge is asked when somebody looks; when it fails the others are told all the same', async () => {
  const metrics = new MetricsRegistry();
  let value = 1;
  metrics.measured({
    name: 'ceralacca_queue_entries',
    sentence: 'Entries.',
    labels: { lane: ['local', 'certified'] },
    measure: () => [{ labels: { lane: 'local' }, value }],
  });
  metrics.measured({
    name: 'ceralacca_broken',
    sentence: 'Broken.',
    measure: () => {
      throw new Error('closed');
    },
  });
  value = 7;
  const text = await metrics.text();
  assert.match(text, /^ceralacca_queue_entries\{lane="local"\} 7$/m);
  assert.doesNotMatch(text, /lane="certified"/);
  assert.doesNotMatch(text, /^ceralacca_broken /m);
});

test('a histogram has its buckets, and two registries share nothing', async () => {
  const [alfa, beta] = [new MetricsRegistry(), new MetricsRegistry()];
  const terms = { name: 'ceralacca_commit_seconds', sentence: 'Commits.', buckets: [0.01, 1] };
  const histogram = alfa.histogram(terms);
  beta.histogram(terms);
  histogram.observe({}, 0.005);
  histogram.observe({}, 2);
  const text = await alfa.text();
  assert.match(text, /^ceralacca_commit_seconds_bucket\{le="0\.01"\} 1$/m);
  assert.match(text, /^ceralacca_commit_seconds_count 2$/m);
  assert.match(await beta.text(), /^ceralacca_commit_seconds_count 0$/m);
  assert.deepEqual(alfa.list(), [{ name: 'ceralacca_commit_seconds', sentence: 'Commits.' }]);
});

test('a histogram measures what begins and ends, in seconds', async () => {
  const metrics = new MetricsRegistry();
  const terms = { name: 'ceralacca_signing_seconds', sentence: 'Signing.', buckets: LATENCY_SECONDS };
  const end = metrics.histogram(terms).begin();
  end({});
  const text = await metrics.text();
  assert.match(text, /^ceralacca_signing_seconds_count 1$/m);
  // Milliseconds would lie above the last bucket of ten as soon as the machine is busy.
  assert.match(text, /^ceralacca_signing_seconds_bucket\{le="10"\} 1$/m);
});
