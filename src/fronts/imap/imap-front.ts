// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { OpenLogIns } from '../../mailroom/accounts/open-log-ins.ts';
import type { Spool } from '../../mailroom/contents/spool.ts';
import type { SearchStore } from '../../mailroom/search/search-store.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Journal } from '../../platform/journal.ts';
import { type ListenAddress, Listening, PeerPlaces } from '../../platform/listening.ts';
import type { Timers } from '../../platform/timers.ts';
import type { TlsIdentity } from '../../platform/tls.ts';
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
  readonly #logIns: OpenLogIns;
  readonly #listening: Listening;
  readonly #places: PeerPlaces;
  readonly #connections = new Set<ClientConnection>();
  #farewells = 0;
  #allGone: () => void = () => undefined;

  constructor(options: ImapFrontOptions) {
    const { store, search, clock, openSpool } = options;
    this.#options = options;
    this.#limits = { ...DEFAULT_IMAP_FRONT_LIMITS, ...options.limits };
    this.#texts = { ...ITALIAN_TEXTS, ...options.texts };
    this.#places = new PeerPlaces(this.#limits);
    this.#listening = new Listening({
      protocol: 'IMAP',
      identity: options.tls,
      keepAliveMs: KEEP_ALIVE_MS,
      onSocket: (socket, tls) => this.#receive(socket, tls),
    });
    this.#watch = new FolderWatch(store);
    this.#logIns = new OpenLogIns(store);
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

  /** Opens a door, 993 or 143; may be called once for each. Rejects with the Fault `port-unavailable`. */
  listen(address: ListenAddress): Promise<{ readonly host: string; readonly port: number }> {
    return this.#listening.open(address);
  }

  /** Connections open now. */
  get sessions(): number {
    return this.#connections.size;
  }

  /** Shows another certificate from the next handshake on. */
  renewTls(identity: TlsIdentity): void {
    this.#listening.renewTls(identity);
  }

  /** Takes no more clients, says BYE to those there are; resolves when all are gone. */
  async close(): Promise<void> {
    const closed = this.#listening.close();
    const gone = new Promise<void>((resolve) => {
      this.#allGone = resolve;
      if (this.#connections.size === 0) resolve();
    });
    for (const connection of this.#connections) connection.stop();
    await Promise.all([closed, gone]);
    this.#watch[Symbol.dispose]();
    this.#logIns[Symbol.dispose]();
  }

  #receive(socket: Socket, tls: ListenAddress['tls']): void {
    const peer = socket.remoteAddress ?? '';
    const place = this.#places.take(peer);
    const leave = place ?? this.#takeFarewell(peer);
    if (leave === undefined) {
      socket.destroy();
      return;
    }
    const connection = new ClientConnection(socket, {
      ...this.#connectionOptions(peer, () => connection.revoke()),
      implicitTls: tls === 'implicit',
      onClosed: () => {
        this.#connections.delete(connection);
        leave();
        if (this.#connections.size === 0) this.#allGone();
      },
    });
    this.#connections.add(connection);
    const begun = connection.begin(place === undefined ? this.#texts.tooManySessions : undefined);
    begun.catch(() => connection.destroy());
  }

  #connectionOptions(peer: string, revoke: () => void) {
    const { authenticate, timers, clock, sessionLimits = {}, compress = true } = this.#options;
    const journal = this.#options.journal.child({ front: 'imap', peer });
    const house = this.#house;
    return {
      backend: new HouseBackend({
        house,
        authenticate,
        sessions: this.#loggedIn,
        enter: (mailbox) => this.#logIns.enter(mailbox, revoke),
        peer,
        journal,
      }),
      secureContext: () => this.#listening.secureContext,
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

  /** A place for somebody who is only told why there is none, while there are few of them. */
  #takeFarewell(peer: string): (() => void) | undefined {
    this.#options.journal.warn({ front: 'imap', peer }, 'too many IMAP connections');
    // A handshake, only to say no, is what an attacker would make us do.
    if (this.#farewells >= this.#limits.farewells) return undefined;
    this.#farewells++;
    return () => {
      this.#farewells--;
    };
  }
}
