// SPDX-License-Identifier: EUPL-1.2
/**
 * Small messages while large ones are on their way: does anybody wait for somebody else's 20 MB?
 * `npm run bench -- mixed --help`
 */
import { parseArgs } from 'node:util';
import { BenchFolder, circumstances, keepResult } from './bench-folder.ts';
import { BenchWorld } from './bench-world.ts';
import { carry, type LoadRow } from './load-row.ts';
import { type MixedResult, mixedReport } from './mixed-report.ts';
import { askedProfile, SpanNotes } from './profiles.ts';
import { circumstancesList } from './report-parts.ts';
import { certifiedWay, jobOf, RECIPIENTS } from './ways.ts';

const HELP = `npm run bench -- mixed [options]
  --large KB         size of the large messages (20480)
  --large-senders N  accounts that send them, one at a time each, as fast as they go (2)
  --small KB         size of the small messages (5)
  --small-senders N  accounts that send them (8)
  --rate N           small messages a second (20)
  --seconds N        how long both are sent (30)
  --warm-up N        seconds of load before (20)
  --profile KIND     cpu or heap; \`npm run bench -- profile-report\` reads what is in var/bench/profiles
About 3 minutes, and 10 GB of room for temporary files.
`;

const { values } = parseArgs({
  options: {
    large: { type: 'string', default: '20480' },
    'large-senders': { type: 'string', default: '2' },
    small: { type: 'string', default: '5' },
    'small-senders': { type: 'string', default: '8' },
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '30' },
    'warm-up': { type: 'string', default: '20' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const tell = (line: string) => process.stderr.write(`${line}\n`);

async function run(): Promise<void> {
  const around = circumstances();
  const profile = askedProfile(values.profile);
  const notes = new SpanNotes();
  const seconds = Number(values.seconds);
  const smallSenders = Number(values['small-senders']);
  const largeSenders = Number(values['large-senders']);
  using folder = new BenchFolder();
  await using world = await BenchWorld.start({
    folder: folder.path,
    providers: ['alfa', 'beta'],
    mailboxes: Math.max(RECIPIENTS, smallSenders + largeSenders),
    ...(profile && { profile }),
  });
  const way = certifiedWay(world);
  // Senders of their own: nobody waits in line behind what the same connection sends.
  const others = { ...way, sender: (number: number) => way.sender(smallSenders + number) };
  const size = { sizeBytes: Number(values.small) * 1024, senders: smallSenders, recipients: 1 };
  const small = { ...size, seconds, rate: Number(values.rate) };
  const large = { sizeBytes: Number(values.large) * 1024, senders: largeSenders, recipients: 1, seconds };
  const largeJob = { ...jobOf(others, large), window: 1 };
  await carry(jobOf(way, { ...size, seconds: Number(values['warm-up']) }), way.carriers);
  await carry({ ...jobOf(others, { ...large, seconds: 1 }), window: 1 }, way.carriers);
  const said = (what: string, row: LoadRow) => {
    tell(`${what}: ${row.perSecond.toFixed(2)} a second, journey p99 ${row.journeyP99Ms.toFixed(0)} ms`);
    return row;
  };
  const alone = said('small ones alone', await carry(jobOf(way, small), way.carriers));
  const [among, whole] = await notes.during('small and large', () =>
    Promise.all([carry(jobOf(way, small), []), carry(largeJob, way.carriers)]),
  );
  said('small ones among large ones', among);
  said('large ones', whole);
  const result: MixedResult = {
    around,
    loadAfter: circumstances().load ?? '',
    smallBytes: small.sizeBytes,
    largeBytes: large.sizeBytes,
    alone,
    among,
    large: whole,
  };
  process.stdout.write(`${circumstancesList(result)}\n\n${mixedReport(result)}`);
  tell(keepResult('mixed.json', `${JSON.stringify(result, null, 2)}\n`));
  if (profile !== undefined) notes.write(profile.folder);
}

if (values.help) process.stdout.write(HELP);
else await run();
