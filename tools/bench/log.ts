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
import { BenchFolder, circumstances, keepResult } from './bench-folder.ts';
import { type LogResult, type LogRow, logReport } from './log-report.ts';
import { circumstancesList } from './report-parts.ts';
import { percentile } from './statistics.ts';

const HELP = `npm run bench -- log [options]
  --records N   records in all, in days of a million (1000000)
  --folder DIR  where the store is made (the folder for temporary files); ten million records take 7 GB
`;
const DAY_RECORDS = 1_000_000;
const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 22, 11);
/** Of a busy provider: acceptances, take-charges and deliveries of a burst, committed together. */
const AT_ONCE = 200;

const TRACES = 500;
const tell = (line: string) => process.stderr.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: String(DAY_RECORDS) },
    folder: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

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

/** How long each of some turns took, in milliseconds. */
function timesOf(work: (turn: number) => void): number[] {
  return Array.from({ length: TRACES }, (_, turn) => {
    const start = performance.now();
    work(turn);
    return performance.now() - start;
  });
}

async function day(store: HouseStore, state: { now: number }, count: number): Promise<LogRow> {
  const first = store.lastSequence() + 1;
  const cpu = process.cpuUsage();
  const start = performance.now();
  await append(store, { from: first, count, instant: state.now });
  const appendUs = ((performance.now() - start) * 1000) / count;
  const { user, system } = process.cpuUsage(cpu);
  const size = store.lastSequence();
  const traces = timesOf((turn) => {
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
  const proofs = timesOf((turn) => {
    inclusionProof(tree, { index: (turn * 7_919_993) % size, size });
  });
  return {
    records: size,
    appendUs,
    appendCpuUs: (user + system) / count,
    traceP50Ms: percentile(traces, 0.5),
    traceP99Ms: percentile(traces, 0.99),
    proofP50Ms: percentile(proofs, 0.5),
    sealSeconds,
    waitP50Ms: percentile(waits, 0.5),
    waitP99Ms: percentile(waits, 0.99),
    memoryBytes: process.memoryUsage().rss,
  };
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
  const around = circumstances();
  using folder = new BenchFolder(values.folder);
  await using store = await openSqliteStore({ folder: join(folder.path, 'store'), journal: silentJournal });
  const state = { now: NOON };
  const rows: LogRow[] = [];
  for (let left = records; left > 0; left -= DAY_RECORDS) {
    const row = await day(store, state, Math.min(left, DAY_RECORDS));
    rows.push(row);
    tell(
      `${row.records} records: ${row.appendUs.toFixed(0)} us to append, sealed in ${row.sealSeconds.toFixed(1)} s`,
    );
  }
  const result: LogResult = {
    around,
    loadAfter: circumstances().load ?? '',
    rows,
    ...(await audit(store)),
    bytesEach: statSync(join(folder.path, 'store', 'store.db')).size / records,
  };
  process.stdout.write(`${circumstancesList(result)}\n\n${logReport(result)}`);
  tell(keepResult('log.json', `${JSON.stringify(result, null, 2)}\n`));
}

async function audit(store: HouseStore): Promise<Pick<LogResult, 'auditSeconds' | 'faults' | 'peakBytes'>> {
  const start = performance.now();
  const { findings } = await auditLog(store, {
    openSeal: async (signed) => ({ ok: true, text: Buffer.from(signed) }),
    checkToken: null,
  });
  return {
    auditSeconds: (performance.now() - start) / 1000,
    faults: findings.filter(({ code }) => code !== 'stamp-missing').length,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

if (values.help) process.stdout.write(HELP);
else await run(Number(values.records));
