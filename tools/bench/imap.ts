// SPDX-License-Identifier: EUPL-1.2
/**
 * IMAP beside Dovecot: the same messages, machine, run, certificate and client for both, one after the
 * other. `npm run bench -- imap --help`
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchFolder, circumstances, freePorts, keepResult } from './bench-folder.ts';
import { BenchWorld, PASSWORD, type RunningProvider } from './bench-world.ts';
import { DOVECOT, ensurePackages } from './debian.ts';
import { startDovecot } from './dovecot.ts';
import { type ImapResult, imapReport } from './imap-report.ts';
import { IMAP_PARTS, type ImapRow, ImapScenario, type ImapServer, type ImapTerms } from './imap-scenario.ts';
import { indexComplete } from './index-backlog.ts';
import { askedProfile } from './profiles.ts';
import { circumstancesList } from './report-parts.ts';

const HELP = `npm run bench -- imap [options]
  --messages N   messages of the large mailbox (100000)
  --large N      messages of 50 KB (2000)
  --idle N       connections in IDLE (2000)
  --accounts N   accounts (200)
  --seconds N    how long each of log-in, APPEND and STORE is measured (3)
  --repeats N    how often each is measured; the median counts (3)
  --format F     how Dovecot keeps mail: maildir, mdbox, sdbox (maildir)
  --synced       Dovecot waits for the disk before it answers STORE, as we do (it does not)
  --early        reads as soon as the mailboxes are filled, before our search index is complete
  --only NAME    ceralacca or dovecot alone
  --parts LIST   of ${IMAP_PARTS.join(',')} (all)
  --profile KIND cpu or heap: profiles of every thread of our process into var/bench/profiles;
                 \`npm run bench -- profile-report\` reads them
`;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    large: { type: 'string', default: '2000' },
    idle: { type: 'string', default: '2000' },
    accounts: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '3' },
    repeats: { type: 'string', default: '3' },
    format: { type: 'string', default: 'maildir' },
    synced: { type: 'boolean', default: false },
    early: { type: 'boolean', default: false },
    only: { type: 'string' },
    parts: { type: 'string', default: IMAP_PARTS.join(',') },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const tell = (line: string) => process.stderr.write(`${line}\n`);

type Measure = (server: ImapServer) => Promise<void>;

function termsOf(): ImapTerms {
  const parts = values.parts.split(',');
  return {
    parts: IMAP_PARTS.filter((part) => parts.includes(part)),
    messages: Number(values.messages),
    large: Number(values.large),
    idle: Number(values.idle),
    accounts: Math.max(Number(values.accounts), 20),
    seconds: Number(values.seconds),
    repeats: Number(values.repeats),
  };
}

async function run(): Promise<void> {
  const terms = termsOf();
  const measured: Record<string, readonly ImapRow[]> = {};
  const around = circumstances();
  const profile = askedProfile(values.profile);
  using folder = new BenchFolder();
  await using world = await BenchWorld.start({
    folder: folder.path,
    providers: ['alfa'],
    mailboxes: terms.accounts,
    ...(profile && { profile }),
  });
  const alfa = world.provider('alfa');
  const measure: Measure = async (server) => {
    measured[server.name] = await new ImapScenario(server, terms, tell).run();
  };
  if (values.only !== 'dovecot') await measureOurs(alfa, measure);
  const why = values.only === 'ceralacca' ? 'not asked for' : ensurePackages(DOVECOT);
  if (why === undefined) {
    const others = { folder: join(folder.path, 'dovecot'), accounts: terms.accounts, alfa };
    await measureDovecot(others, measure);
  } else tell(`dovecot: ${why}`);
  const { format, synced } = values;
  keep({ around, loadAfter: circumstances().load ?? '', terms, format, synced, measured });
}

async function measureOurs({ running, ports, storeFile, address }: RunningProvider, measure: Measure) {
  await running.listening([ports.imaps]);
  const settled = () => indexComplete(storeFile);
  await measure({
    name: 'ceralacca',
    endpoint: { host: '127.0.0.1', port: ports.imaps },
    password: PASSWORD,
    running,
    account: address,
    ...(!values.early && { settled }),
  });
  // What is left to it would be done while the other is measured.
  await settled();
}

async function measureDovecot(
  { folder, accounts, alfa }: { folder: string; accounts: number; alfa: RunningProvider },
  measure: Measure,
): Promise<void> {
  const [imapsPort = 0] = await freePorts(1);
  await using running = await startDovecot({
    folder,
    imapsPort,
    accounts: Array.from({ length: accounts }, (_, number) => alfa.address(number)),
    password: PASSWORD,
    certificateFile: alfa.certificateFile,
    keyFile: alfa.keyFile,
    format: formatOf(values.format),
    flagsSynced: values.synced,
  });
  const endpoint = { host: '127.0.0.1', port: imapsPort };
  await measure({ name: 'dovecot', endpoint, password: PASSWORD, running, account: alfa.address });
}

function formatOf(name: string): 'maildir' | 'mdbox' | 'sdbox' {
  return name === 'mdbox' || name === 'sdbox' ? name : 'maildir';
}

/** Under names of their own: part of the measurement, and measurements with another Dovecot. */
function keep(result: ImapResult): void {
  const text = imapReport(result);
  process.stdout.write(`${circumstancesList(result)}\n\n${text}`);
  const whole = result.terms.parts.length === IMAP_PARTS.length;
  const name = ['imap', ...(whole ? [] : result.terms.parts), ...(result.synced ? ['synced'] : [])].join('-');
  tell(keepResult(`${name}.json`, `${JSON.stringify(result, null, 2)}\n`));
}

if (values.help) process.stdout.write(HELP);
else await run();
