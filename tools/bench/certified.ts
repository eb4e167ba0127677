// SPDX-License-Identifier: EUPL-1.2
/**
 * Certified messages from one provider to another, until the delivery receipt is in the sender's mailbox,
 * beside ordinary mail through Postfix with Dovecot until it is in the recipient's: same machine, run,
 * generator and sizes. `npm run bench -- certified --help`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchFolder, circumstances, freePorts, keepResult, RESULTS } from './bench-folder.ts';
import { BenchWorld, PASSWORD } from './bench-world.ts';
import { type Comparison, report } from './certified-report.ts';
import { DOVECOT, ensurePackages, POSTFIX } from './debian.ts';
import { maildirOf, startDovecot } from './dovecot.ts';
import { measureFloors } from './floors.ts';
import type { Job } from './generator.ts';
import { type Carriers, carry, folderBytes, type LoadRow, storeBytes } from './load-row.ts';
import { socketFolder, startPostfix } from './postfix.ts';
import { medians } from './statistics.ts';

const HELP = `npm run bench -- certified [options]
  --sizes LIST     KB of the messages (5,50)
  --senders LIST   accounts that submit at the same time, a connection each (1,8,32)
  --seconds N      how long each load is submitted (4)
  --repeats N      how often each load is carried; the median counts (1)
  --window N       messages of one sender under way at most (8)
  --only NAME      certified or ordinary alone
  --profile        CPU profiles of each provider's process into var/bench/profiles
`;

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '5,50' },
    senders: { type: 'string', default: '1,8,32' },
    seconds: { type: 'string', default: '4' },
    repeats: { type: 'string', default: '1' },
    window: { type: 'string', default: '8' },
    only: { type: 'string' },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const RECIPIENTS = 32;
const PACED_SENDERS = 8;
const ORDINARY_DOMAIN = 'posta.test';
const tell = (line: string) => process.stderr.write(`${line}\n`);
const numbers = (list: string) => list.split(',').map(Number);
const SIZES = numbers(values.sizes).map((kilobytes) => kilobytes * 1024);
const SENDERS = numbers(values.senders);
const MOST = Math.max(PACED_SENDERS, ...SENDERS);

/** A way of carrying mail: what differs between the two that are compared. */
interface Way {
  readonly name: string;
  readonly carriers: Carriers;
  readonly port: number;
  sender(number: number): string;
  readonly recipients: readonly string[];
  readonly watch: Job['watch'];
}

let runs = 0;

async function load(
  way: Way,
  terms: { sizeBytes: number; senders: number; rate?: number },
): Promise<LoadRow> {
  const rows: LoadRow[] = [];
  for (let turn = 0; turn < Number(values.repeats); turn++) {
    const senders = Array.from({ length: terms.senders }, (_, at) => ({
      user: way.sender(at),
      password: PASSWORD,
    }));
    const job: Job = {
      port: way.port,
      senders,
      recipients: way.recipients,
      sizeBytes: terms.sizeBytes,
      seconds: Number(values.seconds),
      window: Number(values.window),
      ...(terms.rate !== undefined && { rate: terms.rate }),
      run: `run${process.pid}r${runs++}`,
      watch: way.watch,
    };
    rows.push(await carry(job, way.carriers));
  }
  const row = medians(rows);
  if (row === undefined) throw new Error('--repeats must be 1 or more');
  const { perSecond, cpuMsEach, journeyP50Ms } = row;
  const pace = terms.rate === undefined ? '' : `, ${terms.rate.toFixed(0)} a second offered`;
  tell(
    `${way.name}, ${terms.sizeBytes / 1024} KB, ${terms.senders} senders${pace}: ${perSecond.toFixed(1)} a second, ` +
      `${cpuMsEach.toFixed(2)} ms CPU each, journey ${journeyP50Ms.toFixed(1)} ms`,
  );
  return row;
}

/** All loads over one way: as much as goes, then a third of the best rate for the times. */
async function loads(way: Way): Promise<Comparison['ways'][number]> {
  // What is started late, compiled late or cached late is no part of the measurement.
  await load(way, { sizeBytes: SIZES[0] ?? 5120, senders: PACED_SENDERS });
  const full = [];
  const paced = [];
  for (const sizeBytes of SIZES) {
    for (const senders of SENDERS)
      full.push({ sizeBytes, senders, row: await load(way, { sizeBytes, senders }) });
    const best = Math.max(
      ...full.filter((one) => one.sizeBytes === sizeBytes).map(({ row }) => row.perSecond),
    );
    const terms = { sizeBytes, senders: PACED_SENDERS, rate: best / 3 };
    paced.push({ sizeBytes, senders: PACED_SENDERS, row: await load(way, terms) });
  }
  return { name: way.name, full, paced };
}

async function certified(world: BenchWorld): Promise<Comparison['ways'][number]> {
  const [alfa, beta] = [world.provider('alfa'), world.provider('beta')];
  return await loads({
    name: 'certified',
    carriers: {
      running: [alfa.running, beta.running],
      keptBytes: () => storeBytes(alfa.storeFile) + storeBytes(beta.storeFile),
    },
    port: alfa.ports.submission,
    sender: alfa.address,
    recipients: Array.from({ length: RECIPIENTS }, (_, number) => beta.address(number)),
    watch: { storeFile: alfa.storeFile },
  });
}

async function ordinary(
  folder: string,
  keys: { certificateFile: string; keyFile: string },
): Promise<Comparison['ways'][number]> {
  const [imapsPort = 0, submissionPort = 0] = await freePorts(2);
  const account = (number: number) => `u${number}@${ORDINARY_DOMAIN}`;
  const accounts = Array.from({ length: MOST + RECIPIENTS }, (_, number) => account(number));
  const recipients = accounts.slice(MOST);
  const own = { folder: join(folder, 'dovecot') };
  const sockets = socketFolder({ folder: join(folder, 'postfix') });
  await using dovecot = await startDovecot({
    ...own,
    imapsPort,
    accounts,
    password: PASSWORD,
    ...keys,
    format: 'maildir',
    postfixSockets: sockets,
  });
  await using postfix = await startPostfix({
    folder: join(folder, 'postfix'),
    submissionPort,
    domain: ORDINARY_DOMAIN,
    ...keys,
  });
  return await loads({
    name: 'ordinary',
    carriers: { running: [dovecot, postfix], keptBytes: () => folderBytes(join(own.folder, 'mail')) },
    port: submissionPort,
    sender: account,
    recipients,
    watch: { maildirs: recipients.map((recipient) => maildirOf(own, recipient)) },
  });
}

async function run(): Promise<void> {
  const around = circumstances();
  using folder = new BenchFolder();
  const floors = measureFloors(folder.path);
  const profileFolder = join(RESULTS, 'profiles');
  if (values.profile) mkdirSync(profileFolder, { recursive: true });
  const ways: Comparison['ways'][number][] = [];
  let keys: { certificateFile: string; keyFile: string };
  {
    await using world = await BenchWorld.start({
      folder: folder.path,
      providers: ['alfa', 'beta'],
      mailboxes: Math.max(MOST, RECIPIENTS),
      ...(values.profile && { profileFolder }),
    });
    const { certificateFile, keyFile } = world.provider('alfa');
    keys = { certificateFile, keyFile };
    if (values.only !== 'ordinary') ways.push(await certified(world));
  }
  const why = values.only === 'certified' ? 'not asked for' : ensurePackages([...DOVECOT, ...POSTFIX]);
  if (why === undefined) ways.push(await ordinary(folder.path, keys));
  else tell(`ordinary mail through Postfix with Dovecot: ${why}`);
  const comparison: Comparison = { around, floors, loadAfter: circumstances().load ?? '', ways };
  const { text, svg } = report(comparison);
  process.stdout.write(text);
  tell(keepResult('certified.json', `${JSON.stringify(comparison, null, 2)}\n`));
  tell(keepResult('certified.md', text));
  tell(keepResult('certified.svg', svg));
  if (values.profile) tell(`${profileFolder}: open the .cpuprofile files in a browser's developer tools`);
}

if (values.help) process.stdout.write(HELP);
else await run();
