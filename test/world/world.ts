// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FixedClock } from '../../src/platform/clock.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { ManualTimers } from '../../src/platform/timers.ts';
import { Authority } from '../../src/trust/authority/authority.ts';
import { writeIndex } from '../../src/trust/authority/index-writer.ts';
import { readDirectory } from '../../src/trust/provider-directory/directory-reader.ts';
import { emptySnapshot } from '../../src/trust/provider-directory/directory-snapshot.ts';
import { CrlCache } from '../../src/trust/signing/crl-cache.ts';
import { readCertificate } from '../../src/wire/cms/certificate.ts';
import { Network } from './network.ts';
import type { Seen } from './seen.ts';
import { type ProviderTerms, WorldProvider } from './world-provider.ts';

/** Monday 2 March 2026, 10:15:02.345 in Rome. */
export const MORNING = Date.UTC(2026, 2, 2, 9, 15, 2, 345);
export const HOUR_MS = 3_600_000;

export const ALFA: ProviderTerms = {
  key: 'alfa',
  name: 'Gestore Alfa S.p.A.',
  domains: ['pec.alfa.test'],
  users: ['anna', 'bruno', 'protocollo'],
};
export const BETA: ProviderTerms = {
  key: 'beta',
  name: 'Gestore Beta S.r.l.',
  domains: ['pec.beta.test'],
  users: ['carla', 'dario', 'protocollo'],
};
export const GAMMA: ProviderTerms = {
  key: 'gamma',
  name: 'Gestore Gamma S.p.A.',
  domains: ['pec.gamma.test'],
  users: ['elsa'],
};

const CRL_URL = 'http://crl.autorita.test';

/** An Authority, some providers, the wires between them, an ordinary host and one clock. */
export class World implements AsyncDisposable {
  readonly clock = new FixedClock(MORNING);
  readonly timers = new ManualTimers();
  readonly network = new Network();
  readonly folder: string;
  readonly authority: Authority;
  readonly providers: WorldProvider[] = [];
  /** Whether revocation lists can be had. */
  crlAvailable = true;

  private constructor(folder: string, authority: Authority, clock: FixedClock) {
    this.folder = folder;
    this.authority = authority;
    this.clock = clock;
  }

  static async open(
    providers: readonly ProviderTerms[] = [ALFA, BETA],
    { engine = 'memory' }: { readonly engine?: 'memory' | 'sqlite' } = {},
  ): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'ceralacca-world-'));
    const clock = new FixedClock(MORNING);
    const name = 'Autorità di prova';
    const authority = await Authority.create({ clock, ids: randomIds, name, crlBaseUrl: CRL_URL });
    const world = new World(folder, authority, clock);
    const root = readCertificate(authority.rootCertificate);
    assert.ok(root.ok);
    const around = {
      folder,
      engine,
      clock,
      timers: world.timers,
      ids: randomIds,
      network: world.network,
      anchors: [root.value],
    };
    for (const terms of providers) {
      const revocation = new CrlCache({ clock, fetchUrl: (url) => world.#revocationList(url) });
      const identity = await world.identityFor(terms);
      world.providers.push(await WorldProvider.open(terms, { ...around, revocation }, identity));
    }
    await world.publishes();
    return world;
  }

  provider(key: string): WorldProvider {
    const found = this.providers.find((provider) => provider.key === key);
    assert.ok(found, `no provider ${key} in this world`);
    return found;
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

  /** A signing key and certificate for a provider. */
  identityFor(terms: ProviderTerms, days?: { readonly from: number; readonly to: number }) {
    const provider = { providerName: terms.name, serviceAddress: `posta-certificata@${terms.domains[0]}` };
    const now = this.clock.now();
    const day = 24 * HOUR_MS;
    const validity = days && { notBefore: now + days.from * day, notAfter: now + days.to * day };
    return this.authority.issueProviderIdentity(provider, validity && { validity });
  }

  /** The Authority publishes its index anew, and every provider reads it. */
  async publishes(
    domainsOf: (provider: WorldProvider) => readonly string[] = ({ terms }) => terms.domains,
  ): Promise<void> {
    const listed = this.providers.filter(({ terms }) => terms.listed !== false);
    const ldif = writeIndex({
      locationUrl: 'https://igpec.autorita.test/index.p7m',
      providers: listed.map((provider) => ({
        providerName: provider.terms.name,
        certificates: [provider.identity.certificate],
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

  /** Lets everything that is due be relayed, until nobody has anything left to do now. */
  async settles(): Promise<void> {
    // Whoever waits for a store that failed waits on these timers.
    const time = setInterval(() => this.timers.advance(60_000), 5);
    try {
      for (let round = 0; round < 1000; round++) {
        for (const provider of this.providers) await provider.relay.whenIdle();
        if (!this.providers.some(({ store }) => store.listDue(this.clock.now(), 1).length > 0)) return;
        for (const provider of this.providers) provider.relay.wake();
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
      const waiting = this.providers.flatMap(({ store }) =>
        store.listQueue().map((entry) => entry.notBefore),
      );
      const next = Math.min(until, ...waiting);
      this.clock.advance(Math.max(next - this.clock.now(), 1));
      for (const provider of this.providers) provider.relay.wake();
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
    for (const provider of this.providers) await provider[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #revocationList(url: string): Promise<Buffer> {
    if (!this.crlAvailable) throw new Error('no route to host');
    const name = /\/(root|signing|tls)\.crl$/.exec(url)?.[1];
    assert.ok(name === 'root' || name === 'signing' || name === 'tls', url);
    return this.authority.revocationList(name);
  }
}
