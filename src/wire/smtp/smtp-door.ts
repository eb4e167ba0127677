// SPDX-License-Identifier: EUPL-1.2
import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, type TlsOptions } from 'node:tls';
import { DoorConnection } from './door-connection.ts';
import type { SmtpDoorLimits } from './door-limits.ts';
import { DoorPlaces } from './door-places.ts';
import { type DoorTimers, machineTimers } from './door-timers.ts';
import { OWN, replyLine } from './server/own-replies.ts';
import type { SmtpHost } from './smtp-host.ts';

export { DEFAULT_SMTP_DOOR_LIMITS, type SmtpDoorLimits } from './door-limits.ts';

export interface SmtpDoorOptions<User> {
  readonly host: SmtpHost<User>;
  /** The name of this machine, for greeting and EHLO. */
  readonly name: string;
  readonly tls: TlsOptions;
  /** `implicit`: TLS from the first octet (RFC 8314); `starttls`: offered (RFC 3207). */
  readonly mode: 'implicit' | 'starttls';
  /** Which addresses are one place for `connectionsPerAddress`; each for itself unless told. */
  readonly placeOf?: (address: string) => string;
  /** The machine's unless told. */
  readonly timers?: DoorTimers;
  /** Names for connections, which peers quote; the machine's randomness unless told. */
  readonly newSession?: () => string;
  readonly limits: SmtpDoorLimits;
}

/** A listening SMTP server (RFC 5321): the language only, the host decides. */
export class SmtpDoor<User> implements AsyncDisposable {
  readonly #options: SmtpDoorOptions<User>;
  readonly #server: Server;
  readonly #places: DoorPlaces;
  readonly #connections = new Set<DoorConnection<User>>();
  #secureContext: SecureContext;
  #onEmpty: () => void = () => undefined;

  constructor(options: SmtpDoorOptions<User>) {
    const { limits, tls, placeOf = (address) => address } = options;
    this.#options = options;
    this.#secureContext = createSecureContext(tls);
    this.#places = new DoorPlaces(limits, placeOf);
    // Without TCP_NODELAY each small reply may wait for the acknowledgement of the one before.
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#receive(socket));
  }

  /** Connections open now. */
  get connections(): number {
    return this.#places.taken;
  }

  /** Starts listening; port 0 takes a free one. Rejects with the system's error, such as EADDRINUSE. */
  listen(where: { readonly port: number; readonly host: string }): Promise<AddressInfo> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ ...where }, () => {
        server.off('error', reject);
        server.on('error', (error) => this.#options.host.onDisturbance(error));
        resolve(server.address() as AddressInfo);
      });
    });
  }

  /** Takes up a renewed certificate; open connections keep theirs. */
  renewTls(tls: TlsOptions): void {
    this.#secureContext = createSecureContext(tls);
  }

  /** Stops listening, tells idle peers goodbye and waits a little for messages coming in. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.shutDown();
    if (this.#connections.size > 0) await this.#empty();
    // From the top: what TLS stands upon is not taken away from under it.
    for (const connection of this.#connections) connection.destroy();
    this.#places.clear();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when everybody is gone, or has had the time to go. */
  #empty(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = machineTimers.after(this.#options.limits.closeMs, resolve);
      this.#onEmpty = () => {
        cancel();
        resolve();
      };
    });
  }

  #receive(socket: Socket): void {
    const { host, name, mode, limits, timers = machineTimers, newSession = machineSession } = this.#options;
    if (!this.#places.enter(socket)) {
      socket.on('error', () => undefined);
      // Before TLS there is no way to say why, and a handshake is what an attacker would make us do.
      if (mode === 'implicit') socket.destroy();
      else socket.end(replyLine(OWN.tooManyConnections), () => socket.destroy());
      return;
    }
    const connection = new DoorConnection<User>(socket, {
      host,
      name,
      session: newSession(),
      implicitTls: mode === 'implicit',
      secureContext: () => this.#secureContext,
      timers,
      limits,
      onClosed: () => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#onEmpty();
      },
    });
    this.#connections.add(connection);
    connection.begin();
  }
}

function machineSession(): string {
  return randomBytes(8).toString('hex');
}
