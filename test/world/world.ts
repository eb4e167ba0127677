// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueueReader } from '../../src/mailroom/queue/queue-store.ts';
import type { RelayLimits } from '../../src/mailroom/queue/relay.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { ManualTimers } from '../../src/platform/timers.ts';
import { examineLives } from '../../src/points/invariants/invariants.ts';
import { Authority } from '../../src/trust/authority/authority.ts';
import { writeIndex } from '../../src/trust/authority/index-writer.ts';
import {
  certificatePem,
  type Identity,
  type KeyPair,
  makeKeyPair,
} from '../../src/trust/authority/key-pair.ts';
import { readDirectory } from '../../src/trust/provider-directory/directory-reader.ts';
import { emptySnapshot } from '../../src/trust/provider-directory/directory-snapshot.ts';
import { CrlCache } from '../../src/trust/signing/crl-cache.ts';
import { readCertificate } from '../../src/wire/cms/certificate.ts';
import { Network } from './network.ts';
import type { Seen } from './seen.ts';
import { ALFA, BETA, type ProviderTerms } from './terms.ts';
import { type Surroundings, WorldProvider } from './world-provider.ts';

/** Monday 2 March 2026, 10:15:02.345 in Rome. */
export const MORNING = Date.UTC(2026, 2, 2, 9, 15, 2, 345);
export const HOUR_MS = 3_600_000;

const CRL_URL = 'http://crl.autorita.test';

const keyPairs = new Map<string, Promise<KeyPair>>();

/** A key of that name, made once in each process: what takes long in a world is its keys. */
function keyPairOf(name: string): Promise<KeyPair> {
  const known = keyPairs.get(name);
  if (known !== undefined) return known;
  const made = makeKeyPair('rsa-2048');
  keyPairs.set(name, made);
  return made;
}

/** A clock that moves on by a second whenever it is looked at: who looks twice gives himself away. */
export class TickingClock extends FixedClock {
  override now(): number {
    const now = super.now();
    this.advance(1000);
    return now;
  }
}

export interface WorldOptions {
  readonly engine?: 'memory' | 'sqlite';
  readonly clock?: FixedClock;
  readonly network?: Network;
  /** What one provider does not share with the others. */
  readonly ownSurroundings?: (terms: ProviderTerms) => Partial<Surroundings>;
}

/** An Authority, some providers, the wires between them, an ordinary host and one clock. */
export class World implements AsyncDisposable {
  readonly clock: FixedClock;
  readonly timers = new ManualTimers();
  readonly network: Network;
  readonly folder: string;
  /** The trust anchor, PEM. */
  readonly caFile: string;
  readonly authority: Authority;
  readonly providers: WorldProvider[] = [];
  readonly #openings = new Map<string, () => Promise<WorldProvider>>();
  /** Whether revocation lists can be had. */
  crlAvailable = true;

  private constructor(
    folder: string,
    authority: Authority,
    { clock, network }: { readonly clock: FixedClock; readonly network: Network },
  ) {
    this.network = network;
    this.folder = folder;
    this.caFile = join(folder, 'ca.pem');
    writeFileSync(this.caFile, certificatePem(authority.rootCertificate));
    this.authority = authority;
    this.clock = clock;
  }

  static async open(
    providers: readonly ProviderTerms[] = [ALFA, BETA],
    {
      engine = 'memory',
      clock = new FixedClock(MORNING),
      network = new Network(),
      ownSurroundings = () => ({}),
    }: WorldOptions = {},
  ): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'ceralacca-world-'));
    const [root, signing, index] = await Promise.all(['root', 'signing', 'index'].map(keyPairOf));
    assert.ok(root && signing && index);
    const authority = await Authority.create({
      clock,
      ids: randomIds,
      name: 'Autorità di prova',
      crlBaseUrl: CRL_URL,
      keys: { root, signing, index },
    });
    const world = new World(folder, authority, { clock, network });
    const anchor = readCertificate(authority.rootCertificate);
    assert.ok(anchor.ok);
    const around = {
      folder,
      engine,
      clock,
      timers: world.timers,
      ids: randomIds,
      network: world.network,
      anchors: [anchor.value],
    };
    for (const terms of providers) {
      const revocation = new CrlCache({ clock, fetchUrl: (url) => world.#revocationList(url) });
      const identity = await world.identityFor(terms);
      const own = { ...around, revocation, ...ownSurroundings(terms) };
      const open = () => WorldProvider.open(terms, own, identity);
      world.#openings.set(terms.key, open);
      world.providers.push(await open());
    }
    await world.publishes();
    return world;
  }

  provider(key: string): WorldProvider {
    const found = this.providers.find((provider) => provider.key === key);
    assert.ok(found, `no provider ${key} in this world`);
    return found;
  }

  /** A provider stops, something happens to its folder meanwhile, and it starts again. */
  async restarts(key: string, meanwhile: (folder: string) => Promise<void>): Promise<void> {
    const stopped = this.provider(key);
    await stopped[Symbol.asyncDispose]();
    await meanwhile(join(this.folder, key));
    const open = this.#openings.get(key);
    assert.ok(open);
    this.providers[this.providers.indexOf(stopped)] = await open();
    await this.publishes();
  }

  get alfa(): WorldProvider {
    return this.provider('alfa');
  }

  get beta(): WorldProvider {
    return this.provider('beta');
  }

  get gamma(): WorldProvider {
    return this.provider('gamma');
  }

  /** A signing key and certificate for a provider; `from` and `to` count days from now. */
  async identityFor(
    terms: ProviderTerms,
    { key = terms.key, days }: { readonly key?: string; readonly days?: { from: number; to: number } } = {},
  ): Promise<Identity> {
    const provider = { providerName: terms.name, serviceAddress: `posta-certificata@${terms.domains[0]}` };
    const now = this.clock.now();
    const day = 24 * HOUR_MS;
    return this.authority.issueProviderIdentity(provider, {
      keyPair: await keyPairOf(key),
      ...(days && { validity: { notBefore: now + days.from * day, notAfter: now + days.to * day } }),
    });
  }

  /**
   * The Authority publishes its index anew, and every provider reads it. `domainsOf` gives the domains of
   * each; who has none is not in the index. `certificatesOf` gives more than the one in use.
   */
  async publishes(
    domainsOf: (provider: WorldProvider) => readonly string[] = ({ terms }) =>
      terms.listed === false ? [] : terms.domains,
    certificatesOf: (provider: WorldProvider) => readonly Buffer[] | undefined = () => undefined,
  ): Promise<void> {
    const listed = this.providers.filter((provider) => domainsOf(provider).length > 0);
    const ldif = writeIndex({
      locationUrl: 'https://igpec.autorita.test/index.p7m',
      providers: listed.map((provider) => ({
        providerName: provider.terms.name,
        certificates: certificatesOf(provider) ?? [provider.identity.certificate],
        mailReceipt: provider.serviceMailbox,
        managedDomains: domainsOf(provider),
      })),
    });
    const reading = await readDirectory(await this.authority.signIndex(ldif), {
      authorities: [this.authority.indexCertificate],
      at: this.clock.now(),
      previous: emptySnapshot,
    });
    assert.ok(reading.ok, JSON.stringify(reading));
    for (const provider of this.providers) provider.directory.replace(reading.snapshot);
  }

  /**
   * Lets everything that is due be relayed, until nobody has anything left to do now: one provider after
   * the other, one message at a time, so that every run is the same; all at once when in a `hurry`.
   */
  async settles({ hurry = false }: { readonly hurry?: boolean } = {}): Promise<void> {
    // Whoever waits for a store that failed waits on these timers.
    const time = setInterval(() => this.timers.advance(60_000), 5);
    try {
      for (let round = 0; round < 1000; round++) {
        const busy = this.providers.filter(({ store }) => hasDue(store, this.clock.now()));
        if (busy.length === 0) return;
        if (hurry) await Promise.all(busy.map((provider) => work(provider, {})));
        else for (const provider of busy) await work(provider, { attempts: 1 });
      }
      assert.fail('the world does not come to rest');
    } finally {
      clearInterval(time);
    }
  }

  /** Lets time pass, each queue entry being tried when its hour comes. */
  async passes(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    await this.settles();
    while (this.clock.now() < until) {
      const now = this.clock.now();
      const next = Math.min(until, ...this.providers.map(({ store }) => store.nextDueAt(now) ?? until));
      this.clock.advance(Math.max(next - this.clock.now(), 1));
      await this.settles();
    }
  }

  /** Every message in every mailbox. */
  async everything(): Promise<{ readonly owner: string; readonly seen: Seen }[]> {
    const all: { owner: string; seen: Seen }[] = [];
    for (const provider of this.providers) {
      for (const { address } of provider.store.listMailboxes()) {
        for (const seen of await provider.user(address).messages()) all.push({ owner: address, seen });
      }
    }
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whatever a test did to its world, what the providers remember must hold together.
    const findings = this.providers.flatMap(({ key, store }) =>
      [...examineLives(store)].map((finding) => ({ key, ...finding })),
    );
    for (const provider of this.providers) await provider[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
    assert.deepEqual(
      findings.filter(({ passing }) => passing === undefined),
      [],
    );
  }

  async #revocationList(url: string): Promise<Buffer> {
    if (!this.crlAvailable) throw new Error('no route to host');
    const name = /\/(root|signing|tls)\.crl$/.exec(url)?.[1];
    assert.ok(name === 'root' || name === 'signing' || name === 'tls', url);
    return this.authority.revocationList(name);
  }
}

/** Whether anything is to be tried, or ends. */
function hasDue(store: QueueReader, now: number): boolean {
  return store.listDue(now, 1).length > 0 || store.listExpiredHeld(now, 1).length > 0;
}

/** A provider's queue worked off. */
async function work(provider: WorldProvider, limits: Partial<RelayLimits>): Promise<void> {
  await using relay = provider.newRelay(limits);
  relay.start();
  await relay.whenIdle();
}
