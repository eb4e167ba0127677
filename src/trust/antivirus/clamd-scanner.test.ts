// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as realPause } from 'node:timers/promises';
import { type Behaviour, FAKE_VIRUS, FakeClamd } from '../../../test/clamd/fake-clamd.ts';
import { AlertBoard } from '../../platform/alerts.ts';
import { FixedClock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { silentJournal } from '../../platform/journal.ts';
import { ManualTimers } from '../../platform/timers.ts';
import { MemoryOctets } from '../../wire/mime/octets.ts';
import { ClamdScanner, type ClamdScannerOptions, WAITING_SCANS } from './clamd-scanner.ts';
import { scanningSink } from './scanning-sink.ts';

const HOUR_MS = 3_600_000;
const NOON = new Date(2026, 2, 2, 12).getTime();

async function open(fake: FakeClamd, options: Partial<ClamdScannerOptions> = {}) {
  const clock = new FixedClock(NOON);
  const timers = new ManualTimers();
  const alerts = new AlertBoard(silentJournal);
  const scanner = await ClamdScanner.open({
    place: { path: fake.path },
    connectMs: 1000,
    answerMs: 5000,
    everyMs: 10_000,
    atOnce: 4,
    maximumAgeMs: 48 * HOUR_MS,
    clock,
    timers,
    alerts,
    journal: silentJournal,
    ...options,
  });
  const raised = () => alerts.current().map(({ code }) => code);
  return { scanner, clock, timers, raised };
}

const octets = (text: string) => new MemoryOctets(Buffer.from(text));

async function faultOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Fault, String(error));
  assert.ok(error.temporary);
  return error.code;
}

/** Lets time pass until something has come of it. */
async function until(timers: ManualTimers, done: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !done(); round++) {
    timers.advance(1000);
    await realPause(2);
  }
  assert.ok(done());
}

/** A sink that keeps what it is given. */
function memorySink() {
  const chunks: Buffer[] = [];
  let discarded = 0;
  return {
    tooLarge: false,
    write(chunk: Buffer) {
      chunks.push(chunk);
      return undefined;
    },
    finish: async () => ({ octets: new MemoryOctets(Buffer.concat(chunks)) }),
    async discard() {
      discarded++;
    },
    get discarded() {
      return discarded;
    },
  };
}

suite('clamd', () => {
  test('AP-17 a verdict, of a message there and of one on its way', async () => {
    using fake = await new FakeClamd().starts();
    const { scanner, raised } = await open(fake);
    using _ = scanner;
    assert.deepEqual(await scanner.scan(octets('Buongiorno')), { verdict: 'clean' });
    const infected = { verdict: 'infected', virus: 'Fake.Virus-1' };
    assert.deepEqual(await scanner.scan(octets(`x ${FAKE_VIRUS} y`)), infected);
    const streamed = scanner.begin();
    assert.ok(streamed);
    for (const part of ['x CERALACCA-', 'FAKE', '-VIRUS y']) await streamed.write(Buffer.from(part));
    assert.deepEqual(await streamed.end(), infected);
    assert.deepEqual(raised(), []);
  });

  test('a large message goes no faster than the scanner takes it, octet by octet', async () => {
    using fake = await new FakeClamd().starts();
    fake.streamMaxLength = 5_000_000;
    using scanner = (await open(fake)).scanner;
    const chunk = Buffer.alloc(800_000, 'abc');
    const streamed = scanner.begin();
    assert.ok(streamed);
    let waited = 0;
    for (let part = 0; part < 5; part++) {
      const written = streamed.write(chunk);
      if (written === undefined) continue;
      waited++;
      await written;
    }
    assert.ok(waited > 0, 'the writer was held back');
    assert.deepEqual(await streamed.end(), { verdict: 'clean' });
    assert.equal(fake.scanned.at(-1)?.length, 4_000_000);
  });

  const failures: [Behaviour, string][] = [
    ['garbage', 'scan-failed'],
    ['endless', 'scan-failed'],
    ['dies-early', 'scan-failed'],
    ['dies-late', 'scan-failed'],
    ['loses-patience', 'scan-failed'],
    ['silent', 'scan-failed'],
  ];
  for (const [behaviour, code] of failures) {
    test(`SEC-8 a scanner that ${behaviour} gives no verdict, and an alert stands until it is well`, async () => {
      using fake = await new FakeClamd().starts();
      const { scanner, timers, raised } = await open(fake);
      using _ = scanner;
      fake.behaviour = behaviour;
      let fault: string | undefined;
      void faultOf(scanner.scan(octets('Buongiorno'))).then((found) => {
        fault = found;
      });
      await until(timers, () => fault !== undefined);
      assert.equal(fault, code);
      await until(timers, () => raised().length > 0);
      assert.deepEqual(raised(), ['scanner-down']);
      // Known to be down: nobody waits for it any more, before the message comes and after.
      assert.throws(() => scanner.begin(), { code: 'scanner-unavailable', temporary: true });
      assert.equal(await faultOf(scanner.scan(octets('Buongiorno'))), 'scanner-unavailable');
      fake.behaviour = 'scans';
      await until(timers, () => raised().length === 0);
      assert.deepEqual(await scanner.scan(octets('Buongiorno')), { verdict: 'clean' });
    });
  }

  test('SEC-8 a scanner that is not there at the start, comes, goes and comes back', async () => {
    using fake = new FakeClamd();
    const { scanner, timers, raised } = await open(fake);
    using _ = scanner;
    assert.deepEqual(raised(), ['scanner-down']);
    assert.throws(() => scanner.begin(), { code: 'scanner-unavailable' });
    await fake.starts();
    await until(timers, () => raised().length === 0);
    assert.deepEqual(await scanner.scan(octets('Buongiorno')), { verdict: 'clean' });
    await fake.stops();
    await until(timers, () => raised().length > 0);
    assert.deepEqual(raised(), ['scanner-down']);
    await fake.starts();
    await until(timers, () => raised().length === 0);
  });

  test('SEC-8 signatures older than the limit, and younger again', async () => {
    using fake = await new FakeClamd().starts();
    const { scanner, clock, timers, raised } = await open(fake);
    using _ = scanner;
    clock.advance(48 * HOUR_MS);
    await until(timers, () => raised().length > 0);
    assert.deepEqual(raised(), ['scanner-outdated']);
    assert.throws(() => scanner.begin(), { code: 'scanner-outdated', temporary: true });
    assert.equal(await faultOf(scanner.scan(octets('Buongiorno'))), 'scanner-outdated');
    fake.version = 'ClamAV 1.4.6/27813/Tue Mar  3 08:00:00 2026';
    await until(timers, () => raised().length === 0);
    assert.deepEqual(await scanner.scan(octets('Buongiorno')), { verdict: 'clean' });
  });

  test('a message above the size limit of clamd is not clean, and no other message suffers', async () => {
    using fake = await new FakeClamd().starts();
    const { scanner, timers, raised } = await open(fake);
    using _ = scanner;
    fake.streamMaxLength = 100;
    const large = octets('a'.repeat(101));
    assert.equal(await faultOf(scanner.scan(large)), 'scan-too-large');
    assert.deepEqual(raised(), ['scanner-limit']);
    const streamed = scanner.begin();
    await streamed?.write(large.buffer);
    assert.equal(await streamed?.end(), undefined, 'no verdict');
    assert.deepEqual(await scanner.scan(octets('a'.repeat(100))), { verdict: 'clean' });
    timers.advance(10_000);
    await scanner.look();
    assert.deepEqual(raised(), ['scanner-limit'], 'it stands while the limit does');
    fake.streamMaxLength = 101;
    await until(timers, () => raised().length === 0);
    assert.deepEqual(await scanner.scan(large), { verdict: 'clean' });
  });

  test('so many scans at once; more streams are not begun, more messages wait, and too many are sent away', async () => {
    using fake = await new FakeClamd().starts();
    const { scanner } = await open(fake, { atOnce: 2 });
    using _ = scanner;
    fake.peak = 0;
    const streams = [scanner.begin(), scanner.begin()];
    assert.ok(streams.every((stream) => stream !== undefined));
    assert.equal(scanner.begin(), undefined, 'the third is scanned once it is there');
    streams[0]?.abandon();
    streams[0]?.abandon();
    const third = scanner.begin();
    assert.ok(third !== undefined);
    assert.equal(scanner.begin(), undefined, 'a place is given back once');
    third.abandon();
    assert.deepEqual(await streams[1]?.end(), { verdict: 'clean' });
    let open_: () => void = () => undefined;
    fake.gate = new Promise((resolve) => {
      open_ = resolve;
    });
    const scans = Array.from({ length: 2 + WAITING_SCANS }, () => scanner.scan(octets('Buongiorno')));
    assert.equal(await faultOf(scanner.scan(octets('Buongiorno'))), 'scanner-busy');
    open_();
    const verdicts = await Promise.all(scans);
    assert.ok(verdicts.every(({ verdict }) => verdict === 'clean'));
    assert.ok(fake.peak <= 4, `${fake.peak} connections at once`);
  });
});

suite('a sink that is scanned', () => {
  test('gives the message with its verdict', async () => {
    using fake = await new FakeClamd().starts();
    using scanner = (await open(fake)).scanner;
    const sink = scanningSink(memorySink(), scanner);
    await sink.write(Buffer.from('x CERALACCA-'));
    await sink.write(Buffer.from('FAKE-VIRUS y'));
    const { scan, octets: kept } = await sink.finish();
    assert.deepEqual(scan, { verdict: 'infected', virus: 'Fake.Virus-1' });
    assert.equal(kept.buffer.toString(), `x ${FAKE_VIRUS} y`);
    assert.equal(fake.scanned.filter((each) => each.includes(FAKE_VIRUS)).length, 1, 'scanned once');
  });

  test('a slow sender tries the scanner’s patience: the message is scanned once it is there', async () => {
    using fake = await new FakeClamd().starts();
    const { scanner, raised } = await open(fake);
    using _ = scanner;
    fake.behaviour = 'loses-patience';
    const sink = scanningSink(memorySink(), scanner);
    await sink.write(Buffer.from(`x ${FAKE_VIRUS}`));
    while (fake.connections > 0) await realPause(1);
    fake.behaviour = 'scans';
    await sink.write(Buffer.from(' y'));
    assert.deepEqual((await sink.finish()).scan, { verdict: 'infected', virus: 'Fake.Virus-1' });
    assert.deepEqual(raised(), []);
  });

  test('without a verdict there is no message, and nothing of it stays', async () => {
    using fake = await new FakeClamd().starts();
    const { scanner } = await open(fake);
    using _ = scanner;
    const inner = memorySink();
    const sink = scanningSink(inner, scanner);
    await sink.write(Buffer.from('Buongiorno'));
    fake.behaviour = 'garbage';
    assert.equal(await faultOf(sink.finish()), 'scan-failed');
    await sink.discard();
    assert.equal(inner.discarded, 1);
    while (fake.connections > 0) await realPause(1);
  });
});
