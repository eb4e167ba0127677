// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { QUEUE_STATES, type QueueFigure, type QueueState } from '../mailroom/queue/queue-store.ts';
import { AlertBoard } from '../platform/alerts.ts';
import { FixedClock } from '../platform/clock.ts';
import type { Config } from '../platform/config/config.ts';
import { silentJournal } from '../platform/journal.ts';
import { ManualTimers } from '../platform/timers.ts';
import { QueueFigures } from './house-figures.ts';
import { Lookout } from './lookout.ts';
import { completed } from './surroundings.ts';

const HOUR_MS = 3_600_000;
const DAYS_OF_CERTIFICATE = 100;

/** Looks out for one house whose state the test sets. */
function openHouse(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-lookout-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const certificateFile = join(folder, 'certificate.pem');
  const words = `req -x509 -newkey rsa:2048 -nodes -days ${DAYS_OF_CERTIFICATE} -subj /CN=mx.test -keyout /dev/null -out`;
  execFileSync('openssl', [...words.split(' '), certificateFile], { stdio: 'pipe' });
  const clock = new FixedClock(Date.now());
  const timers = new ManualTimers();
  const alerts = new AlertBoard(silentJournal);
  const watch = { diskFreeBytes: 0, certificateDays: 30, queueAgeHours: 6 };
  const house = {
    folder,
    clock,
    timers,
    alerts,
    watch,
    waits: new Map<QueueState, Omit<QueueFigure, 'state'>>(),
    amiss: [] as readonly string[],
    writer: async () => {},
  };
  const queueFigures = () =>
    QUEUE_STATES.map((state) => ({ state, entries: 0, oldestAt: undefined, ...house.waits.get(state) }));
  const lookout = new Lookout({
    config: { tls: { certificateFile }, signing: { certificateFile }, directory: {}, watch } as Config,
    amissInIndex: () => house.amiss,
    storeFolder: folder,
    queue: new QueueFigures({ store: { queueFigures }, clock }),
    search: { waitedMs: 0 },
    writerAnswers: () => house.writer(),
    around: completed({ journal: silentJournal, clock, timers, alerts }),
  });
  t.after(() => lookout[Symbol.dispose]());
  const codes = async () => {
    // Figures of the queue are kept for a moment.
    clock.advance(10_000);
    await lookout.look();
    return alerts.current().map(({ code }) => code);
  };
  return { ...house, house, lookout, codes };
}

test('a house in order raises nothing', async (t) => {
  const { codes } = openHouse(t);
  assert.deepEqual(await codes(), []);
});

test('a disk with less room than wanted is an alert, and over when there is room', async (t) => {
  const { codes, watch } = openHouse(t);
  watch.diskFreeBytes = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(await codes(), ['disk-low']);
  watch.diskFreeBytes = 0;
  assert.deepEqual(await codes(), []);
});

test('IP-5 an index that has something of us otherwise is an alert, for as long as it has', async (t) => {
  const { codes, house } = openHouse(t);
  house.amiss = ['pec.alfa.test is not ours'];
  assert.deepEqual(await codes(), ['index-without-us']);
  house.amiss = [];
  assert.deepEqual(await codes(), []);
});

test('a certificate that ends within the days that are wanted is an alert, and one day before it is not', async (t) => {
  const { codes, watch } = openHouse(t);
  watch.certificateDays = DAYS_OF_CERTIFICATE - 1;
  assert.deepEqual(await codes(), []);
  watch.certificateDays = DAYS_OF_CERTIFICATE + 1;
  assert.deepEqual(await codes(), ['certificate-expiring']);
});

test('a message older in the queue than wanted is an alert until it is gone', async (t) => {
  const { codes, house, clock } = openHouse(t);
  house.waits.set('due', { entries: 1, oldestAt: clock.now() });
  assert.deepEqual(await codes(), []);
  clock.advance(6 * HOUR_MS);
  assert.deepEqual(await codes(), ['queue-old']);
  house.waits.clear();
  assert.deepEqual(await codes(), []);
});

test('messages that are held are an alert until nothing is', async (t) => {
  const { codes, house, clock, alerts } = openHouse(t);
  house.waits.set('held', { entries: 3, oldestAt: clock.now() });
  assert.deepEqual(await codes(), ['queue-held']);
  assert.deepEqual(alerts.current()[0]?.facts, { entries: 3 });
  house.waits.clear();
  assert.deepEqual(await codes(), []);
});

test('a writer that was replaced is over once it answers, and only then', async (t) => {
  const { codes, house, alerts } = openHouse(t);
  alerts.raise({ code: 'store-writer-restarted', sentence: 'the writer was replaced', facts: {} });
  house.writer = () => Promise.reject(new Error('no answer'));
  assert.deepEqual(await codes(), ['store-writer-restarted']);
  house.writer = async () => {};
  assert.deepEqual(await codes(), []);
});

test('it looks at the start and every half minute, until it is disposed of', async (t) => {
  const { lookout, timers, alerts, watch } = openHouse(t);
  const raised: string[] = [];
  const gone = Promise.withResolvers<void>();
  alerts.listen(({ code }, state) => {
    raised.push(`${code} ${state}`);
    gone.resolve();
  });
  lookout.start();
  while (timers.nextDelayMs === undefined) await new Promise(setImmediate);
  assert.equal(timers.nextDelayMs, 30_000);
  watch.diskFreeBytes = Number.MAX_SAFE_INTEGER;
  timers.advance(30_000);
  await gone.promise;
  assert.deepEqual(raised, ['disk-low raised']);
  while (timers.nextDelayMs === undefined) await new Promise(setImmediate);
  lookout[Symbol.dispose]();
  assert.equal(timers.nextDelayMs, undefined);
});
