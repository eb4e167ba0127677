// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import { OpenLogIns } from '../../mailroom/accounts/open-log-ins.ts';
import type { Journal } from '../../platform/journal.ts';
import { type ListenAddress, Listening, PeerPlaces } from '../../platform/listening.ts';
import type { Timers } from '../../platform/timers.ts';
import type { TlsIdentity } from '../../platform/tls.ts';
import type { Pop3Limits } from '../../wire/pop3/pop3-limits.ts';
import type { Pop3Texts } from '../../wire/pop3/replies.ts';
import { DEFAULT_POP3_FRONT_LIMITS, type Pop3FrontLimits } from './front-limits.ts';
import { ITALIAN_TEXTS } from './front-texts.ts';
import type { Pop3Store } from './inbox.ts';
import { MailboxLocks } from './mailbox-locks.ts';
import { type Authenticate, type ConnectionSurroundings, Pop3Connection } from './pop3-connection.ts';

export interface Pop3FrontOptions {
  readonly authenticate: Authenticate;
  readonly store: Pop3Store;
  readonly tls: TlsIdentity;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly limits?: Partial<Pop3FrontLimits>;
  readonly sessionLimits?: Partial<Pop3Limits>;
  /** Replies shown to people; Italian unless said otherwise. */
  readonly texts?: Partial<Pop3Texts>;
}

/** The door of mail programs that fetch their mail by POP3. */
export class Pop3Front {
  readonly #surroundings: ConnectionSurroundings;
  readonly #listening: Listening;
  readonly #places: PeerPlaces;
  readonly #connections = new Map<Pop3Connection, Promise<void>>();

  constructor(options: Pop3FrontOptions) {
    this.#listening = new Listening({
      protocol: 'POP3',
      identity: options.tls,
      onSocket: (socket, tls) => this.#receive(socket, tls),
    });
    this.#surroundings = {
      authenticate: options.authenticate,
      store: options.store,
      locks: new MailboxLocks(),
      logIns: new OpenLogIns(options.store),
      timers: options.timers,
      journal: options.journal,
      limits: { ...DEFAULT_POP3_FRONT_LIMITS, ...options.limits },
      sessionLimits: options.sessionLimits ?? {},
      texts: { ...ITALIAN_TEXTS, ...options.texts },
      secureContext: () => this.#listening.secureContext,
    };
    this.#places = new PeerPlaces(this.#surroundings.limits);
  }

  /** Opens a door, 995 or 110; may be called once for each. Rejects with the Fault `port-unavailable`. */
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

  /** Takes no more clients and sends those away whose commands are done; resolves when all are gone. */
  async close(): Promise<void> {
    const { timers, limits } = this.#surroundings;
    const closed = this.#listening.close();
    for (const connection of this.#connections.keys()) connection.stop();
    const cancel = timers.after(limits.closeMs, () => {
      for (const connection of this.#connections.keys()) connection.destroy();
    });
    await Promise.all([closed, ...this.#connections.values()]);
    cancel();
    this.#surroundings.logIns[Symbol.dispose]();
  }

  #receive(socket: Socket, tls: ListenAddress['tls']): void {
    const peer = socket.remoteAddress ?? '';
    const leave = this.#places.take(peer);
    if (leave === undefined) {
      this.#surroundings.journal.warn({ front: 'pop3', peer }, 'too many POP3 connections');
      // Before TLS there is no way to say why, and a handshake is what an attacker would make us do.
      socket.destroy();
      return;
    }
    const options = { surroundings: this.#surroundings, implicitTls: tls === 'implicit' };
    const connection = new Pop3Connection(socket, options);
    const ended = connection.run().then(() => {
      this.#connections.delete(connection);
      leave();
    });
    this.#connections.set(connection, ended);
  }
}
