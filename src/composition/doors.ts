// SPDX-License-Identifier: EUPL-1.2
import { BOUNDARY_PREFIX } from '../evidence/boundaries.ts';
import { ExchangeFront } from '../fronts/exchange/exchange.ts';
import { ImapFront } from '../fronts/imap/imap-front.ts';
import { Pop3Front } from '../fronts/pop3/pop3-front.ts';
import { SubmissionFront } from '../fronts/submission/submission.ts';
import type { Accounts } from '../mailroom/accounts/accounts.ts';
import { DelayingLoginGuard, type LoginGuard } from '../mailroom/accounts/login-guard.ts';
import type { FindKept } from '../mailroom/contents/kept-run.ts';
import { Spool } from '../mailroom/contents/spool.ts';
import { SpoolMemory } from '../mailroom/contents/spool-memory.ts';
import type { Mailbox } from '../mailroom/mailboxes/mailbox-store.ts';
import type { SearchStore } from '../mailroom/search/search-store.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Config } from '../platform/config/config.ts';
import { Fault } from '../platform/faults.ts';
import { pause } from '../platform/timers.ts';
import { loadTlsIdentity, type TlsIdentity } from '../platform/tls.ts';
import type { House } from '../points/house.ts';
import { findReturningOriginal } from '../points/incoming/returning-original.ts';
import type { Scanner } from '../trust/antivirus/scanner.ts';
import { scanningSink } from '../trust/antivirus/scanning-sink.ts';
import { DoorCounts } from './door-counts.ts';
import type { Around } from './surroundings.ts';

export interface DoorFacts {
  readonly config: Config;
  readonly store: HouseStore;
  readonly search: SearchStore;
  readonly house: House;
  readonly scanner: Scanner;
  readonly accounts: Accounts;
  readonly spoolFolder: string;
  readonly around: Around;
}

type DoorName = keyof Config['listen'];

interface Listening {
  readonly host: string;
  readonly port: number;
}

/** What every door is made with. */
interface Frame extends DoorFacts {
  readonly identity: TlsIdentity;
  readonly guard: LoginGuard;
  readonly counts: DoorCounts;
  readonly spoolMemory: SpoolMemory;
}

/** Where the doors listen; with port 0 in the configuration, the ports that the system gave. */
export type DoorPorts = Partial<Record<DoorName, number>>;

/** Opens every door the configuration wants; the stack closes them. Throws the Fault `port-unavailable`. */
export async function openDoors(facts: DoorFacts, stack: AsyncDisposableStack): Promise<DoorPorts> {
  const { config, around } = facts;
  const { keyFile, certificateFile: certFile } = config.tls;
  const counts = new DoorCounts(around.metrics);
  const frame: Frame = {
    ...facts,
    counts,
    identity: loadTlsIdentity({ keyFile, certFile }),
    guard: new DelayingLoginGuard({ clock: around.clock }),
    spoolMemory: new SpoolMemory(),
  };
  const { submission, submissionStarttls, exchange, imaps, imap, pop3s, pop3 } = config.listen;
  const ports: DoorPorts = {};
  if (submission !== null) {
    const front = stack.use(openSubmission(frame, 'implicit'));
    counts.watchSessions('submission', () => front.sessions);
    ports.submission = await listening('listen.submission', submission, () => front.listen(submission));
  }
  if (submissionStarttls !== null) {
    const front = stack.use(openSubmission(frame, 'starttls'));
    counts.watchSessions('submissionStarttls', () => front.sessions);
    ports.submissionStarttls = await listening('listen.submissionStarttls', submissionStarttls, () =>
      front.listen(submissionStarttls),
    );
  }
  if (exchange !== null) {
    const front = stack.use(openExchange(frame));
    counts.watchSessions('exchange', () => front.sessions);
    ports.exchange = await listening('listen.exchange', exchange, () => front.listen(exchange));
  }
  if (imaps !== null || imap !== null) {
    const front = openImap(frame);
    counts.watchSessions('imap', () => front.sessions);
    stack.defer(() => front.close());
    if (imaps !== null) {
      const door = { ...imaps, tls: 'implicit' } as const;
      ports.imaps = await listening('listen.imaps', imaps, () => front.listen(door));
    }
    if (imap !== null) {
      const door = { ...imap, tls: 'starttls' } as const;
      ports.imap = await listening('listen.imap', imap, () => front.listen(door));
    }
  }
  if (pop3s !== null || pop3 !== null) {
    const front = openPop3(frame);
    counts.watchSessions('pop3', () => front.sessions);
    stack.defer(() => front.close());
    if (pop3s !== null) {
      const door = { ...pop3s, tls: 'implicit' } as const;
      ports.pop3s = await listening('listen.pop3s', pop3s, () => front.listen(door));
    }
    if (pop3 !== null) {
      const door = { ...pop3, tls: 'starttls' } as const;
      ports.pop3 = await listening('listen.pop3', pop3, () => front.listen(door));
    }
  }
  return ports;
}

function openSubmission(frame: Frame, mode: 'implicit' | 'starttls'): SubmissionFront {
  const { config, house, scanner, accounts, guard, counts, identity, around } = frame;
  const { limits, provider } = config;
  return new SubmissionFront({
    accessPoint: {
      submit: counts.submissions((submission) => house.access.submit(submission)),
      limits: { hardSizeBytes: limits.hardMessageBytes, recipients: limits.recipients },
    },
    accounts,
    guard: counts.guard('submission', guard),
    openSpool: () => scanningSink(newSpool(frame, limits.hardMessageBytes), scanner),
    hostName: provider.hostname,
    identity,
    mode,
    timers: around.timers,
    journal: around.journal,
    limits: placesOf(config),
  });
}

function openExchange(frame: Frame): ExchangeFront {
  const { config, store, house, scanner, counts, identity, around } = frame;
  const findKept: FindKept = (beginning) => findReturningOriginal(beginning, store);
  return new ExchangeFront({
    incomingPoint: {
      serves: (address) => house.incoming.serves(address),
      goesApart: (address, begun) => house.incoming.goesApart(address, begun),
      receive: counts.arrivals((transaction) => house.incoming.receive(transaction)),
    },
    openSpool: () => scanningSink(newSpool(frame, config.limits.exchangeBytes, findKept), scanner),
    hostName: config.provider.hostname,
    ...(config.provider.postmaster !== undefined && { postmaster: config.provider.postmaster }),
    identity,
    timers: around.timers,
    journal: around.journal,
    limits: { ...placesOf(config), messageBytes: config.limits.exchangeBytes },
  });
}

function openImap(frame: Frame): ImapFront {
  const guard = frame.counts.guard('imap', frame.guard);
  const { config, store, search, identity, around } = frame;
  const { limits } = config;
  return new ImapFront({
    authenticate: (address, password, peer) => login({ ...frame, guard }, { address, password, peer }),
    store,
    search,
    openSpool: (maxSizeBytes) => newSpool(frame, maxSizeBytes),
    tls: identity,
    clock: around.clock,
    timers: around.timers,
    journal: around.journal,
    limits: {
      sessions: limits.imapSessions,
      sessionsPerPeer: limits.imapSessionsPerAddress,
      sessionsPerMailbox: limits.imapSessionsPerMailbox,
      appendBytes: limits.hardMessageBytes,
    },
  });
}

function openPop3(frame: Frame): Pop3Front {
  const guard = frame.counts.guard('pop3', frame.guard);
  const { store, identity, around } = frame;
  return new Pop3Front({
    authenticate: (address, password, peer) => login({ ...frame, guard }, { address, password, peer }),
    store,
    tls: identity,
    timers: around.timers,
    journal: around.journal,
  });
}

/** The password check of the doors that have no guard of their own. */
async function login(
  { accounts, guard, around }: Frame,
  attempt: { readonly address: string; readonly password: string; readonly peer: string },
): Promise<Mailbox | undefined> {
  const { address, password, peer } = attempt;
  const ticket = guard.begin({ address, peerAddress: peer });
  let outcome: 'succeeded' | 'failed' | 'not-tried' = 'not-tried';
  try {
    if (ticket.waitMs === undefined) {
      around.journal.warn({ address, peer }, 'login turned away: too many failures before');
      return undefined;
    }
    if (ticket.waitMs > 0) await pause(around.timers, ticket.waitMs);
    const mailbox = await accounts.authenticate(address, password);
    outcome = mailbox === undefined ? 'failed' : 'succeeded';
    if (mailbox === undefined) around.journal.warn({ address, peer }, 'login failed');
    return mailbox;
  } finally {
    ticket.end(outcome);
  }
}

function newSpool(
  { store, spoolFolder, spoolMemory }: Frame,
  maxSizeBytes: number,
  findKept?: FindKept,
): Spool {
  return new Spool({
    numbers: store,
    folder: spoolFolder,
    maxSizeBytes,
    memory: spoolMemory,
    watchPrefix: BOUNDARY_PREFIX,
    ...(findKept !== undefined && { findKept }),
  });
}

function placesOf({ limits }: Config) {
  return { connections: limits.sessions, connectionsPerAddress: limits.sessionsPerAddress };
}

/** Listens, and says which key of the configuration is in the way. Throws the Fault `port-unavailable`. */
export async function listening(
  key: string,
  { host, port }: Listening,
  listen: () => Promise<{ readonly port: number }>,
): Promise<number> {
  try {
    return (await listen()).port;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'EADDRINUSE' ? 'another program uses it' : (cause as Error).message;
    throw new Fault('port-unavailable', `${key}: cannot listen on ${host}:${port}: ${why}`, {
      temporary: false,
      cause,
    });
  }
}
