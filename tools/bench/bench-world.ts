// SPDX-License-Identifier: EUPL-1.2
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DemoAuthority } from '../../src/demo/demo-authority.ts';
import { demoDns } from '../../src/demo/demo-dns.ts';
import type { DemoPorts, ProviderKey, ProviderPorts } from '../../src/demo/ports.ts';
import { antivirusSection, licensed, writeProviderConfig } from '../../src/demo/provider-config.ts';
import { PROVIDERS, type RosterProvider } from '../../src/demo/roster.ts';
import { TimeHost } from '../../src/demo/time-host.ts';
import { hashPassword } from '../../src/mailroom/accounts/passwords.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { Provider } from '../../src/provider.ts';
import { freePorts } from './bench-folder.ts';
import { Running } from './processes.ts';
import { type ProfileKind, profileFlags } from './profiles.ts';
import { measuredProgram } from './program.ts';

export const PASSWORD = 'ceralacca';
const HOST = '127.0.0.1';
const NO_DOORS = {
  submission: null,
  submissionStarttls: null,
  exchange: null,
  imaps: null,
  imap: null,
  pop3s: null,
  pop3: null,
};

export interface WorldTerms {
  readonly folder: string;
  readonly providers: readonly ProviderKey[];
  /** Mailboxes of each provider: `u0@`, `u1@` ... its main domain. */
  readonly mailboxes: number;
  /** Makes each provider write profiles into this folder. */
  readonly profile?: { readonly kind: ProfileKind; readonly folder: string };
  /** Socket of the clamd that looks at every message; without it none is looked at. */
  readonly clamdSocket?: string;
  /** Puts things into a provider's store before it runs. */
  readonly fill?: (storeFolder: string, key: ProviderKey) => Promise<void>;
}

/** A provider that runs as a process of its own. */
export interface RunningProvider {
  readonly key: ProviderKey;
  readonly running: Running;
  readonly ports: ProviderPorts;
  readonly folder: string;
  readonly storeFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  address(number: number): string;
}

/** An authority in this process, and providers started by `ceralacca serve` as an operator would. */
export class BenchWorld implements AsyncDisposable {
  readonly #providers: ReadonlyMap<ProviderKey, RunningProvider>;
  readonly #stack: AsyncDisposableStack;

  private constructor(providers: ReadonlyMap<ProviderKey, RunningProvider>, stack: AsyncDisposableStack) {
    this.#providers = providers;
    this.#stack = stack;
  }

  static async start(terms: WorldTerms): Promise<BenchWorld> {
    await using stack = new AsyncDisposableStack();
    const ports = await choosePorts();
    stack.use(await TimeHost.listen(systemClock, { host: HOST, port: ports.ntp }));
    const authority = await DemoAuthority.open({
      folder: join(terms.folder, 'authority'),
      host: HOST,
      indexPort: ports.index,
      crlPort: ports.crl,
      clock: systemClock,
      ids: randomIds,
      journal: silentJournal,
    });
    stack.use(authority);
    await authority.listen(PROVIDERS.map(licensed));
    const providers = new Map<ProviderKey, RunningProvider>();
    for (const provider of PROVIDERS.filter(({ key }) => terms.providers.includes(key))) {
      const started = await startProvider({ terms, provider, ports, authority });
      stack.use(started.running);
      providers.set(provider.key, started);
    }
    return new BenchWorld(providers, stack.move());
  }

  provider(key: ProviderKey): RunningProvider {
    const provider = this.#providers.get(key);
    if (provider === undefined) throw new Error(`${key} was not started`);
    return provider;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function choosePorts(): Promise<DemoPorts> {
  const free = await freePorts(25);
  const take = () => free.pop() ?? 0;
  const provider = (): ProviderPorts => ({
    submission: take(),
    submissionStarttls: take(),
    exchange: take(),
    imaps: take(),
    imap: take(),
    pop3s: take(),
    pop3: take(),
    watch: take(),
  });
  return {
    alfa: provider(),
    beta: provider(),
    ordinary: take(),
    silent: take(),
    index: take(),
    crl: take(),
    ntp: take(),
  };
}

interface Start {
  readonly terms: WorldTerms;
  readonly provider: RosterProvider;
  readonly ports: DemoPorts;
  readonly authority: DemoAuthority;
}

async function startProvider({ terms, provider, ports, authority }: Start): Promise<RunningProvider> {
  const folder = join(terms.folder, provider.key);
  const address = (number: number) => `u${number}@${provider.domain}`;
  const files = await authority.equip(licensed(provider), join(folder, 'keys'));
  const antivirus = antivirusSection(terms.clamdSocket);
  const facts = { provider, folder, host: HOST, ports, authority, files, antivirus };
  const config = await writeProviderConfig(facts);
  const own = ports[provider.key];
  await openWide(config, own);
  await furnish(
    config,
    Array.from({ length: terms.mailboxes }, (_, number) => address(number)),
  );
  const storeFolder = join(folder, 'data', 'store');
  await terms.fill?.(storeFolder, provider.key);
  const command = [
    process.execPath,
    ...profileFlags(terms.profile, provider.key),
    measuredProgram({ profiled: terms.profile !== undefined }),
    'serve',
    '--config',
    config,
  ];
  const running = Running.start(provider.key, command);
  await running.listening([own.submission, own.exchange, own.pop3s]);
  return {
    key: provider.key,
    running,
    ports: own,
    folder,
    storeFile: join(storeFolder, 'store.db'),
    certificateFile: files.tlsCertificate,
    keyFile: files.tlsKey,
    address,
  };
}

/** One generator stands for thousands of people, so one address may have thousands of connections. */
async function openWide(config: string, ports: ProviderPorts): Promise<void> {
  const read = JSON.parse(await readFile(config, 'utf8')) as { listen: object };
  const at = (port: number) => ({ host: HOST, port });
  const listen = { ...read.listen, imaps: at(ports.imaps), imap: at(ports.imap) };
  const limits = {
    sessions: 5000,
    sessionsPerAddress: 5000,
    imapSessions: 5000,
    imapSessionsPerAddress: 5000,
  };
  await writeFile(config, `${JSON.stringify({ ...read, listen, limits }, null, 2)}\n`);
}

/** Makes the mailboxes before the provider runs: it has no other way in than its own process. */
async function furnish(file: string, addresses: readonly string[]): Promise<void> {
  const reading = readConfig(file);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const config = {
    ...reading.config,
    listen: NO_DOORS,
    watch: { ...reading.config.watch, listen: null },
  };
  const surroundings = { journal: silentJournal, clock: systemClock, ids: randomIds, dns: demoDns };
  await using provider = await Provider.start(config, surroundings);
  // Each with its own salt, as in life: a password is known only once it was seen for that mailbox.
  const quotaBytes = 1e12;
  await Promise.all(
    addresses.map(async (address) => {
      const passwordHash = await hashPassword(PASSWORD);
      await provider.putMailbox({ address, holder: 'Prova', passwordHash, quotaBytes });
    }),
  );
}
