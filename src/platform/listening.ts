// SPDX-License-Identifier: EUPL-1.2
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { Fault } from './faults.ts';
import { placeOf } from './peer-place.ts';
import { serverTlsOptions, type TlsIdentity } from './tls.ts';

/** Where to listen: TLS from the first octet, or begun by a command of the protocol. */
export interface ListenAddress {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
}

export interface ListeningOptions {
  /** Named in the fault when a port cannot be had. */
  readonly protocol: string;
  readonly identity: TlsIdentity;
  /** Milliseconds of silence after which TCP asks whether a client is still there; the system's own when left out. */
  readonly keepAliveMs?: number;
  readonly onSocket: (socket: Socket, tls: ListenAddress['tls']) => void;
}

/** The listening sockets of one front, and the certificate they show. */
export class Listening {
  readonly #options: ListeningOptions;
  readonly #servers: Server[] = [];
  #secureContext: SecureContext;

  constructor(options: ListeningOptions) {
    this.#options = options;
    this.#secureContext = createSecureContext(serverTlsOptions(options.identity));
  }

  /** What a handshake that begins now is done with. */
  get secureContext(): SecureContext {
    return this.#secureContext;
  }

  /** Shows another certificate from the next handshake on. */
  renewTls(identity: TlsIdentity): void {
    this.#secureContext = createSecureContext(serverTlsOptions(identity));
  }

  /** Opens a port; may be called once for each. Rejects with the Fault `port-unavailable`. */
  async open({ host, port, tls }: ListenAddress): Promise<{ readonly host: string; readonly port: number }> {
    const { protocol, keepAliveMs, onSocket } = this.#options;
    // Without TCP_NODELAY each small answer may wait for the acknowledgement of the one before.
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs ?? 0 };
    const server = createServer(options, (socket) => onSocket(socket, tls));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => {
        const sentence = `${protocol} cannot listen on ${host}:${port}: ${cause.message}`;
        reject(new Fault('port-unavailable', sentence, { temporary: false, cause }));
      });
      server.listen({ host, port }, resolve);
    });
    this.#servers.push(server);
    const bound = server.address();
    return { host, port: bound !== null && typeof bound === 'object' ? bound.port : port };
  }

  /** Takes no more connections; resolves when those there were are closed. */
  async close(): Promise<void> {
    await Promise.all(
      this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))),
    );
  }
}

export interface PlaceLimits {
  /** Connections at the same time. */
  readonly sessions: number;
  /** The same from one place, as `placeOf` tells places apart. */
  readonly sessionsPerPeer: number;
}

/** Counts connections, in all and for each place they come from (SEC-11). */
export class PeerPlaces {
  readonly #limits: PlaceLimits;
  readonly #taken = new Map<string, number>();
  #count = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /** Takes a place for a peer; how to give it back, any number of times. Undefined when there is none. */
  take(peerAddress: string): (() => void) | undefined {
    const place = placeOf(peerAddress);
    const taken = this.#taken.get(place) ?? 0;
    if (this.#count >= this.#limits.sessions || taken >= this.#limits.sessionsPerPeer) return undefined;
    this.#change(place, 1);
    let mine = true;
    return () => {
      if (mine) this.#change(place, -1);
      mine = false;
    };
  }

  #change(place: string, by: 1 | -1): void {
    this.#count += by;
    const taken = (this.#taken.get(place) ?? 0) + by;
    if (taken === 0) this.#taken.delete(place);
    else this.#taken.set(place, taken);
  }
}
