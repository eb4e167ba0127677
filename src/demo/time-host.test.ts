// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { openClockWatch } from '../composition/clock-watching.ts';
import { completed } from '../composition/surroundings.ts';
import { ShiftedClock } from '../platform/clock.ts';
import type { Config } from '../platform/config/config.ts';
import { timeSection } from '../platform/config/time-section.ts';
import { Fault } from '../platform/faults.ts';
import { silentJournal } from '../platform/journal.ts';
import { TimeHost } from './time-host.ts';

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

test("TIME-2: over the network a provider's clock is found wrong and right again, as the time server is", async () => {
  const port = await freePort();
  const clock = new ShiftedClock(13 * 3_600_000);
  await using host = await TimeHost.listen(clock, { host: '127.0.0.1', port });
  const around = completed({ journal: silentJournal, clock });
  // A server that is not there, beside the one that is.
  const servers = [`127.0.0.1:${port}`, 'time.invalid'];
  const time = timeSection.parse({ servers, answerMs: 5000 });
  using watch = await openClockWatch({ time } as Config, { around, onResumed: () => undefined });
  assert.equal(watch.held(), undefined);
  host.errorMs = 5000;
  await watch.measure();
  assert.equal(watch.held(), 'wrong');
  const offsetMs = watch.report()?.offsetMs ?? 0;
  assert.ok(Math.abs(offsetMs - 5000) < 500, String(offsetMs));
  assert.deepEqual(
    around.alerts.current().map(({ code }) => code),
    ['clock-wrong'],
  );
  host.errorMs = 0;
  await watch.measure();
  assert.equal(watch.held(), undefined);
  // The clock travels, and the time server with it.
  clock.shiftTo(26 * 3_600_000);
  assert.equal(watch.held(), 'jumped');
  await watch.measure();
  assert.equal(watch.held(), undefined);
  const text = await around.metrics.text();
  assert.match(text, /^ceralacca_certification_held 0$/m);
  assert.match(text, /^ceralacca_clock_measurements_total\{verdict="right"\} 3$/m);
});

test('without time servers the start says so, and nothing is held', async () => {
  const said: string[] = [];
  const journal = { ...silentJournal, warn: (_: unknown, sentence: string) => void said.push(sentence) };
  const around = completed({ journal });
  const time = timeSection.parse({});
  using watch = await openClockWatch({ time } as Config, { around, onResumed: () => undefined });
  assert.equal(watch.held(), undefined);
  assert.equal(watch.report(), undefined);
  assert.match(said.join(), /no time servers are configured/);
});

test('a port that is taken is said to be', async () => {
  const port = await freePort();
  const clock = new ShiftedClock();
  await using _ = await TimeHost.listen(clock, { host: '127.0.0.1', port });
  await assert.rejects(
    TimeHost.listen(clock, { host: '127.0.0.1', port }),
    (error) => error instanceof Fault && error.code === 'port-unavailable',
  );
});
