// SPDX-License-Identifier: EUPL-1.2
import type { Clock, Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import type { Timers } from '../../platform/timers.ts';
import { ConnectionLost } from './peer-connection.ts';
import type { Hop } from './routes.ts';

/** What the pool needs to know of a connection. */
export interface Poolable {
  readonly isOpen: boolean;
  close(): void;
}

export interface PeerPoolLimits {
  /** Connections to one machine at the same time, by kind of protection. */
  readonly perPeer: (kind: string) => number;
  /** Connections to one machine that are being opened at the same time; the others wait for one of them. */
  readonly opening: number;
  /** Messages waiting for a connection; one more is put off, so that a slow machine ties up no more. */
  readonly waiting: number;
  /** An unused connection is kept open so long. */
  readonly idleMs: number;
  /** Messages sent over one connection. */
  readonly uses: number;
  /** A machine that could not be reached is left alone so long. */
  readonly downMs: number;
}

export const DEFAULT_PEER_POOL_LIMITS: PeerPoolLimits = {
  perPeer: (kind) => (kind === 'certified' ? 32 : 8),
  opening: 4,
  waiting: 64,
  idleMs: 60_000,
  uses: 1000,
  downMs: 10_000,
};

export interface PeerPoolOptions<C extends Poolable> {
  readonly open: (hop: Hop, kind: string) => Promise<C>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly limits?: Partial<PeerPoolLimits>;
}

interface Kept<C> {
  readonly connection: C;
  uses: number;
  cancelIdle: () => void;
}

/** What somebody who waited gets: a connection, or leave to open one; both count as a place until given back. */
type Turn<C> = { readonly kept: Kept<C> } | 'open';

interface Waiter<C> {
  readonly resolve: (turn: Turn<C>) => void;
  readonly reject: (fault: unknown) => void;
}

interface Peer<C> {
  readonly key: string;
  readonly places: number;
  readonly idle: Kept<C>[];
  readonly waiting: Waiter<C>[];
  /** Connections in use or being opened. */
  busy: number;
  opening: number;
  down: { readonly until: Instant; readonly fault: unknown } | undefined;
}

/**
 * Keeps connections open per machine and kind of protection, so that a busy pair of providers pays TLS once. A
 * connection there is is used before another is opened, and few are opened at a time: a peer that answers
 * slowly is not met by all of them at once.
 */
export class PeerPool<C extends Poolable> {
  readonly #options: PeerPoolOptions<C>;
  readonly #limits: PeerPoolLimits;
  readonly #peers = new Map<string, Peer<C>>();
  readonly #inUse = new Set<C>();
  #closed = false;

  constructor(options: PeerPoolOptions<C>) {
    this.#options = options;
    this.#limits = { ...DEFAULT_PEER_POOL_LIMITS, ...options.limits };
  }

  /**
   * Does the work over a connection to the machine. When a kept connection turns out to be dead, the work is done
   * once more over a fresh one, unless the peer may be at work on it. Rejects with what
   * `open` or the work rejects with, or with the temporary Fault `peer-busy`.
   */
  async use<T>(
    hop: Hop,
    task: { readonly kind: string; readonly work: (connection: C) => Promise<T> },
  ): Promise<T> {
    const peer = this.#peer(hop, task.kind);
    const turn = await this.#turn(peer, hop);
    let begun = turn === 'open';
    try {
      if (turn !== 'open') {
        try {
          return await this.#workOver(peer, { kept: turn.kept, work: task.work });
        } catch (error) {
          if (!(error instanceof ConnectionLost) || !error.repeatAtOnce) throw error;
        }
        peer.opening++;
        begun = true;
      }
      const connection = await this.#open(peer, { hop, kind: task.kind });
      begun = false;
      const kept = { connection, uses: 0, cancelIdle: () => {} };
      return await this.#workOver(peer, { kept, work: task.work });
    } finally {
      if (begun) peer.opening--;
      peer.busy--;
      this.#serve(peer);
      this.#forget(peer);
    }
  }

  /** Closes every connection; work over them ends as if the peer had left. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#inUse) connection.close();
    for (const peer of this.#peers.values()) {
      for (const { reject } of peer.waiting.splice(0)) reject(closedFault());
      for (const kept of peer.idle.splice(0)) {
        kept.cancelIdle();
        kept.connection.close();
      }
      this.#forget(peer);
    }
  }

  #peer(hop: Hop, kind: string): Peer<C> {
    const key = `${kind} ${hop.address}:${hop.port} ${hop.name}`;
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      const places = this.#limits.perPeer(kind);
      peer = { key, places, idle: [], waiting: [], busy: 0, opening: 0, down: undefined };
      this.#peers.set(key, peer);
    }
    return peer;
  }

  /** Who comes waits behind those who wait already. */
  async #turn(peer: Peer<C>, hop: Hop): Promise<Turn<C>> {
    if (this.#closed) throw closedFault();
    if (peer.waiting.length === 0) {
      const turn = this.#nextTurn(peer);
      if (turn !== undefined) return turn;
    }
    const fault = this.#downFault(peer);
    if (fault !== undefined && peer.busy === 0) throw fault;
    if (peer.waiting.length >= this.#limits.waiting) {
      throw new Fault('peer-busy', `${hop.name} is busy with other messages of ours`, { temporary: true });
    }
    return new Promise((resolve, reject) => peer.waiting.push({ resolve, reject }));
  }

  /** A connection that is free, or a place to open one; undefined when there is neither. */
  #nextTurn(peer: Peer<C>): Turn<C> | undefined {
    const kept = this.#takeIdle(peer);
    if (kept !== undefined) {
      peer.busy++;
      return { kept };
    }
    if (peer.busy >= peer.places || peer.opening >= this.#limits.opening) return undefined;
    // A machine may refuse more connections and still serve those it has.
    if (this.#downFault(peer) !== undefined) return undefined;
    peer.busy++;
    peer.opening++;
    return 'open';
  }

  /** Those who wait get what has become free, or hear that nobody is there. */
  #serve(peer: Peer<C>): void {
    while (peer.waiting.length > 0) {
      const turn = this.#nextTurn(peer);
      if (turn === undefined) break;
      peer.waiting.shift()?.resolve(turn);
    }
    const fault = this.#downFault(peer);
    if (fault === undefined || peer.busy > 0) return;
    for (const { reject } of peer.waiting.splice(0)) reject(fault);
  }

  #downFault(peer: Peer<C>): unknown {
    if (peer.down === undefined) return undefined;
    if (peer.down.until > this.#options.clock.now()) return peer.down.fault;
    peer.down = undefined;
    return undefined;
  }

  #takeIdle(peer: Peer<C>): Kept<C> | undefined {
    for (;;) {
      const kept = peer.idle.pop();
      if (kept === undefined) return undefined;
      kept.cancelIdle();
      if (kept.connection.isOpen) return kept;
    }
  }

  /** Ends one opening that was counted, well or not. */
  async #open(peer: Peer<C>, what: { readonly hop: Hop; readonly kind: string }): Promise<C> {
    // While this one waited, another may have found nobody there.
    const fault = this.#downFault(peer);
    if (fault !== undefined) throw fault;
    const { open, clock, timers } = this.#options;
    try {
      const connection = await open(what.hop, what.kind);
      peer.opening--;
      peer.down = undefined;
      this.#serve(peer);
      return connection;
    } catch (reason) {
      peer.down = { until: clock.now() + this.#limits.downMs, fault: reason };
      timers.after(this.#limits.downMs, () => {
        this.#serve(peer);
        this.#forget(peer);
      });
      throw reason;
    }
  }

  async #workOver<T>(
    peer: Peer<C>,
    task: { readonly kept: Kept<C>; readonly work: (connection: C) => Promise<T> },
  ): Promise<T> {
    const { kept, work } = task;
    const { connection } = kept;
    this.#inUse.add(connection);
    try {
      if (this.#closed) throw closedFault();
      const result = await work(connection);
      kept.uses++;
      if (kept.uses >= this.#limits.uses) connection.close();
      else if (connection.isOpen && !this.#closed) this.#keep(peer, kept);
      return result;
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      this.#inUse.delete(connection);
    }
  }

  #keep(peer: Peer<C>, kept: Kept<C>): void {
    kept.cancelIdle = this.#options.timers.after(this.#limits.idleMs, () => {
      const place = peer.idle.indexOf(kept);
      if (place >= 0) peer.idle.splice(place, 1);
      kept.connection.close();
      this.#forget(peer);
    });
    peer.idle.push(kept);
  }

  /** A machine with nothing to remember takes no memory. */
  #forget(peer: Peer<C>): void {
    const downUntil = peer.down?.until ?? Number.NEGATIVE_INFINITY;
    if (peer.busy > 0 || peer.idle.length > 0 || peer.waiting.length > 0) return;
    if (downUntil > this.#options.clock.now()) return;
    this.#peers.delete(peer.key);
  }
}

function closedFault(): Fault {
  return new Fault('peer-unreachable', 'closed', { temporary: true });
}
