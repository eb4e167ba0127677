// SPDX-License-Identifier: EUPL-1.2
import { mkdir, rm } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { hashPassword } from '../mailroom/accounts/passwords.ts';
import type { ShiftedClock } from '../platform/clock.ts';
import { readConfig } from '../platform/config/config.ts';
import { Fault } from '../platform/faults.ts';
import { type Ids, randomIds } from '../platform/ids.ts';
import { type Journal, openJournal } from '../platform/journal.ts';
import { loadTlsIdentity } from '../platform/tls.ts';
import { Provider } from '../provider.ts';
import { DemoControl } from './control.ts';
import { DemoAuthority } from './demo-authority.ts';
import { keepOffset, openDemoClock, parseShift } from './demo-clock.ts';
import { demoDns } from './demo-dns.ts';
import { OrdinaryHost } from './ordinary-host.ts';
import { DEFAULT_PORT_BASE, type DemoPorts, demoPorts } from './ports.ts';
import { licensed, silentLicence, writeProviderConfig } from './provider-config.ts';
import { DEMO_PASSWORD, ORDINARY, PROVIDERS, type RosterProvider } from './roster.ts';
import { SilentHost } from './silent-host.ts';
import { describeWorld, type World, writeWorld } from './world-file.ts';

/** The demo listens on this machine only. */
const HOST = '127.0.0.1';

export interface DemoOptions {
  /** Where the demo keeps everything. */
  readonly folder: string;
  readonly portBase?: number;
  /** Start over: whatever is in the folder is removed. */
  readonly fresh?: boolean;
  readonly ids?: Ids;
}

/** What every part of the demo is started with. */
interface Country {
  readonly folder: string;
  readonly ports: DemoPorts;
  readonly clock: ShiftedClock;
  readonly ids: Ids;
  readonly journal: Journal;
  readonly stack: AsyncDisposableStack;
}

/** The running demo: an authority, two providers, an ordinary host and a silent one. */
export class Demo implements AsyncDisposable {
  readonly world: World;
  readonly providers: Readonly<Record<RosterProvider['key'], Provider>>;
  readonly clock: ShiftedClock;
  readonly #stack: AsyncDisposableStack;

  private constructor(parts: {
    world: World;
    providers: Record<RosterProvider['key'], Provider>;
    clock: ShiftedClock;
    stack: AsyncDisposableStack;
  }) {
    this.world = parts.world;
    this.providers = parts.providers;
    this.clock = parts.clock;
    this.#stack = parts.stack;
  }

  /** Throws a Fault when a port or the folder is taken. */
  static async start(options: DemoOptions): Promise<Demo> {
    await using stack = new AsyncDisposableStack();
    const folder = isAbsolute(options.folder) ? options.folder : resolve(options.folder);
    if (options.fresh === true) await startOver(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const ports = demoPorts(options.portBase ?? DEFAULT_PORT_BASE);
    const clock = await openDemoClock(folder);
    const journal = openJournal({ file: join(folder, 'demo.jsonl') });
    const country: Country = { folder, ports, clock, ids: options.ids ?? randomIds, journal, stack };
    const authority = await openAuthority(country);
    const [alfa, beta] = await Promise.all(
      PROVIDERS.map((provider) => startProvider(country, { provider, authority })),
    );
    if (alfa === undefined || beta === undefined) throw new Error('the roster has two providers');
    const providers = { alfa, beta };
    await openOthers(country, authority);
    const world = describeWorld({ folder, host: HOST, ports, authority });
    stack.use(
      await DemoControl.listen(folder, (order) => obey(order, { folder, clock, providers: [alfa, beta] })),
    );
    await writeWorld(folder, world);
    return new Demo({ world, providers, clock, stack: stack.move() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Only what a demo made is removed: a wrong `--dir` must not cost anybody's files. */
async function startOver(folder: string): Promise<void> {
  for (const name of [
    'authority',
    'alfa',
    'beta',
    'ordinary',
    'world.json',
    'ca.pem',
    'clock-offset-ms',
    'demo.jsonl',
  ]) {
    await rm(join(folder, name), { recursive: true, force: true });
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
  await authority.listen([...PROVIDERS.map(licensed), silentLicence]);
  return authority;
}

async function startProvider(
  country: Country,
  { provider, authority }: { readonly provider: RosterProvider; readonly authority: DemoAuthority },
): Promise<Provider> {
  const folder = join(country.folder, provider.key);
  const files = await authority.equip(licensed(provider), join(folder, 'keys'));
  const { ports, clock, ids, stack } = country;
  const reading = readConfig(
    await writeProviderConfig({ provider, folder, host: HOST, ports, authority, files }),
  );
  if (!reading.ok) throw new Fault('config-invalid', JSON.stringify(reading.problems), { temporary: false });
  const { config } = reading;
  const running = await Provider.start(config, {
    journal: openJournal(config.journal),
    clock,
    ids,
    dns: demoDns,
  });
  stack.use(running);
  await furnish(running, provider);
  return running;
}

/** The mailboxes of the roster; those that exist stay as their users left them. */
async function furnish(running: Provider, provider: RosterProvider): Promise<void> {
  const missing = provider.mailboxes.filter(
    ({ address }) => running.store.findMailbox(address) === undefined,
  );
  if (missing.length === 0) return;
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  for (const { provokes: _, ...mailbox } of missing) await running.putMailbox({ ...mailbox, passwordHash });
}

async function openOthers(
  { folder, ports, ids, journal, stack }: Country,
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
    routes: new Map(
      PROVIDERS.flatMap((provider) =>
        provider.domains.map((domain) => [
          domain,
          { name: provider.hostname, address: HOST, port: ports[provider.key].exchange },
        ]),
      ),
    ),
    tls: loadTlsIdentity({ keyFile: keys.tlsKey, certFile: keys.tlsCertificate }),
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
  demo: { readonly folder: string; readonly clock: ShiftedClock; readonly providers: readonly Provider[] },
): Promise<string> {
  const [verb, argument = ''] = order.split(/\s+/);
  if (verb !== 'clock') throw new Error(`unknown order ${verb}`);
  if (argument !== '') {
    const shift = parseShift(argument);
    if (shift === undefined) throw new Error('write +13h, +90m, +30s, +2d or reset');
    demo.clock.shiftTo(shift === 'reset' ? 0 : demo.clock.offsetMs + shift);
    await keepOffset(demo.folder, demo.clock);
    for (const provider of demo.providers) provider.relay.wake();
  }
  return new Date(demo.clock.now()).toISOString();
}
