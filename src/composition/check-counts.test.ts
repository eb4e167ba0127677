// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from '../platform/metrics.ts';
import type { Scanner, ScanVerdict } from '../trust/antivirus/scanner.ts';
import type { SpamVerdict } from '../trust/spam/spam-filter.ts';
import { MemoryOctets } from '../wire/mime/octets.ts';
import { countedOrdinaryChecks, countedScanner } from './check-counts.ts';

const octets = new MemoryOctets(Buffer.from('x'));

/** The lines of a metric that are not 0. */
async function counted(metrics: MetricsRegistry, name: string): Promise<string[]> {
  const lines = (await metrics.text()).split('\n');
  return lines.filter((line) => line.startsWith(`${name}{`) && !line.endsWith(' 0')).sort();
}

test('AP-17 scans are counted by verdict, those without one too, and those that nobody waits for are not', async () => {
  const metrics = new MetricsRegistry();
  let verdict: ScanVerdict | undefined = { verdict: 'clean' };
  const scanner: Scanner = {
    begin: () => ({ write: () => undefined, end: async () => verdict, abandon: () => undefined }),
    scan: async () => verdict ?? Promise.reject(new Error('down')),
  };
  const counting = countedScanner(scanner, metrics);
  counting.begin()?.abandon();
  assert.deepEqual(await counting.begin()?.end(), verdict);
  verdict = { verdict: 'infected', virus: 'Eicar' };
  assert.deepEqual(await counting.scan(octets), verdict);
  verdict = undefined;
  assert.equal(await counting.begin()?.end(), undefined);
  await assert.rejects(counting.scan(octets), /down/);
  assert.deepEqual(await counted(metrics, 'ceralacca_scans_total'), [
    'ceralacca_scans_total{how="streamed",verdict="clean"} 1',
    'ceralacca_scans_total{how="streamed",verdict="none"} 1',
    'ceralacca_scans_total{how="whole",verdict="infected"} 1',
    'ceralacca_scans_total{how="whole",verdict="none"} 1',
  ]);
});

test('where all places for streamed scans are taken nothing is counted', async () => {
  const metrics = new MetricsRegistry();
  const none = { begin: () => undefined, scan: async () => ({ verdict: 'unscanned' }) as const };
  assert.equal(countedScanner(none, metrics).begin(), undefined);
  assert.deepEqual(await counted(metrics, 'ceralacca_scans_total'), []);
});

test('what is found of ordinary mail is counted, and handed on as it is', async () => {
  const metrics = new MetricsRegistry();
  const checks = countedOrdinaryChecks(metrics);
  const mail = { octets, header: Buffer.alloc(0), reversePath: '', address: '192.0.2.7', helo: '' };
  const verdict = {
    spf: { result: 'pass', domain: 'a.test' },
    dkim: [
      { result: 'fail', domain: 'a.test', selector: 's' },
      { result: 'fail', domain: 'b.test', selector: 's' },
    ],
    dmarc: { result: 'pass', domain: 'a.test', policy: 'none' },
  } as const;
  assert.equal(await checks.authentication({ check: async () => verdict }).check(mail), verdict);
  assert.deepEqual(await counted(metrics, 'ceralacca_sender_checks_total'), [
    'ceralacca_sender_checks_total{method="dkim",result="fail"} 2',
    'ceralacca_sender_checks_total{method="dmarc",result="pass"} 1',
    'ceralacca_sender_checks_total{method="spf",result="pass"} 1',
  ]);
  const score: SpamVerdict = { advice: 'mark', action: 'add header', score: 7, required: 15 };
  const suspect = { ...mail, forwardPaths: [] };
  assert.equal(await checks.spam({ judge: async () => score }).judge(suspect), score);
  assert.equal(await checks.spam({ judge: async () => undefined }).judge(suspect), undefined);
  assert.deepEqual(await counted(metrics, 'ceralacca_spam_verdicts_total'), [
    'ceralacca_spam_verdicts_total{advice="mark"} 1',
    'ceralacca_spam_verdicts_total{advice="unscored"} 1',
  ]);
});
