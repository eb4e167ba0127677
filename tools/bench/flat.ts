// SPDX-License-Identifier: EUPL-1.2
/**
 * Whether a certified message costs the same whatever there is: stores of more and more mailboxes, and mailboxes of
 * more and more messages. `npm run bench -- flat --help`
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PROVIDERS } from '../../src/demo/roster.ts';
import { BenchFolder, circumstances, keepResult } from './bench-folder.ts';
import { BenchWorld } from './bench-world.ts';
import { fillerAddress, fillStore } from './fill.ts';
import { type FlatResult, type FlatRow, flatReport } from './flat-report.ts';
import { carry, cpuMsEach } from './load-row.ts';
import { type Running, usedSince } from './processes.ts';
import { askedProfile, SpanNotes } from './profiles.ts';
import { circumstancesList } from './report-parts.ts';
import { certifiedWay, jobOf } from './ways.ts';

const HELP = `npm run bench -- flat [options]
  --mailboxes LIST   mailboxes of each provider (1000,100000,1000000)
  --messages LIST    messages in the INBOX of each sender and recipient (10,1000,100000)
  --seconds N        how long each is measured (20)
  --warm-up N        seconds of load before (20)
  --profile KIND     cpu or heap; \`npm run bench -- profile-report\` reads what is in var/bench/profiles
About 12 minutes, and 6 GB of room for temporary files.
`;

const { values } = parseArgs({
  options: {
    mailboxes: { type: 'string', default: '1000,100000,1000000' },
    messages: { type: 'string', default: '10,1000,100000' },
    seconds: { type: 'string', default: '20' },
    'warm-up': { type: 'string', default: '20' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const SENDERS = 8;
const SIZE_BYTES = 5 * 1024;
/** Idle: less CPU than this share of a second, in a second; taking profiles costs more than that. */
const IDLE_SHARE = 0.05;
const PROFILED_SHARE = 0.5;
const QUIET_MS = 30 * 60_000;
/** More mailboxes than get a message while it is measured. */
const MOST_RECIPIENTS = 20_000;
/** A prime: none comes twice. */
const STRIDE = 7919;
const tell = (line: string) => process.stderr.write(`${line}\n`);
const numbers = (list: string) => list.split(',').filter(Boolean).map(Number);
const notes = new SpanNotes();

/** Resolves when a process has nothing to do any more, as after a start. */
async function idle(running: Running, share: number): Promise<void> {
  const late = performance.now() + QUIET_MS;
  for (;;) {
    const before = running.used();
    await setTimeout(1000);
    const { userMs, systemMs } = usedSince(before, running.used());
    if (userMs + systemMs < share * 1000) return;
    if (performance.now() > late) throw new Error(`${running.name} never has nothing to do`);
  }
}

interface Size {
  readonly what: FlatRow['what'];
  readonly number: number;
}

/** Some of the mailboxes that the store was filled with, from all over it and in no order. */
function scattered(domain: string, { of }: { readonly of: number }): string[] {
  return Array.from({ length: Math.min(of, MOST_RECIPIENTS) }, (_, at) =>
    fillerAddress(domain, (at * STRIDE) % of),
  );
}

async function measure(
  folder: string,
  size: Size,
  profile: ReturnType<typeof askedProfile>,
): Promise<FlatRow> {
  const own = join(folder, `${size.what}-${size.number}`);
  mkdirSync(own);
  const addresses = (domain: string) => Array.from({ length: SENDERS }, (_, at) => `u${at}@${domain}`);
  let started = 0;
  await using world = await BenchWorld.start({
    folder: own,
    providers: ['alfa', 'beta'],
    mailboxes: SENDERS,
    ...(profile && { profile }),
    fill: async (storeFolder, key) => {
      const domain = PROVIDERS.find((one) => one.key === key)?.domain ?? '';
      await fillStore(storeFolder, {
        domain,
        mailboxes: size.what === 'mailboxes' ? size.number - SENDERS : 0,
        messages: size.what === 'messages' ? size.number : 0,
        addresses: addresses(domain),
      });
      started = performance.now();
    },
  });
  const startSeconds = (performance.now() - started) / 1000;
  const providers = [world.provider('alfa'), world.provider('beta')];
  await Promise.all(
    providers.map(({ running }) => idle(running, profile === undefined ? IDLE_SHARE : PROFILED_SHARE)),
  );
  const settling = providers.map(({ running }) => running.used());
  const memory = providers.map(({ running }) => running.residentBytes());
  const domain = PROVIDERS.find(({ key }) => key === 'beta')?.domain ?? '';
  const recipients =
    size.what === 'messages' ? addresses(domain) : scattered(domain, { of: size.number - SENDERS });
  const way = { ...certifiedWay(world), recipients };
  const terms = { sizeBytes: SIZE_BYTES, senders: SENDERS, recipients: 1 };
  const warmUp = Number(values['warm-up']);
  // In the other direction, so that what is measured comes to mailboxes that nothing came to lately.
  const warm = { ...way, recipients: recipients.toReversed() };
  if (warmUp > 0) await carry(jobOf(warm, { ...terms, seconds: warmUp }), way.carriers);
  const job = jobOf(way, { ...terms, seconds: Number(values.seconds) });
  const row = await notes.during(`${size.number} ${size.what}`, () => carry(job, way.carriers));
  tell(
    `${size.number} ${size.what}: ${row.perSecond.toFixed(1)} a second, ${cpuMsEach(row).toFixed(2)} ms CPU each, journey ${row.journeyP50Ms.toFixed(0)} ms`,
  );
  return {
    ...size,
    startSeconds,
    startCpuSeconds: settling.reduce((sum, { userMs, systemMs }) => sum + userMs + systemMs, 0) / 1000,
    memoryBytes: memory,
    row,
  };
}

async function run(): Promise<void> {
  const around = circumstances();
  const profile = askedProfile(values.profile);
  using folder = new BenchFolder();
  const sizes: Size[] = [
    ...numbers(values.mailboxes).map((number) => ({ what: 'mailboxes', number }) as const),
    ...numbers(values.messages).map((number) => ({ what: 'messages', number }) as const),
  ];
  const rows: FlatRow[] = [];
  for (const size of sizes) {
    rows.push(await measure(folder.path, size, profile));
    rmSync(join(folder.path, `${size.what}-${size.number}`), { recursive: true });
  }
  const result: FlatResult = { around, loadAfter: circumstances().load ?? '', rows };
  process.stdout.write(`${circumstancesList(result)}\n\n${flatReport(result)}`);
  tell(keepResult('flat.json', `${JSON.stringify(result, null, 2)}\n`));
  if (profile !== undefined) notes.write(profile.folder);
}

if (values.help) process.stdout.write(HELP);
else await run();
