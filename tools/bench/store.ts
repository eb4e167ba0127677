// SPDX-License-Identifier: EUPL-1.2
/**
 * How many durable steps a second the SQLite engine carries, beside what SQLite gives one thread that commits row by
 * row. `npm run bench -- store --help`
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openDatabase } from '../../src/engines/sqlite/driver.ts';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { NewContent } from '../../src/mailroom/contents/content-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import type { Step } from '../../src/mailroom/steps/step-store.ts';
import { silentJournal } from '../../src/platform/journal.ts';

const HELP = `npm run bench -- store [options]
  --seconds N    how long each row is measured (2)
  --folder DIR   on the disk to be measured (the one for temporary files)
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit();
}
const SECONDS = Number(values.seconds);
const FOLDER = mkdtempSync(join(values.folder, 'ceralacca-bench-'));
const MAILBOXES = 200;
const NOW = Date.UTC(2026, 10, 22);

interface Row {
  readonly what: string;
  readonly callers: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

/** Runs `once` again and again by so many callers at a time, until the time is up. */
async function measure(
  what: string,
  options: { callers: number; once(): Promise<void> | void },
): Promise<Row> {
  const times: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + SECONDS * 1000;
  const caller = async () => {
    while (performance.now() < end) {
      const before = performance.now();
      await options.once();
      times.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: options.callers }, caller));
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  return {
    what,
    callers: options.callers,
    perSecond: Math.round(times.length / seconds),
    p50Ms: round(times[Math.floor(times.length * 0.5)]),
    p99Ms: round(times[Math.floor(times.length * 0.99)]),
    cpuUs: Math.round((used.user + used.system) / times.length),
  };
}

const round = (value: number | undefined) => Math.round((value ?? 0) * 100) / 100;

async function measureRaw(size: number): Promise<Row> {
  using database = openDatabase(join(FOLDER, `raw-${size}.db`), { readOnly: false });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (octets BLOB)');
  const insert = database.prepare('INSERT INTO rows VALUES (?)');
  const octets = randomBytes(size);
  return await measure(`node:sqlite, one thread, ${size / 1024} KB`, {
    callers: 1,
    once: () => {
      insert.run(octets);
    },
  });
}

/** A step as delivery makes it: a new message into a mailbox, and the record of it. */
function newStep(store: HouseStore, octets: Buffer): Step {
  const blob = store.nextBlobId();
  const content = store.nextContentId();
  const sha256 = createHash('sha256').update(octets.subarray(0, 64)).digest();
  const mailbox = 1 + (content % MAILBOXES);
  const identifier = `opec21.20261122120000.${blob}.1@alfa.test`;
  return {
    blobs: [{ id: blob, size: octets.length, sha256, source: { kind: 'memory', octets } }],
    contents: [
      {
        id: content,
        size: octets.length,
        slices: [{ blob, offset: 0, length: octets.length }],
        index: indexOf(octets.length),
      },
    ],
    parts: [
      {
        onlyIf: [{ is: 'no-delivery-outcome', identifier, recipient: 'a@alfa.test' }],
        acts: [
          {
            do: 'append',
            mailbox,
            folder: 'INBOX',
            content,
            flags: [],
            receivedAt: NOW,
            savedAt: NOW,
            counted: true,
          },
          {
            do: 'record',
            record: {
              instant: NOW,
              event: 'delivered',
              identifier,
              messageId: `<${content}@client.test>`,
              sender: 'protocollo@beta.test',
              recipients: ['a@alfa.test'],
              subject: 'Trasmissione atti',
              recipient: 'a@alfa.test',
            },
          },
          {
            do: 'put-delivery-outcome',
            outcome: { identifier, recipient: 'a@alfa.test', outcome: 'delivered', at: NOW },
          },
        ],
      },
    ],
  };
}

function indexOf(size: number): NewContent['index'] {
  const part = { headerStart: 0, bodyStart: 500, bodyEnd: size, bodyLines: 30, encoding: '7bit', params: {} };
  const text = { ...part, type: 'text', subtype: 'plain', parts: [] };
  return {
    size,
    root: { ...part, type: 'multipart', subtype: 'mixed', parts: [text, { ...text, subtype: 'html' }] },
    eightBit: false,
    bareLineEnds: false,
    nul: false,
    longestLine: 76,
    watched: [],
    defects: [],
  };
}

async function openStore(name: string): Promise<HouseStore> {
  const store = await openSqliteStore({ folder: join(FOLDER, name), journal: silentJournal });
  const folders = ['INBOX', 'Inviata', 'Bozze', 'Cestino'].map((each) => ({ name: each, subscribed: true }));
  const mailbox = {
    holder: 'x',
    status: 'active',
    role: 'user',
    quotaBytes: 1e12,
    filesReceipts: false,
  } as const;
  const acts = Array.from({ length: MAILBOXES }, (_, at) => {
    return { do: 'put-mailbox', mailbox: { ...mailbox, address: `a${at}@alfa.test` }, folders } as const;
  });
  await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  return store;
}

try {
  const rows: Row[] = [];
  for (const size of [1024, 50 * 1024]) {
    rows.push(await measureRaw(size));
    const octets = randomBytes(size);
    for (const callers of [1, 8, 32, 128]) {
      const name = `store-${size}-${callers}`;
      const store = await openStore(name);
      const once = async () => {
        await store.commit(newStep(store, octets));
      };
      rows.push(await measure(`store, step with ${size / 1024} KB`, { callers, once }));
      const steps = store.lastSequence();
      await store[Symbol.asyncDispose]();
      const { size: fileBytes } = statSync(join(FOLDER, name, 'store.db'));
      process.stderr.write(`${name}: ${Math.round(fileBytes / steps)} octets kept per step\n`);
      rmSync(join(FOLDER, name), { recursive: true });
    }
  }
  process.stdout.write('| what | callers | a second | p50 ms | p99 ms | CPU us each |\n');
  process.stdout.write('| --- | --- | --- | --- | --- | --- |\n');
  for (const row of rows)
    process.stdout.write(
      `| ${row.what} | ${row.callers} | ${row.perSecond} | ${row.p50Ms} | ${row.p99Ms} | ${row.cpuUs} |\n`,
    );
} finally {
  rmSync(FOLDER, { recursive: true, force: true });
}
