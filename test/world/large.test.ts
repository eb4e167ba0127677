// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

suite('a large message', () => {
  test('AP-12 AP-24 DP-10 a hundred million octets pass both providers, by SMTP, in less than 300 MB of memory', async () => {
    const script = join(import.meta.dirname, 'large-message.ts');
    const { stdout } = await run(process.execPath, [script, '100000000', 'sockets']);
    const result: unknown = JSON.parse(stdout);
    assert.ok(isResult(result), stdout);
    assert.equal(result.envelope, result.wanted, 'as it arrived');
    assert.equal(result.receipt, result.wanted, 'as it came back');
    assert.ok(result.peakBytes < 300_000_000, `${result.peakBytes} octets`);
  });

  test('LOG-10 an evidence file with three times a hundred million octets is made in less than 380 MB of memory', async () => {
    const script = join(import.meta.dirname, 'large-message.ts');
    const { stdout } = await run(process.execPath, [script, '100000000', 'evidence']);
    const result: unknown = JSON.parse(stdout);
    assert.ok(isResult(result), stdout);
    assert.ok(result.zipBytes > 100_000, `${result.zipBytes} octets`);
    // The world around it takes most of that.
    assert.ok(result.peakBytes < 380_000_000, `${result.peakBytes} octets`);
  });
});

function isResult(
  value: unknown,
): value is { wanted: string; envelope: string; receipt: string; zipBytes: number; peakBytes: number } {
  return typeof value === 'object' && value !== null && 'peakBytes' in value;
}
