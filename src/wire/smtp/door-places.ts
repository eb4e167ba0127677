// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';

export interface PlaceLimits {
  /** Connections at the same time. */
  readonly connections: number;
  /** Connections at the same time from one place. */
  readonly connectionsPerAddress: number;
}

/** Counts connections from the accept on, TLS handshakes included, in all and per address. */
export class DoorPlaces {
  readonly #limits: PlaceLimits;
  readonly #placeOf: (address: string) => string;
  readonly #sockets = new Map<Socket, string>();
  readonly #perAddress = new Map<string, number>();

  /** `placeOf` tells which addresses count together. */
  constructor(limits: PlaceLimits, placeOf: (address: string) => string) {
    this.#limits = limits;
    this.#placeOf = placeOf;
  }

  get taken(): number {
    return this.#sockets.size;
  }

  /** Takes a place until the socket closes; false when there is none. */
  enter(socket: Socket): boolean {
    // A peer that is gone already has no address, and closes at once.
    const address = this.#placeOf(socket.remoteAddress ?? '');
    const taken = this.#perAddress.get(address) ?? 0;
    if (this.taken >= this.#limits.connections || taken >= this.#limits.connectionsPerAddress) return false;
    this.#sockets.set(socket, address);
    this.#perAddress.set(address, taken + 1);
    socket.once('close', () => this.#leave(socket));
    return true;
  }

  /** Ends every connection at once. */
  clear(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  #leave(socket: Socket): void {
    const address = this.#sockets.get(socket);
    if (address === undefined || !this.#sockets.delete(socket)) return;
    const taken = (this.#perAddress.get(address) ?? 0) - 1;
    if (taken > 0) this.#perAddress.set(address, taken);
    else this.#perAddress.delete(address);
  }
}
