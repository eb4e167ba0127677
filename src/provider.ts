// SPDX-License-Identifier: EUPL-1.2
import { openAlerting } from './composition/alerting.ts';
import { openClockWatch, type ProviderClock } from './composition/clock-watching.ts';
import { openControl } from './composition/controlling.ts';
import { countAlerts, countAttested } from './composition/counting.ts';
import { type DoorPorts, openDoors } from './composition/doors.ts';
import { openFolders, sweepSpool } from './composition/folders.ts';
import { openOrdinaryChecks } from './composition/ordinary-checking.ts';
import { openPublication } from './composition/publishing.ts';
import { openRelay } from './composition/relaying.ts';
import { openScanner } from './composition/scanning.ts';
import { openSealing } from './composition/sealing.ts';
import { openSearch } from './composition/searching.ts';
import { openSigner } from './composition/signing.ts';
import { openStore } from './composition/storing.ts';
import { type Around, completed, type Surroundings } from './composition/surroundings.ts';
import { openSweeps } from './composition/sweeping.ts';
import { openDirectory, openRevocation, openVerifier, type Revocation } from './composition/trust.ts';
import { openWatch } from './composition/watching.ts';
import type { EmittingProvider } from './evidence/draft.ts';
import { Accounts } from './mailroom/accounts/accounts.ts';
import { SUBMITTED_HEADER_LIMIT_BYTES } from './mailroom/contents/spool.ts';
import { DEFAULT_FOLDERS } from './mailroom/mailboxes/folders.ts';
import type { Mailbox } from './mailroom/mailboxes/mailbox-store.ts';
import type { Relay } from './mailroom/queue/relay.ts';
import type { HouseStore } from './mailroom/steps/house-store.ts';
import { passCommitPoint } from './platform/commit-points.ts';
import type { Config } from './platform/config/config.ts';
import type { CertificationGate } from './points/certification-gate.ts';
import { type House, joinPoints } from './points/house.ts';
import { QuotaWarnings } from './points/quota/quota-warnings.ts';
import { AttachmentInspector } from './trust/attachments/attachment-inspector.ts';
import type { ProviderDirectory } from './trust/provider-directory/provider-directory.ts';
import type { Signer } from './trust/signing/signer.ts';

/** A mailbox to be made, or changed, by its address. */
export type MailboxTerms = Pick<Mailbox, 'address' | 'holder'> &
  Partial<Omit<Mailbox, 'id' | 'address' | 'holder'>>;

/** The parts of a running provider. */
interface Running {
  readonly config: Config;
  readonly store: HouseStore;
  readonly house: House;
  readonly relay: Relay;
  readonly accounts: Accounts;
  readonly ports: DoorPorts;
  readonly clock: ProviderClock;
}

/** What starts its work, and what makes it look anew. */
interface Hands {
  begin(): void;
  wake(): void;
  refreshIndex(): Promise<unknown>;
  letGo(): void;
}

/** One running provider: configuration in, open doors out. Two fit in one process. */
export class Provider implements AsyncDisposable {
  readonly config: Config;
  readonly store: HouseStore;
  readonly house: House;
  readonly relay: Relay;
  readonly accounts: Accounts;
  /** Where the doors listen. */
  readonly ports: DoorPorts;
  readonly clock: ProviderClock;
  readonly #hands: Hands;
  readonly #stack: AsyncDisposableStack;

  private constructor(running: Running, hands: Hands, stack: AsyncDisposableStack) {
    this.config = running.config;
    this.store = running.store;
    this.house = running.house;
    this.relay = running.relay;
    this.accounts = running.accounts;
    this.ports = running.ports;
    this.clock = running.clock;
    this.#hands = hands;
    this.#stack = stack;
  }

  /** Opens a provider that begins at once. Throws what `open` throws. */
  static async start(config: Config, surroundings: Surroundings): Promise<Provider> {
    const provider = await Provider.open(config, surroundings);
    provider.begin();
    return provider;
  }

  /**
   * Opens everything, doors last: whoever gets in finds all of it working. What is to be relayed waits for
   * `begin`. Throws a Fault that says what is in the way: a key, a file, the index, a port, a folder
   * somebody else uses.
   */
  static async open(config: Config, surroundings: Surroundings): Promise<Provider> {
    await using stack = new AsyncDisposableStack();
    const around = completed(surroundings);
    const { clock, ids, journal, alerts, metrics } = around;
    stack.defer(countAlerts(alerts, metrics));
    let open: HouseStore | undefined;
    openAlerting({ config, around, store: () => open }, stack);
    const folders = await openFolders(config.folder);
    const store = stack.use(await openStore(folders.store, around));
    open = store;
    const search = stack.use(await openSearch({ folder: folders.store, store, journal }));
    passCommitPoint('store-opened');
    await sweepSpool(folders.spool);
    const { directory, refresh } = await openDirectory(config, {
      indexCopy: folders.indexCopy,
      around,
      onUpdated: (version) => recordIndexUpdate({ store, version, around, provider: config.provider.name }),
    });
    stack.defer(() => refresh.stop());
    const scanner = await openScanner(config, { around, stack });
    const clockWatch = stack.use(await openClockWatch(config, { around, onResumed: () => wake() }));
    const signer = await openSigner(config, { around, stack });
    const revocation = openRevocation(config, { store, around, stack });
    const own = { config, store, signer, around, gate: clockWatch };
    const house = await openHouse({ ...own, directory, revocation });
    await ensureServiceMailbox(store, config);
    stack.use(new QuotaWarnings({ store, provider: emittingProvider(config), clock, ids, journal }));
    const { relay, courier } = openRelay({ ...own, house, scanner });
    for (const part of [courier, relay]) stack.use(part);
    stack.use(await openControl({ ...own, relay }));
    const accounts = new Accounts({ mailboxes: store, clock, ids });
    const ports = await openDoors(
      { config, store, search, house, scanner, accounts, spoolFolder: folders.spool, around },
      stack,
    );
    stack.use(house.deadlines);
    await openPublication(config, { signer, around, stack });
    const shown = { ...own, storeFolder: folders.store, search, directory, refresh };
    const watch = await openWatch({ ...shown, clock: clockWatch, doors: () => ports }, stack);
    const wake = () => {
      for (const part of [relay, house.deadlines, sealing]) part.wake();
    };
    const sealing = stack.use(await openSealing(config, { ...own, directory, revocation }));
    const sweep = openSweeps({ store, around }, stack);
    const begin = () => {
      clockWatch.start();
      relay.start();
      house.deadlines.start();
      refresh.start();
      sweep();
      sealing.start();
      watch.start();
    };
    journal.info({ provider: config.provider.name, ports, watch: watch.port }, 'provider started');
    return new Provider(
      { config, store, house, relay, accounts, ports, clock: clockWatch },
      { begin, wake, refreshIndex: () => refresh.refresh(), letGo: () => letGo(store, search) },
      stack.move(),
    );
  }

  /** Takes up queue, deadlines and index. Once: peers that start as well should have their doors open. */
  begin(): void {
    this.#hands.begin();
  }

  /** Makes a mailbox with the usual folders, or changes the one of that address. */
  async putMailbox(terms: MailboxTerms): Promise<void> {
    const { quotaBytes } = this.config.limits;
    await putMailbox(this.store, { quotaBytes, ...terms });
  }

  /** Looks at index, queue, deadlines and the days of the log anew, once the clock is confirmed: it was moved. */
  async wake(): Promise<void> {
    await this.clock.measure();
    await this.#hands.refreshIndex();
    this.#hands.wake();
  }

  /** Frees what is only kept in case it is needed again; to be called when there is little to do. */
  letGo(): void {
    this.#hands.letGo();
  }

  /** Closes the doors, lets what is under way end, closes the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Frees what is only kept in case it is needed again. */
function letGo(...parts: readonly { letGo(): void }[]): void {
  for (const part of parts) part.letGo();
}

async function openHouse(facts: {
  readonly config: Config;
  readonly store: HouseStore;
  readonly directory: ProviderDirectory;
  readonly revocation: Revocation;
  readonly around: Around;
  readonly gate: CertificationGate;
  readonly signer: Signer;
}): Promise<House> {
  const { config, store, directory, revocation, signer, around, gate } = facts;
  const { provider, limits, access, ordinary } = config;
  const { clock, timers, ids, journal } = around;
  return joinPoints({
    store,
    signer,
    directory,
    verifier: await openVerifier(config, { directory, revocation, around }),
    provider: emittingProvider(config),
    serviceMailbox: provider.serviceMailbox.toLowerCase(),
    ownDomains: new Set(provider.domains),
    limits: {
      sizeBytes: limits.messageBytes,
      recipients: limits.recipients,
      headerBytes: SUBMITTED_HEADER_LIMIT_BYTES,
      everyHeaderRecipient: access.everyHeaderRecipient,
      dateRequired: access.dateRequired,
    },
    attachments: new AttachmentInspector(config.attachments),
    ordinaryMail: ordinary.policy,
    ordinaryChecks: openOrdinaryChecks(config, around),
    hostname: provider.hostname,
    clock,
    timers,
    ids,
    journal,
    gate,
    onAttested: countAttested(around.metrics),
  });
}

/** LOG-1: from here on recipients are typed, and signatures judged, by another version of the index. */
function recordIndexUpdate(facts: {
  readonly store: HouseStore;
  readonly version: string;
  readonly around: Around;
  readonly provider: string;
}): void {
  const { store, version, around, provider } = facts;
  const { clock, journal } = around;
  const record = {
    instant: clock.now(),
    event: 'index-updated',
    identifier: '',
    sender: '',
    recipients: [],
    provider,
    detail: { version },
  } as const;
  store
    .commit({ blobs: [], contents: [], parts: [{ acts: [{ do: 'record', record }] }] })
    .catch((error: unknown) => journal.error({ error, version }, 'the update of the index was not recorded'));
}

/** SRV-2: one service address is the From of everything generated. */
function emittingProvider({ provider, variants }: Config): EmittingProvider {
  const { name, serviceAddress } = provider;
  return {
    name,
    domain: serviceAddress.slice(serviceAddress.lastIndexOf('@') + 1),
    serviceAddress,
    variants,
  };
}

/** SRV-1: one service mailbox, without a user (DP-26). */
async function ensureServiceMailbox(store: HouseStore, { provider }: Config): Promise<void> {
  const address = provider.serviceMailbox;
  if (store.findMailbox(address)?.role === 'service') return;
  await putMailbox(store, {
    address,
    holder: provider.name,
    role: 'service',
    quotaBytes: Number.MAX_SAFE_INTEGER,
  });
}

async function putMailbox(
  store: HouseStore,
  terms: MailboxTerms & { readonly quotaBytes: number },
): Promise<void> {
  const mailbox = {
    status: 'active',
    role: 'user',
    filesReceipts: false,
    ...terms,
    address: terms.address.toLowerCase(),
  } as const;
  const acts = [{ do: 'put-mailbox', mailbox, folders: DEFAULT_FOLDERS }] as const;
  await store.commit({ blobs: [], contents: [], parts: [{ acts }] });
}
