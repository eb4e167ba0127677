// SPDX-License-Identifier: EUPL-1.2
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import { placeOf } from '../../platform/peer-place.ts';
import type { Timers } from '../../platform/timers.ts';
import { serverTlsOptions, type TlsIdentity } from '../../platform/tls.ts';
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

/** Where to listen: `implicit` TLS from the first octet (995), or `starttls` by the command STLS (110). */
export interface Pop3Address {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
}

/** The door of mail programs that fetch their mail by POP3. */
export class Pop3Front {
  readonly #surroundings: ConnectionSurroundings;
  readonly #servers: Server[] = [];
  readonly #connections = new Map<Pop3Connection, Promise<void>>();
  readonly #peers = new Map<string, number>();
  #secureContext: SecureContext;

  constructor(options: Pop3FrontOptions) {
    this.#secureContext = createSecureContext(serverTlsOptions(options.tls));
    this.#surroundings = {
      authenticate: options.authenticate,
      store: options.store,
      locks: new MailboxLocks(),
      timers: options.timers,
      journal: options.journal,
      limits: { ...DEFAULT_POP3_FRONT_LIMITS, ...options.limits },
      sessionLimits: options.sessionLimits ?? {},
      texts: { ...ITALIAN_TEXTS, ...options.texts },
      secureContext: () => this.#secureContext,
    };
  }

  /** Opens a door; may be called once for each. Rejects with the Fault `port-unavailable`. */
  async listen(address: Pop3Address): Promise<{ readonly host: string; readonly port: number }> {
    const { host, port, tls } = address;
    // Without TCP_NODELAY each small reply may wait for the acknowledgement of the one before.
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#receive(socket, tls));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const sentence = `POP3 cannot listen on ${host}:${port}: ${cause.message}`;
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

  /** Takes no more clients and sends those away whose commands are done; resolves when all are gone. */
  async close(): Promise<void> {
    const { timers, limits } = this.#surroundings;
    const closed = this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)));
    for (const connection of this.#connections.keys()) connection.stop();
    const cancel = timers.after(limits.closeMs, () => {
      for (const connection of this.#connections.keys()) connection.destroy();
    });
    await Promise.all([...closed, ...this.#connections.values()]);
    cancel();
  }

  #receive(socket: Socket, tls: Pop3Address['tls']): void {
    const peer = placeOf(socket.remoteAddress ?? '');
    if (!this.#hasRoom(peer)) {
      this.#surroundings.journal.warn({ front: 'pop3', peer }, 'too many POP3 connections');
      // Before TLS there is no way to say why, and a handshake is what an attacker would make us do.
      socket.destroy();
      return;
    }
    const options = { surroundings: this.#surroundings, implicitTls: tls === 'implicit' };
    const connection = new Pop3Connection(socket, options);
    this.#count(peer, 1);
    const ended = connection.run().then(() => {
      this.#connections.delete(connection);
      this.#count(peer, -1);
    });
    this.#connections.set(connection, ended);
  }

  #hasRoom(peer: string): boolean {
    const { limits } = this.#surroundings;
    return this.#connections.size < limits.sessions && (this.#peers.get(peer) ?? 0) < limits.sessionsPerPeer;
  }

  #count(peer: string, change: 1 | -1): void {
    const count = (this.#peers.get(peer) ?? 0) + change;
    if (count === 0) this.#peers.delete(peer);
    else this.#peers.set(peer, count);
  }
}
