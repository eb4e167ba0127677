// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readScanReply, readVersionReply } from './clamd-reply.ts';
import { judgeScanner, type Probe } from './scanner-health.ts';

const NOON = new Date(2026, 10, 22, 12).getTime();
const HOUR_MS = 3_600_000;

suite('what clamd says', () => {
  test('only the exact words are a verdict', () => {
    const table = [
      ['stream: OK\0', 'clean'],
      ['stream: OK', 'clean'],
      ['stream: Eicar-Signature FOUND\0', 'infected Eicar-Signature'],
      ['stream: Own.Test(a: b).UNOFFICIAL FOUND\0', 'infected Own.Test(a: b).UNOFFICIAL'],
      [`stream: ${'x'.repeat(300)} FOUND\0`, `infected ${'x'.repeat(200)}`],
      ['stream: Vi\r\nrus\u00e8 FOUND\0', 'infected Vi?rus? FOUND'.replace(' FOUND', '')],
      ['INSTREAM size limit exceeded. ERROR\0', 'too-large'],
      ["stream: Can't allocate memory ERROR\0", "nothing stream: Can't allocate memory ERROR"],
      ['stream: OK, perhaps\0', 'nothing stream: OK, perhaps'],
      ['OK\0', 'nothing OK'],
      ['stream:  FOUND\0', 'nothing stream:  FOUND'],
      ['\0', 'nothing ?'],
      ['', 'nothing ?'],
    ] as const;
    for (const [reply, expected] of table) {
      const read = readScanReply(reply);
      const rest = read.said === 'infected' ? read.virus : read.said === 'nothing' ? read.words : undefined;
      assert.equal(rest === undefined ? read.said : `${read.said} ${rest}`, expected, reply);
    }
  });

  test('the version, and the day of the signatures', () => {
    const engine = 'ClamAV 1.4.6';
    const at = (...day: [number, number, number, number, number, number]) => new Date(...day).getTime();
    const table: [string, unknown][] = [
      [`${engine}/27812/Sun Nov 22 08:48:50 2026\0`, { engine, signaturesAt: at(2026, 10, 22, 8, 48, 50) }],
      [`${engine}/27812/Sun Nov  1 08:48:50 2026`, { engine, signaturesAt: at(2026, 10, 1, 8, 48, 50) }],
      [`${engine}\0`, { engine }],
      [`${engine}/27812/yesterday`, { engine }],
      [`${engine}/27812/Sun Foo 22 08:48:50 2026`, { engine }],
      ['HTTP/1.1 400 Bad Request', undefined],
      ['', undefined],
    ];
    for (const [reply, expected] of table) assert.deepEqual(readVersionReply(reply), expected, reply);
  });

  test('SEC-8 relied on only while it scans, with signatures that are young enough', () => {
    const version = 'ClamAV 1.4.6/27812/Sun Nov 22 06:00:00 2026\0';
    const well = { answered: true, version, scan: 'stream: OK\0' } as const;
    const table: [string, Probe, number | null, string][] = [
      ['well', well, 48, 'up'],
      ['just young enough', well, 6, 'up'],
      ['too old', well, 5.9, 'outdated'],
      ['of whatever age', { ...well, version: 'ClamAV 1.4.6\0' }, null, 'up'],
      ['old, of whatever age', well, null, 'up'],
      ['of an age nobody knows', { ...well, version: 'ClamAV 1.4.6\0' }, 48, 'outdated'],
      ['no clamd', { ...well, version: 'hello\0' }, 48, 'down'],
      ['an error', { ...well, scan: "stream: Can't create temporary file ERROR\0" }, 48, 'down'],
      ['everything is a virus', { ...well, scan: 'stream: All FOUND\0' }, 48, 'down'],
      ['no answer', { answered: false, why: 'no answer in time' }, 48, 'down'],
    ];
    for (const [sentence, probe, hours, expected] of table) {
      const maximumAgeMs = hours === null ? null : hours * HOUR_MS;
      assert.equal(judgeScanner(probe, { now: NOON, maximumAgeMs }).is, expected, sentence);
    }
  });
});
