// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlertBoard } from '../../src/platform/alerts.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { systemTimers } from '../../src/platform/timers.ts';
import { Rspamd } from '../../src/trust/spam/rspamd.ts';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';
import { freePort } from '../network/free-port.ts';

let folder: string;
let url: string;
let rspamd: ChildProcess;

/** The normal worker alone, knowing three top-level domains and no name server: it starts in a second or two. */
function configuration(port: number): string {
  const file = (name: string) => JSON.stringify(join(folder, name));
  return `
    options {
      filters = "";
      enable_test_patterns = true;
      tempdir = ${JSON.stringify(folder)};
      hs_cache_dir = ${JSON.stringify(folder)};
      cache_file = ${file('cache')};
      history_file = ${file('history')};
      stats_file = ${file('stats')};
      dynamic_conf = ${file('dynamic')};
      pidfile = ${file('pid')};
      control_socket = "${join(folder, 'control')} mode=0600";
      url_tld = ${file('domains')};
      dns { nameserver = ["127.0.0.1:1"]; timeout = 0.1s; retransmits = 1; }
    }
    logging { type = "console"; level = "error"; }
    actions { reject = 15; "add header" = 6; }
    worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; mime = true; }
  `;
}

/** The pattern that every filter calls spam; rspamd knows one for each of its actions. */
const pattern = (letter: string) =>
  `${letter}JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X`;

async function answers(): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    assert.equal(rspamd.exitCode, null, `rspamd ended: ${readFileSync(join(folder, 'log'), 'utf8')}`);
    const reply = await fetch(`${url}/ping`).catch(() => undefined);
    if (reply?.ok) return;
    await sleep(100);
  }
  assert.fail(`rspamd does not answer: ${readFileSync(join(folder, 'log'), 'utf8')}`);
}

suite('rspamd of Debian', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ceralacca-rspamd-'));
    writeFileSync(join(folder, 'domains'), 'test\nit\ncom\n');
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const file = join(folder, 'rspamd.conf');
    writeFileSync(file, configuration(port));
    // As root it wants to be told that it is meant.
    const user = process.getuid?.() === 0 ? ['-i', '-u', 'root', '-g', 'root'] : [];
    rspamd = spawn('rspamd', ['-f', ...user, '-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    writeFileSync(join(folder, 'log'), '');
    for (const stream of [rspamd.stdout, rspamd.stderr])
      stream?.on('data', (chunk) => writeFileSync(join(folder, 'log'), chunk, { flag: 'a' }));
    await answers();
  });
  after(async () => {
    if (rspamd.exitCode === null) {
      // Its workers go with it only when it may end them itself.
      const gone = once(rspamd, 'exit');
      rspamd.kill('SIGTERM');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test('its verdicts are understood', async () => {
    const alerts = new AlertBoard(silentJournal);
    const filter = new Rspamd({ url, timers: systemTimers, alerts });
    const verdicts = [];
    for (const text of [pattern('X'), pattern('Y'), pattern('Z'), 'Buongiorno.']) {
      const octets = new MemoryOctets(
        Buffer.from(`From: a@b.test\r\nTo: c@d.test\r\nSubject: x\r\n\r\n${text}\r\n`),
      );
      const verdict = await filter.judge({
        octets,
        reversePath: 'a@b.test',
        forwardPaths: ['c@d.test'],
        address: '192.0.2.1',
        helo: 'mx.b.test',
      });
      verdicts.push(`${verdict?.advice} ${verdict?.action} of ${verdict?.required}`);
    }
    assert.deepEqual(verdicts, [
      'reject reject of 15',
      'mark add header of 15',
      'mark rewrite subject of 15',
      'accept no action of 15',
    ]);
    assert.deepEqual(alerts.current(), []);
  });
});
