// SPDX-License-Identifier: EUPL-1.2
import { type KeyObject, sign } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openMemoryStore } from '../../src/engines/memory/memory-store.ts';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import { BOUNDARY_PREFIX } from '../../src/evidence/boundaries.ts';
import type { LogRecord } from '../../src/evidence/certification-log/log-store.ts';
import type { Draft, EmittingProvider } from '../../src/evidence/draft.ts';
import type { StoredContent } from '../../src/mailroom/contents/content-store.ts';
import {
  HEADER_LIMIT_BYTES,
  Spool,
  type SpooledMessage,
  SUBMITTED_HEADER_LIMIT_BYTES,
} from '../../src/mailroom/contents/spool.ts';
import { DEFAULT_FOLDERS } from '../../src/mailroom/mailboxes/folders.ts';
import type { Mailbox } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type { Courier } from '../../src/mailroom/queue/courier.ts';
import { LocalCourier } from '../../src/mailroom/queue/local-courier.ts';
import type { QueueEntry } from '../../src/mailroom/queue/queue-store.ts';
import { Relay, type RelayLimits } from '../../src/mailroom/queue/relay.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { Fault } from '../../src/platform/faults.ts';
import type { Ids } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import type { Timers } from '../../src/platform/timers.ts';
import { Attestation } from '../../src/points/attestation.ts';
import { type House, joinPoints } from '../../src/points/house.ts';
import type { IncomingOutcome } from '../../src/points/incoming/incoming-options.ts';
import { OrdinaryChecks } from '../../src/points/incoming/ordinary-checks.ts';
import { findReturningOriginal } from '../../src/points/incoming/returning-original.ts';
import type { Scanned, Scanner } from '../../src/trust/antivirus/scanner.ts';
import { scanningSink } from '../../src/trust/antivirus/scanning-sink.ts';
import { AttachmentInspector } from '../../src/trust/attachments/attachment-inspector.ts';
import type { Identity } from '../../src/trust/authority/key-pair.ts';
import { ProviderDirectory } from '../../src/trust/provider-directory/provider-directory.ts';
import { CertificationPaths } from '../../src/trust/signing/certification-paths.ts';
import type { RevocationSource } from '../../src/trust/signing/revocation-source.ts';
import { sealEntity } from '../../src/trust/signing/signed-message.ts';
import { Signer } from '../../src/trust/signing/signer.ts';
import { Verifier } from '../../src/trust/signing/verification.ts';
import type { Certificate } from '../../src/wire/cms/certificate.ts';
import { readPieces } from '../../src/wire/mime/octets.ts';
import type { MessageSink } from '../../src/wire/smtp/message-sink.ts';
import { FaultyStore } from './faulty-store.ts';
import type { Home } from './home.ts';
import type { Network } from './network.ts';
import type { ProviderTerms } from './terms.ts';
import { User } from './user.ts';
import { WordScanner } from './word-scanner.ts';

/** What the providers of one world share. */
export interface Surroundings {
  readonly folder: string;
  readonly engine: 'memory' | 'sqlite';
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: Ids;
  readonly network: Network;
  readonly anchors: readonly Certificate[];
  readonly revocation: RevocationSource;
  /** How octets are signed; in the thread pool unless told. */
  readonly signs?: (octets: Buffer, key: KeyObject) => Buffer;
}

/** One provider of a world: real points, a real store and a real queue, without sockets. */
export class WorldProvider implements Home {
  readonly key: string;
  readonly terms: ProviderTerms;
  readonly domain: string;
  readonly serviceAddress: string;
  readonly serviceMailbox: string;
  readonly emitting: EmittingProvider;
  readonly clock: Clock;
  readonly directory = new ProviderDirectory();
  /** Knows no viruses to begin with. */
  readonly words = new WordScanner();
  /** Looks at what comes in. */
  scanner: Scanner = this.words;
  faults: FaultyStore;
  store: HouseStore;
  verifier: Verifier;
  /** Whether the signing key answers. */
  keyWorks = true;
  /** Why nothing may be certified; undefined: it may. */
  held: string | undefined;
  /** Takes mail to other providers. */
  courier: Courier;
  readonly #around: Surroundings;
  /** The store itself, whatever is wrong with the way to it. */
  readonly kept: HouseStore;
  #domains: readonly string[];
  #identity: Identity;
  #house: House;

  private constructor(parts: {
    terms: ProviderTerms;
    around: Surroundings;
    store: HouseStore;
    identity: Identity;
  }) {
    const { terms, around } = parts;
    this.terms = terms;
    this.key = terms.key;
    this.domain = terms.domains[0] ?? '';
    this.serviceAddress = `posta-certificata@${this.domain}`;
    this.serviceMailbox = `servizio@${this.domain}`;
    this.emitting = { name: terms.name, domain: this.domain, serviceAddress: this.serviceAddress };
    this.clock = around.clock;
    this.kept = parts.store;
    this.#domains = terms.domains;
    this.faults = new FaultyStore(parts.store);
    this.store = this.faults.store;
    this.#around = around;
    this.#identity = parts.identity;
    this.verifier = this.#newVerifier();
    this.#house = this.#join();
    this.courier = around.network.courierOf(this);
    around.network.serve(terms.domains, this);
  }

  static async open(terms: ProviderTerms, around: Surroundings, identity: Identity): Promise<WorldProvider> {
    const folder = join(around.folder, terms.key);
    mkdirSync(join(folder, 'spool'), { recursive: true });
    const store =
      around.engine === 'memory'
        ? openMemoryStore()
        : await openSqliteStore({ folder: join(folder, 'store'), journal: silentJournal });
    const provider = new WorldProvider({ terms, around, store, identity });
    await provider.opens('servizio', { role: 'service' });
    for (const user of terms.users) await provider.opens(user);
    return provider;
  }

  get house(): House {
    return this.#house;
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** Signs with another key and certificate from now on. */
  signsWith(identity: Identity): void {
    this.#identity = identity;
    this.#house = this.#join();
  }

  /**
   * What a crash leaves: the store, and nothing of what ran on it. The configuration may have changed
   * meanwhile: `domains` are then its own.
   */
  restarts({ domains = this.#domains }: { readonly domains?: readonly string[] } = {}): void {
    this.faults.dies();
    this.#domains = domains;
    this.faults = new FaultyStore(this.kept);
    this.store = this.faults.store;
    this.verifier = this.#newVerifier();
    this.#house = this.#join();
  }

  /** Who reads at that local part, or at that whole address. */
  user(name: string): User {
    return new User(name.includes('@') ? name : `${name}@${this.domain}`, this);
  }

  get service(): User {
    return this.user(this.serviceMailbox);
  }

  /** Makes a mailbox, or changes it. */
  async opens(name: string, terms: Partial<Mailbox> = {}): Promise<User> {
    const user = this.user(name);
    const { id: _, ...given } = { id: 0, ...terms };
    const mailbox = {
      address: user.address,
      holder: name,
      status: 'active',
      role: 'user',
      quotaBytes: 1_000_000_000,
      filesReceipts: false,
      ...given,
    } as const;
    await this.store.commit({
      blobs: [],
      contents: [],
      parts: [{ acts: [{ do: 'put-mailbox', mailbox, folders: DEFAULT_FOLDERS }] }],
    });
    return user;
  }

  /** A spool behind the scanner, as at the doors. */
  newSpool(): MessageSink<Scanned<SpooledMessage>> {
    const spool = new Spool({
      numbers: this.store,
      folder: join(this.#around.folder, this.key, 'spool'),
      maxSizeBytes: 400_000_000,
      watchPrefix: BOUNDARY_PREFIX,
      findKept: (beginning) => findReturningOriginal(beginning, this.store),
    });
    return scanningSink(spool, this.scanner);
  }

  /** A message taken in as a door would take it. */
  async spool(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<Scanned<SpooledMessage>> {
    const spool = this.newSpool();
    for await (const chunk of chunks) await spool.write(chunk);
    return spool.finish();
  }

  /** What arrives at the incoming point, from nobody in particular. */
  async receives(
    octets: Buffer,
    transaction: { readonly from: string; readonly to: readonly string[] },
  ): Promise<IncomingOutcome> {
    return this.house.incoming.receive({
      reversePath: transaction.from,
      forwardPaths: transaction.to,
      message: await this.spool([octets]),
      peer: { address: '192.0.2.99', helo: 'unknown.test', tls: false },
    });
  }

  /** A draft signed by this provider. */
  async attests(draft: Draft): Promise<Buffer> {
    const attestation = new Attestation({ signer: this.signer(), numbers: this.store });
    const { octets } = (await attestation.attest(draft)).composition;
    return octets.read(0, octets.size);
  }

  /** Anything signed by this provider: header lines and one entity, both with their line ends. */
  async seals(header: string, entity: string | Buffer): Promise<Buffer> {
    const { pieces } = await sealEntity({
      header: Buffer.from(header),
      entity: [Buffer.from(entity)],
      boundary: 'sealed-by-hand',
      signer: this.signer(),
      instant: this.clock.now(),
    });
    return readPieces(pieces);
  }

  signer(): Signer {
    const { certificate, chain, privateKey } = this.#identity;
    const { signs } = this.#around;
    const inThreadPool = promisify(sign);
    return new Signer({
      certificate,
      chain,
      sign: async (octets) => {
        if (this.keyWorks) return signs?.(octets, privateKey) ?? inThreadPool('sha256', octets, privateKey);
        throw new Fault('signing-key-unusable', 'the module does not answer', { temporary: true });
      },
    });
  }

  /** The certification log on one message. */
  log(id: string): readonly LogRecord[] {
    return this.store.recordsAbout(id);
  }

  /** The same in short: event, and the recipient where there is one. */
  story(id: string): string[] {
    return this.log(id).map(({ event, recipient }) =>
      recipient === undefined ? event : `${event} ${recipient}`,
    );
  }

  /** What was logged without an identifier: mail that is not certified. */
  ordinaryLog(): readonly LogRecord[] {
    return this.store.listRecords(1, 10_000).filter(({ identifier }) => identifier === '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }

  #newVerifier(): Verifier {
    const { directory, clock } = this;
    const { anchors, revocation } = this.#around;
    return new Verifier({
      lookup: { findByCertificateHash: (hash) => directory.current.findByCertificateHash(hash) },
      clock,
      paths: new CertificationPaths({ anchors, revocation }),
    });
  }

  #join(): House {
    const { clock, timers, ids } = this.#around;
    const { terms, store, directory, verifier, emitting, serviceMailbox } = this;
    return joinPoints({
      store,
      signer: this.signer(),
      directory,
      verifier,
      provider: emitting,
      serviceMailbox,
      ownDomains: new Set(this.#domains),
      limits: {
        sizeBytes: terms.sizeBytes ?? 30 * 1024 * 1024,
        recipients: terms.recipients ?? 50,
        headerBytes: SUBMITTED_HEADER_LIMIT_BYTES,
        everyHeaderRecipient: false,
        dateRequired: false,
      },
      attachments: new AttachmentInspector({
        refusedExtensions: terms.refusedExtensions ?? [],
        refusedContents: [],
        archiveDepth: 3,
        archiveBytes: 1_000_000,
        refuseUnreadable: terms.refuseUnreadable ?? false,
      }),
      ordinaryMail: terms.ordinaryMail ?? 'refuse',
      ...(terms.ordinaryChecks !== undefined && {
        ordinaryChecks: new OrdinaryChecks({ ...terms.ordinaryChecks, hostname: `mx.${this.domain}` }),
      }),
      hostname: `mx.${this.domain}`,
      clock,
      timers,
      ids,
      journal: silentJournal,
      gate: { held: () => this.held },
    });
  }

  /** A queue worker, as a provider has one; not started. */
  newRelay(limits: Partial<RelayLimits>): Relay {
    const { clock, timers, network } = this.#around;
    const local = new LocalCourier({ receive: (entry, content) => this.#receiveLocally(entry, content) });
    return new Relay({
      store: this.store,
      localCourier: {
        relay: async (entry, content) => {
          const outcome = await local.relay(entry, content);
          await network.note(this, entry, { content, outcome });
          return outcome;
        },
      },
      courier: this.courier,
      events: {
        onRelayed: (...relayed) => this.house.dispatch.onRelayed(...relayed),
        onRefused: (...refused) => this.house.dispatch.onRefused(...refused),
        onExpired: (...expired) => this.house.dispatch.onExpired(...expired),
      },
      clock,
      timers,
      journal: silentJournal,
      limits,
      held: () => this.held !== undefined,
    });
  }

  async #receiveLocally({ reversePath, forwardPaths }: QueueEntry, content: StoredContent) {
    const { octets, index, size } = content;
    const header = await octets.read(0, Math.min(index.root.bodyStart, HEADER_LIMIT_BYTES));
    return this.house.incoming.receive({
      reversePath,
      forwardPaths,
      message: { octets, index, size, header, scan: await this.scanner.scan(octets) },
      peer: { address: 'local', helo: '', tls: true },
    });
  }
}
