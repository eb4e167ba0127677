// SPDX-License-Identifier: EUPL-1.2
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Spool } from '../../mailroom/contents/spool.ts';
import type { SearchStore } from '../../mailroom/search/search-store.ts';
import type { Clock } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import { serverTlsOptions, type TlsIdentity } from '../../platform/tls.ts';
import type { SessionLimits } from '../../wire/imap/session/session-options.ts';
import { FolderImages } from './folder/folder-images.ts';
import { FolderWatch } from './folder/folder-watch.ts';
import { RecentMarks } from './folder/recent-marks.ts';
import { DEFAULT_IMAP_FRONT_LIMITS, type ImapFrontLimits } from './front-limits.ts';
import { type ImapTexts, ITALIAN_TEXTS } from './front-texts.ts';
import { HouseBackend, SessionCounts } from './house/house-backend.ts';
import type { Authenticate, ImapHouse, ImapStore } from './house/imap-house.ts';
import { ClientConnection } from './socket/imap-connection.ts';

export interface ImapFrontOptions {
  readonly authenticate: Authenticate;
  readonly store: ImapStore;
  /** The index over the store. */
  readonly search: SearchStore;
  /** A spool for a message of at most so many octets. */
  readonly openSpool: (maxSizeBytes: number) => Spool;
  readonly tls: TlsIdentity;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly limits?: Partial<ImapFrontLimits>;
  readonly sessionLimits?: Partial<SessionLimits>;
  /** COMPRESS=DEFLATE is offered; it is unless said otherwise. */
  readonly compress?: boolean;
  /** Replies shown to people; Italian unless said otherwise. */
  readonly texts?: Partial<ImapTexts>;
}

/** Where to listen: `implicit` TLS from the first octet (993), or `starttls` by the command STARTTLS (143). */
export interface ImapAddress {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
}

/** RFC 2971: enough to know with whom one speaks, and no version for who looks for an old one. */
const SERVER_ID = { name: 'Ceralacca' };

/** TCP asks whether a silent client is still there. */
const KEEP_ALIVE_MS = 120_000;

/** The door of mail programs that keep their mail here: IMAP4rev2 and IMAP4rev1. */
export class ImapFront {
  readonly #options: ImapFrontOptions;
  readonly #limits: ImapFrontLimits;
  readonly #texts: ImapTexts;
  readonly #house: ImapHouse;
  readonly #watch: FolderWatch;
  readonly #loggedIn = new SessionCounts();
  readonly #servers: Server[] = [];
  readonly #connections = new Set<ClientConnection>();
  readonly #peers = new Map<string, number>();
  #farewells = 0;
  #allGone: () => void = () => undefined;
  #secureContext: SecureContext;

  constructor(options: ImapFrontOptions) {
    const { store, search, clock, openSpool } = options;
    this.#options = options;
    this.#limits = { ...DEFAULT_IMAP_FRONT_LIMITS, ...options.limits };
    this.#texts = { ...ITALIAN_TEXTS, ...options.texts };
    this.#secureContext = createSecureContext(serverTlsOptions(options.tls));
    this.#watch = new FolderWatch(store);
    const images = new FolderImages({ store, watch: this.#watch, messageLimit: this.#limits.imagedMessages });
    this.#house = {
      store,
      watch: this.#watch,
      images,
      recent: new RecentMarks(),
      search,
      openSpool,
      clock,
      limits: this.#limits,
      texts: this.#texts,
    };
  }

  /** Opens a door; may be called once for each. Rejects with the Fault `port-unavailable`. */
  async listen({ host, port, tls }: ImapAddress): Promise<{ readonly host: string; readonly port: number }> {
    // Without TCP_NODELAY each small answer may wait for the acknowledgement of the one before.
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const server = createServer(options, (socket) => this.#receive(socket, tls));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const sentence = `IMAP cannot listen on ${host}:${port}: ${cause.message}`;
        reject(new Fault('port-unavailable', sentence, { temporary: false, cause }));
      });
      server.listen({ host, port }, resolve);
    });
    this.#servers.push(server);
    const bound = server.address();
    return { host, port: bound !== null && typeof bound === 'object' ? bound.port : port };
  }

  /** Connections open now. */
  get sessions(): number {
    return this.#connections.size;
  }

  /** Shows another certificate from the next handshake on. */
  renewTls(identity: TlsIdentity): void {
    this.#secureContext = createSecureContext(serverTlsOptions(identity));
  }

  /** Takes no more clients, says BYE to those there are; resolves when all are gone. */
  async close(): Promise<void> {
    const closed = this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)));
    const gone = new Promise<void>((resolve) => {
      this.#allGone = resolve;
      if (this.#connections.size === 0) resolve();
    });
    for (const connection of this.#connections) connection.stop();
    await Promise.all([...closed, gone]);
    this.#watch[Symbol.dispose]();
  }

  #receive(socket: Socket, tls: ImapAddress['tls']): void {
    const peer = socket.remoteAddress ?? '';
    const crowded = !this.#hasRoom(peer);
    if (crowded) {
      this.#options.journal.warn({ front: 'imap', peer }, 'too many IMAP connections');
      // A handshake, only to say no, is what an attacker would make us do: few get that much.
      if (this.#farewells >= this.#limits.farewells) {
        socket.destroy();
        return;
      }
    }
    this.#count(peer, { by: 1, crowded });
    const connection = new ClientConnection(socket, {
      ...this.#connectionOptions(peer),
      implicitTls: tls === 'implicit',
      onClosed: () => {
        this.#connections.delete(connection);
        this.#count(peer, { by: -1, crowded });
        if (this.#connections.size === 0) this.#allGone();
      },
    });
    this.#connections.add(connection);
    const begun = crowded ? connection.begin(this.#texts.tooManySessions) : connection.begin();
    begun.catch(() => connection.destroy());
  }

  #connectionOptions(peer: string) {
    const { authenticate, timers, clock, sessionLimits = {}, compress = true } = this.#options;
    const journal = this.#options.journal.child({ front: 'imap', peer });
    const house = this.#house;
    return {
      backend: new HouseBackend({ house, authenticate, sessions: this.#loggedIn, peer, journal }),
      secureContext: () => this.#secureContext,
      timers,
      clock,
      journal,
      limits: this.#limits,
      sessionLimits,
      compress,
      texts: this.#texts,
      id: SERVER_ID,
    };
  }

  #hasRoom(peer: string): boolean {
    const open = this.#connections.size - this.#farewells;
    return open < this.#limits.sessions && (this.#peers.get(peer) ?? 0) < this.#limits.sessionsPerPeer;
  }

  #count(peer: string, change: { readonly by: 1 | -1; readonly crowded: boolean }): void {
    if (change.crowded) {
      this.#farewells += change.by;
      return;
    }
    const count = (this.#peers.get(peer) ?? 0) + change.by;
    if (count === 0) this.#peers.delete(peer);
    else this.#peers.set(peer, count);
  }
}
