// SPDX-License-Identifier: EUPL-1.2
/**
 * The certification log as it grows: what appending, tracing, sealing and proving cost at its beginning and at its end,
 * and how long steps wait while a day is sealed.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import { auditLog } from '../../src/evidence/certification-log/log-audit.ts';
import type { NewLogRecord } from '../../src/evidence/certification-log/log-store.ts';
import { LogTree } from '../../src/evidence/certification-log/log-tree.ts';
import { inclusionProof } from '../../src/evidence/certification-log/merkle-tree.ts';
import { LogSealing } from '../../src/evidence/certification-log/sealing.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { AlertBoard } from '../../src/platform/alerts.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { systemTimers } from '../../src/platform/timers.ts';
import { BenchFolder, circumstances } from './bench-folder.ts';
import { percentile } from './statistics.ts';
import { figure, table } from './table.ts';

const HELP = `npm run bench -- log [options]
  --records N   records in all, in days of a million (1000000)
`;
const DAY_RECORDS = 1_000_000;
const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 22, 11);
/** Of a busy provider: acceptances, take-charges and deliveries of a burst, committed together. */
const AT_ONCE = 200;

const { values } = parseArgs({ options: { records: { type: 'string' }, help: { type: 'boolean' } } });

interface Row {
  readonly records: number;
  readonly appendUs: number;
  readonly traceMs: number;
  readonly proofMs: number;
  readonly sealSeconds: number;
  readonly waitP50Ms: number;
  readonly waitP99Ms: number;
}

function record(number: number, instant: number): NewLogRecord {
  // As in life, Message-IDs come in no order.
  const random = createHash('sha256').update(String(number)).digest('hex').slice(0, 32);
  return {
    instant,
    event: 'delivered',
    identifier: `opec2026112211.${number}.${random}@pec.alfa.test`,
    messageId: `<${random}@client.test>`,
    sender: 'protocollo@pec.comune.alfa.test',
    recipients: ['amministrazione@pec.ditta.beta.test'],
    subject: `Trasmissione degli atti della pratica n. ${number}`,
    recipient: 'amministrazione@pec.ditta.beta.test',
    generated: [`opec2026112211.${number + 1}@pec.beta.test`],
    provider: 'Gestore Alfa S.p.A.',
    detail: { certificate: random },
  };
}

async function append(
  store: HouseStore,
  { from, count, instant }: { from: number; count: number; instant: number },
) {
  for (let done = 0; done < count; done += AT_ONCE) {
    const acts = Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, place) => {
      return { do: 'record', record: record(from + done + place, instant) } as const;
    });
    await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  }
}

function average(times: number, work: (turn: number) => void): number {
  const start = performance.now();
  for (let turn = 0; turn < times; turn++) work(turn);
  return (performance.now() - start) / times;
}

async function day(store: HouseStore, state: { now: number }, count: number): Promise<Row> {
  const first = store.lastSequence() + 1;
  const start = performance.now();
  await append(store, { from: first, count, instant: state.now });
  const appendUs = ((performance.now() - start) * 1000) / count;
  const size = store.lastSequence();
  const traceMs = average(200, (turn) => {
    const number = 1 + ((turn * 7_919_993) % size);
    const { identifier } = record(number, 0);
    if (store.recordsAbout(identifier)[0]?.sequence !== number) throw new Error('a record was not found');
  });
  state.now += DAY_MS;
  await using sealing = sealingOf(store, state);
  const waits: number[] = [];
  let sealed = false;
  const begun = performance.now();
  const work = sealing.work().finally(() => {
    sealed = true;
  });
  while (!sealed) {
    const before = performance.now();
    await append(store, { from: size + waits.length + 1, count: 1, instant: state.now });
    waits.push(performance.now() - before);
  }
  await work;
  const sealSeconds = (performance.now() - begun) / 1000;
  const tree = new LogTree(store);
  const proofMs = average(200, (turn) => {
    inclusionProof(tree, { index: (turn * 7_919_993) % size, size });
  });
  const [waitP50Ms, waitP99Ms] = [percentile(waits, 0.5), percentile(waits, 0.99)];
  return { records: size, appendUs, traceMs, proofMs, sealSeconds, waitP50Ms, waitP99Ms };
}

function sealingOf(store: HouseStore, state: { now: number }): LogSealing {
  return new LogSealing({
    log: store,
    commit: (acts) => store.commit({ blobs: [], contents: [], parts: [{ acts }] }),
    signer: { seal: async (content) => content },
    stamper: null,
    provider: 'Gestore Alfa S.p.A.',
    clock: { now: () => state.now },
    timers: systemTimers,
    journal: silentJournal,
    alerts: new AlertBoard(silentJournal),
  });
}

async function run(records: number): Promise<void> {
  using folder = new BenchFolder();
  await using store = await openSqliteStore({ folder: join(folder.path, 'store'), journal: silentJournal });
  const state = { now: NOON };
  const rows: Row[] = [];
  for (let left = records; left > 0; left -= DAY_RECORDS)
    rows.push(await day(store, state, Math.min(left, DAY_RECORDS)));
  for (const [name, value] of Object.entries(circumstances())) process.stdout.write(`- ${name}: ${value}\n`);
  const header = [
    'records',
    'append us',
    'trace ms',
    'proof ms',
    'sealing the day s',
    'steps meanwhile p50 ms',
    'p99',
  ];
  process.stdout.write(
    `\n${table(
      header,
      rows.map((row) => Object.values(row).map(figure)),
    )}\n`,
  );
  const start = performance.now();
  const { findings } = await auditLog(store, {
    openSeal: async (signed) => ({ ok: true, text: Buffer.from(signed) }),
    checkToken: null,
  });
  const unexpected = findings.filter(({ code }) => code !== 'stamp-missing').length;
  const seconds = (performance.now() - start) / 1000;
  const bytes = statSync(join(folder.path, 'store', 'store.db')).size;
  process.stdout.write(
    `- checking all of it took ${figure(seconds)} s and found ${unexpected} faults\n` +
      `- the database has ${figure(bytes / records)} octets for each record\n`,
  );
}

if (values.help === true) process.stdout.write(HELP);
else await run(Number(values.records ?? DAY_RECORDS));
