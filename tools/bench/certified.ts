// SPDX-License-Identifier: EUPL-1.2
/**
 * Certified messages from one provider to another, until the delivery receipts are in the sender's mailbox,
 * beside ordinary mail through Postfix with Dovecot until it is in the recipients': same machine, run,
 * generator and sizes. `npm run bench -- certified --help`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchFolder, circumstances, keepResult } from './bench-folder.ts';
import { BenchWorld, type RunningProvider } from './bench-world.ts';
import { type Comparison, certifiedReport, type Measured, type MemoryRow } from './certified-report.ts';
import { startClamd } from './clamd.ts';
import { CLAMD, DOVECOT, ensurePackages, POSTFIX } from './debian.ts';
import { measureFloors } from './floors.ts';
import { carry, cpuMsEach, type LoadRow } from './load-row.ts';
import { askedProfile, SpanNotes } from './profiles.ts';
import { certifiedWay, jobOf, type LoadTerms, ordinaryWay, RECIPIENTS, type Way } from './ways.ts';

const HELP = `npm run bench -- certified [options]
  --sizes LIST       KB of the messages (5,50,1024)
  --senders LIST     accounts that submit at the same time, a connection each (1,8,32,128)
  --many LIST        the same for messages to ten recipients (8)
  --clamd LIST       the same with clamd looking at every message (8)
  --seconds N        how long each load is submitted (10)
  --warm-up N        seconds of full load before anything is measured, the same for all (45)
  --cool-down N      seconds without load before memory is looked at again (60)
  --repeats N        how often each load is carried; the one with the middle rate counts (1)
  --full             5, 50, 1024 and 20480 KB; 1, 8, 32 and 128 senders in all rows
  --only LIST        of certified,clamd,ordinary (all)
  --profile KIND     cpu or heap: profiles of every thread of the providers into var/bench/profiles;
                     \`npm run bench -- profile-report\` reads them
About 13 minutes; --full takes about an hour and 40 GB of room for temporary files.
`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string' },
    senders: { type: 'string', default: '1,8,32,128' },
    many: { type: 'string' },
    clamd: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '45' },
    'cool-down': { type: 'string', default: '60' },
    repeats: { type: 'string', default: '1' },
    full: { type: 'boolean', default: false },
    only: { type: 'string', default: 'certified,clamd,ordinary' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const PACED_SENDERS = 8;
/** A paced load goes on until there are so many messages to judge its times by, or for so long. */
const PACED_MESSAGES = 100;
const PACED_SECONDS = 60;
/** As its recipients get them, one message of each sender: more is no load for a machine of this class. */
const MOST_BYTES = 8 * 1024 ** 3;
/** AP-13: size times recipients that a provider takes by default; what is above has no delivery receipts. */
const SUBMITTED_BYTES = 100 * 1024 ** 2;
const MANY = 10;
const KILOBYTE = 1024;
const tell = (line: string) => process.stderr.write(`${line}\n`);
const numbers = (list: string) => list.split(',').filter(Boolean).map(Number);
const SIZES = numbers(values.sizes ?? (values.full ? '5,50,1024,20480' : '5,50,1024')).map(
  (kilobytes) => kilobytes * KILOBYTE,
);
const SENDERS = numbers(values.senders);
const MANY_SENDERS = numbers(values.many ?? (values.full ? values.senders : '8'));
const CLAMD_SENDERS = numbers(values.clamd ?? (values.full ? values.senders : '8'));
const MOST = Math.max(PACED_SENDERS, ...SENDERS, ...MANY_SENDERS, ...CLAMD_SENDERS);
const SECONDS = Number(values.seconds);
const notes = new SpanNotes();

/** Carries one load as often as asked; the whole row of the middle rate is taken. */
async function load(way: Way, terms: LoadTerms): Promise<LoadRow> {
  const rows: LoadRow[] = [];
  const pace = terms.rate === undefined ? '' : `, ${terms.rate.toFixed(1)} a second offered`;
  const what = `${way.name}, ${terms.sizeBytes / KILOBYTE} KB, ${terms.senders} senders, ${terms.recipients} recipients${pace}`;
  for (let turn = 0; turn < Number(values.repeats); turn++)
    rows.push(await notes.during(what, () => carry(jobOf(way, terms), way.carriers)));
  const row = rows.toSorted((one, other) => one.perSecond - other.perSecond)[Math.floor(rows.length / 2)];
  if (row === undefined) throw new Error('--repeats must be 1 or more');
  const { perSecond, journeyP50Ms } = row;
  tell(
    `${what}: ${perSecond.toFixed(1)} a second, ${cpuMsEach(row).toFixed(2)} ms CPU each, journey ${journeyP50Ms.toFixed(1)} ms`,
  );
  return row;
}

/** What is started late, compiled late or cached late is no part of the measurement. */
async function warmUp(way: Way): Promise<void> {
  const seconds = Number(values['warm-up']);
  if (seconds === 0) return;
  const terms = { sizeBytes: SIZES[0] ?? 5 * KILOBYTE, senders: PACED_SENDERS, recipients: 1, seconds };
  const { count } = await carry(jobOf(way, terms), way.carriers);
  tell(`${way.name}: warm after ${count} messages in ${seconds} s`);
}

/** As many as go, by everybody; then a third of the best rate, for the times. */
async function loads(
  way: Way,
  {
    senders,
    many,
    paced,
  }: { readonly senders: readonly number[]; readonly many: readonly number[]; readonly paced: boolean },
): Promise<Comparison['ways'][number]> {
  await warmUp(way);
  const full: Measured[] = [];
  const calm: Measured[] = [];
  for (const sizeBytes of SIZES) {
    const measure = async (count: number, recipients: number) => {
      const terms = { sizeBytes, senders: count, recipients };
      if (sizeBytes * count * recipients > MOST_BYTES || sizeBytes * recipients > SUBMITTED_BYTES) {
        tell(`${way.name}: ${sizeBytes / KILOBYTE} KB by ${count} to ${recipients} is left out: too much`);
        return;
      }
      full.push({ ...terms, row: await load(way, { ...terms, seconds: SECONDS }) });
    };
    for (const count of senders) await measure(count, 1);
    if (paced) {
      const best = Math.max(
        ...full.filter((one) => one.sizeBytes === sizeBytes).map(({ row }) => row.perSecond),
      );
      const terms = { sizeBytes, senders: PACED_SENDERS, recipients: 1 };
      const rate = best / 3;
      const seconds = Math.max(SECONDS, Math.min(PACED_MESSAGES / rate, PACED_SECONDS));
      calm.push({ ...terms, row: await load(way, { ...terms, seconds, rate }) });
    }
    for (const count of many) await measure(count, MANY);
  }
  return { name: way.name, full, paced: calm };
}

/** Memory of each provider around the loads. */
async function remembering(world: BenchWorld, work: () => Promise<void>): Promise<MemoryRow[]> {
  const providers = [world.provider('alfa'), world.provider('beta')];
  const before = providers.map(({ running }) => running.residentBytes());
  await work();
  await setTimeout(Number(values['cool-down']) * 1000);
  return providers.map(({ key, running }, at) => ({
    name: key,
    startBytes: before[at] ?? 0,
    afterBytes: running.residentBytes(),
  }));
}

type Keys = Pick<RunningProvider, 'certificateFile' | 'keyFile'>;

async function run(): Promise<void> {
  const profile = askedProfile(values.profile);
  const only = values.only.split(',');
  const around = circumstances();
  using folder = new BenchFolder();
  const floors = measureFloors(folder.path);
  const ways: Comparison['ways'][number][] = [];
  let memory: MemoryRow[] = [];
  const worldIn = (name: string, clamdSocket?: string) => {
    const below = join(folder.path, name);
    mkdirSync(below);
    return BenchWorld.start({
      folder: below,
      providers: ['alfa', 'beta'],
      mailboxes: Math.max(MOST, RECIPIENTS),
      ...(profile && { profile }),
      ...(clamdSocket !== undefined && { clamdSocket }),
    });
  };
  let keys: Keys;
  {
    await using world = await worldIn('certified');
    const { certificateFile, keyFile } = world.provider('alfa');
    keys = { certificateFile, keyFile };
    const way = certifiedWay(world);
    if (only.includes('certified'))
      memory = await remembering(world, async () => {
        ways.push(await loads(way, { senders: SENDERS, many: MANY_SENDERS, paced: true }));
      });
  }
  const noClamd = only.includes('clamd') ? ensurePackages(CLAMD) : 'not asked for';
  if (noClamd === undefined) {
    const clamd = await startClamd(join(folder.path, 'clamd'));
    await using running = clamd.running;
    await using world = await worldIn('scanned', clamd.socket);
    const way = certifiedWay(world, 'with clamd');
    const carriers = [...way.carriers, { name: 'clamd', running, keptBytes: () => 0 }];
    ways.push(await loads({ ...way, carriers }, { senders: CLAMD_SENDERS, many: [], paced: false }));
  } else tell(`certified mail with clamd: ${noClamd}`);
  const noRival = only.includes('ordinary') ? ensurePackages([...DOVECOT, ...POSTFIX]) : 'not asked for';
  if (noRival === undefined) {
    await using stack = new AsyncDisposableStack();
    const way = await ordinaryWay({ folder: folder.path, senders: MOST, ...keys }, stack);
    ways.push(await loads(way, { senders: SENDERS, many: MANY_SENDERS, paced: true }));
  } else tell(`ordinary mail through Postfix with Dovecot: ${noRival}`);
  const terms = {
    seconds: SECONDS,
    warmUpSeconds: Number(values['warm-up']),
    repeats: Number(values.repeats),
  };
  const cooled = Number(values['cool-down']);
  keep({ around, floors, loadAfter: circumstances().load ?? '', terms, ways, memory, cooledSeconds: cooled });
  if (profile !== undefined) {
    notes.write(profile.folder);
    tell(`${profile.folder}: npm run bench -- profile-report`);
  }
}

function keep(comparison: Comparison): void {
  const { text, svg } = certifiedReport(comparison);
  process.stdout.write(text);
  tell(keepResult('certified.json', `${JSON.stringify(comparison, null, 2)}\n`));
  tell(keepResult('certified.md', text));
  tell(keepResult('certified.svg', svg));
}

if (values.help) process.stdout.write(HELP);
else await run();
