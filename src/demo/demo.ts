// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hashPassword } from '../mailroom/accounts/passwords.ts';
import type { ShiftedClock } from '../platform/clock.ts';
import { type Config, readConfig } from '../platform/config/config.ts';
import { Fault } from '../platform/faults.ts';
import { type Ids, randomIds } from '../platform/ids.ts';
import { type Journal, openJournal } from '../platform/journal.ts';
import { loadTlsIdentity } from '../platform/tls.ts';
import { Provider } from '../provider.ts';
import { DemoControl } from './control.ts';
import { DemoAuthority } from './demo-authority.ts';
import { keepOffset, openDemoClock, parseShift } from './demo-clock.ts';
import { demoDns } from './demo-dns.ts';
import { takeFolder } from './demo-folder.ts';
import { requireFreePorts } from './free-ports.ts';
import { OrdinaryHost } from './ordinary-host.ts';
import { DEFAULT_PORT_BASE, type DemoPorts, demoPorts, type ProviderKey, portNumbers } from './ports.ts';
import {
  antivirusSection,
  licensed,
  recordUrl,
  silentLicence,
  writeProviderConfig,
} from './provider-config.ts';
import { DEMO_PASSWORD, ORDINARY, PROVIDERS, type RosterProvider } from './roster.ts';
import { SilentHost } from './silent-host.ts';
import { TimeHost } from './time-host.ts';
import { describeWorld, type World, writeWorld } from './world-file.ts';

/** The demo listens on this machine only. */
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

export interface DemoOptions {
  /** Where the demo keeps everything. */
  readonly folder: string;
  readonly portBase?: number;
  /** Start over: what an earlier demo left in the folder is removed. */
  readonly fresh?: boolean;
  /** Providers that are furnished and left alone, to be run by `ceralacca serve` with the configuration found in their folders. */
  readonly without?: readonly ProviderKey[];
  /** Unix socket or TCP port of a clamd; without it nobody looks for viruses. */
  readonly clamd?: string;
  readonly ids?: Ids;
}

/** What every part of the demo is started with. */
interface Country {
  readonly folder: string;
  readonly ports: DemoPorts;
  /** The section `antivirus` of the providers. */
  readonly antivirus: Readonly<Record<string, unknown>>;
  readonly clock: ShiftedClock;
  readonly ids: Ids;
  readonly journal: Journal;
  readonly stack: AsyncDisposableStack;
}

/** The running demo: an authority, two providers, an ordinary host and a silent one. */
export class Demo implements AsyncDisposable {
  readonly world: World;
  /** Those that run in this process. */
  readonly providers: ReadonlyMap<ProviderKey, Provider>;
  readonly clock: ShiftedClock;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<Demo, 'world' | 'providers' | 'clock'> & { readonly stack: AsyncDisposableStack },
  ) {
    this.world = parts.world;
    this.providers = parts.providers;
    this.clock = parts.clock;
    this.#stack = parts.stack;
  }

  /** Throws a Fault when a port or the folder is taken; nothing was touched then. */
  static async start(options: DemoOptions): Promise<Demo> {
    const { without = [], ids = randomIds } = options;
    await using stack = new AsyncDisposableStack();
    const folder = resolve(options.folder);
    const ports = demoPorts(options.portBase ?? DEFAULT_PORT_BASE);
    await requireFreePorts(HOST, portNumbers(ports, without));
    stack.use(await takeFolder(folder, options.fresh === true));
    const clock = await openDemoClock(folder);
    const journal = openJournal({ file: join(folder, 'demo.jsonl') });
    const antivirus = antivirusSection(options.clamd);
    const timeHost = stack.use(await TimeHost.listen(clock, { host: HOST, port: ports.ntp }));
    const country: Country = { folder, ports, antivirus, clock, ids, journal, stack };
    const authority = await openAuthority(country);
    await openOthers(country, authority);
    const providers = await openProviders(country, { authority, without });
    const running = [...providers.values()];
    // Now that all doors are open: what waits for a peer that is not there yet would wait longer.
    for (const provider of running) provider.begin();
    stack.use(
      await DemoControl.listen(folder, (order) =>
        obey(order, { folder, clock, timeHost, providers: running }),
      ),
    );
    const world = describeWorld({ folder, host: HOST, ports, authority });
    await writeWorld(folder, world);
    return new Demo({ world, providers, clock, stack: stack.move() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function openAuthority({ folder, ports, clock, ids, journal, stack }: Country): Promise<DemoAuthority> {
  const authority = await DemoAuthority.open({
    folder: join(folder, 'authority'),
    host: HOST,
    indexPort: ports.index,
    crlPort: ports.crl,
    clock,
    ids,
    journal,
  });
  stack.use(authority);
  const licences = PROVIDERS.map((provider) => ({
    ...licensed(provider),
    recordUrl: recordUrl(provider, { host: HOST, ports }),
  }));
  await authority.listen([...licences, silentLicence]);
  return authority;
}

async function openProviders(
  country: Country,
  { authority, without }: { readonly authority: DemoAuthority; readonly without: readonly ProviderKey[] },
): Promise<ReadonlyMap<ProviderKey, Provider>> {
  const starts = await Promise.allSettled(
    PROVIDERS.map(async (provider) => {
      const config = await configure(country, { provider, authority });
      if (!without.includes(provider.key)) {
        const open = country.stack.use(await openProvider(country, config));
        await furnish(open, provider);
        return [[provider.key, open] as const];
      }
      // Its mailboxes are made once, before another process has its store.
      if (!existsSync(config.folder)) {
        await using passing = await openProvider(country, {
          ...config,
          listen: NO_DOORS,
          publication: { ...config.publication, listen: null },
          watch: { ...config.watch, listen: null },
        });
        await furnish(passing, provider);
      }
      return [];
    }),
  );
  // Only when none is half-way any more can those that did start be closed.
  const opened = starts.map((start) => {
    if (start.status === 'rejected') throw start.reason;
    return start.value;
  });
  return new Map(opened.flat());
}

async function configure(
  { folder, ports, antivirus }: Country,
  { provider, authority }: { readonly provider: RosterProvider; readonly authority: DemoAuthority },
): Promise<Config> {
  const own = join(folder, provider.key);
  const files = await authority.equip(licensed(provider), join(own, 'keys'));
  const reading = readConfig(
    await writeProviderConfig({ provider, folder: own, host: HOST, ports, authority, files, antivirus }),
  );
  if (reading.ok) return reading.config;
  throw new Fault('config-invalid', JSON.stringify(reading.problems), { temporary: false });
}

function openProvider({ clock, ids }: Country, config: Config): Promise<Provider> {
  return Provider.open(config, { journal: openJournal(config.journal), clock, ids, dns: demoDns });
}

/** The mailboxes of the roster; those that exist stay as their users left them. */
async function furnish(running: Provider, provider: RosterProvider): Promise<void> {
  const missing = provider.mailboxes.filter(
    ({ address }) => running.store.findMailbox(address) === undefined,
  );
  if (missing.length === 0) return;
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  await Promise.all(missing.map((mailbox) => running.putMailbox({ ...mailbox, passwordHash })));
}

async function openOthers(
  { folder, ports, clock, ids, journal, stack }: Country,
  authority: DemoAuthority,
): Promise<void> {
  const host = join(folder, 'ordinary');
  await mkdir(host, { recursive: true });
  const keys = await authority.equip(
    { ...silentLicence, key: 'ordinary', hostname: ORDINARY.hostname, domains: [ORDINARY.domain] },
    join(host, 'keys'),
  );
  const ordinary = new OrdinaryHost({
    folder: host,
    domain: ORDINARY.domain,
    hostname: ORDINARY.hostname,
    mailboxes: ORDINARY.mailboxes,
    bouncing: ORDINARY.bouncing,
    routes: new Map(
      PROVIDERS.flatMap((provider) =>
        provider.domains.map((domain) => [
          domain,
          { name: provider.hostname, address: HOST, port: ports[provider.key].exchange },
        ]),
      ),
    ),
    tls: loadTlsIdentity({ keyFile: keys.tlsKey, certFile: keys.tlsCertificate }),
    clock,
    ids,
    journal,
  });
  stack.use(ordinary);
  await ordinary.listen({ host: HOST, port: ports.ordinary });
  const silent = stack.use(new SilentHost());
  await silent.listen({ host: HOST, port: ports.silent });
}

/** `clock +13h`: the whole country travels, and looks at its queues and deadlines anew. */
async function obey(
  order: string,
  demo: {
    readonly folder: string;
    readonly clock: ShiftedClock;
    readonly timeHost: TimeHost;
    readonly providers: readonly Provider[];
  },
): Promise<string> {
  const [verb, argument = ''] = order.split(/\s+/);
  if (verb === 'ntp') return misleadTime(argument, demo);
  if (verb !== 'clock') throw new Error(`unknown order ${verb}`);
  if (argument !== '') {
    const shift = parseShift(argument);
    if (shift === undefined) throw new Error('write +13h, +90m, +30s, +2d or reset');
    demo.clock.shiftTo(shift === 'reset' ? 0 : demo.clock.offsetMs + shift);
    await keepOffset(demo.folder, demo.clock);
    await Promise.all(demo.providers.map((provider) => provider.wake()));
  }
  return new Date(demo.clock.now()).toISOString();
}

/** `ntp +5s`: the time server is ahead of everybody, so that their clocks are wrong; `ntp reset`. */
function misleadTime(argument: string, { timeHost }: { readonly timeHost: TimeHost }): string {
  if (argument !== '') {
    const shift = parseShift(argument.replace(/^-/, '+'));
    if (shift === undefined) throw new Error('write +5s, -2m or reset');
    timeHost.errorMs = shift === 'reset' ? 0 : shift * (argument.startsWith('-') ? -1 : 1);
  }
  return `${timeHost.errorMs / 1000} s`;
}
