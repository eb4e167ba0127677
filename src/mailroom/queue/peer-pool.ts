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
  /** Connections to one machine at the same time. */
  readonly perPeer: number;
  /** Messages waiting for one of them; one more is put off, so that a slow machine ties up no more. */
  readonly waiting: number;
  /** An unused connection is kept open so long. */
  readonly idleMs: number;
  /** Messages sent over one connection. */
  readonly uses: number;
  /** A machine that could not be reached is left alone so long. */
  readonly downMs: number;
}

export const DEFAULT_PEER_POOL_LIMITS: PeerPoolLimits = {
  perPeer: 32,
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

interface Peer<C> {
  readonly key: string;
  readonly idle: Kept<C>[];
  readonly waiting: (() => void)[];
  /** Connections in use or being opened. */
  busy: number;
  down: { readonly until: Instant; readonly fault: unknown } | undefined;
}

/** Keeps connections open per machine and kind of protection, so that a busy pair of providers pays TLS once. */
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
   * Does the work over a connection to the machine. When a kept connection turns out to be dead
   * before the message has gone, the work is done once more over a fresh one. Rejects with what
   * `open` or the work rejects with, or with the temporary Fault `peer-busy`.
   */
  async use<T>(
    hop: Hop,
    task: { readonly kind: string; readonly work: (connection: C) => Promise<T> },
  ): Promise<T> {
    const peer = this.#peer(`${task.kind} ${hop.address}:${hop.port} ${hop.name}`);
    await this.#takePlace(peer, hop);
    try {
      const kept = this.#takeIdle(peer);
      if (kept !== undefined) {
        try {
          return await this.#workOver(peer, { kept, work: task.work });
        } catch (error) {
          if (!(error instanceof ConnectionLost) || error.contentSent) throw error;
        }
      }
      const connection = await this.#open(peer, { hop, kind: task.kind });
      return await this.#workOver(peer, {
        kept: { connection, uses: 0, cancelIdle: () => {} },
        work: task.work,
      });
    } finally {
      this.#givePlace(peer);
    }
  }

  /** Closes every connection; work over them ends as if the peer had left. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#inUse) connection.close();
    for (const peer of this.#peers.values()) {
      for (const kept of peer.idle.splice(0)) {
        kept.cancelIdle();
        kept.connection.close();
      }
      this.#forget(peer);
    }
  }

  #peer(key: string): Peer<C> {
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      peer = { key, idle: [], waiting: [], busy: 0, down: undefined };
      this.#peers.set(key, peer);
    }
    return peer;
  }

  async #takePlace(peer: Peer<C>, hop: Hop): Promise<void> {
    this.#refuseDown(peer);
    if (peer.busy < this.#limits.perPeer) {
      peer.busy++;
      return;
    }
    if (peer.waiting.length >= this.#limits.waiting) {
      throw new Fault('peer-busy', `${hop.name} is busy with other messages of ours`, { temporary: true });
    }
    await new Promise<void>((resolve) => peer.waiting.push(resolve));
  }

  /** The place passes to the next in line, or is given back. */
  #givePlace(peer: Peer<C>): void {
    const next = peer.waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    peer.busy--;
    this.#forget(peer);
  }

  #refuseDown(peer: Peer<C>): void {
    if (peer.down === undefined) return;
    if (peer.down.until > this.#options.clock.now()) throw peer.down.fault;
    peer.down = undefined;
  }

  #takeIdle(peer: Peer<C>): Kept<C> | undefined {
    for (;;) {
      const kept = peer.idle.pop();
      if (kept === undefined) return undefined;
      kept.cancelIdle();
      if (kept.connection.isOpen) return kept;
    }
  }

  async #open(peer: Peer<C>, what: { readonly hop: Hop; readonly kind: string }): Promise<C> {
    // While this one waited for its place, another may have found nobody there.
    this.#refuseDown(peer);
    const { open, clock, timers } = this.#options;
    try {
      return await open(what.hop, what.kind);
    } catch (fault) {
      peer.down = { until: clock.now() + this.#limits.downMs, fault };
      timers.after(this.#limits.downMs, () => this.#forget(peer));
      throw fault;
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
      if (this.#closed) throw new Fault('peer-unreachable', 'closed', { temporary: true });
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
    if (peer.busy > 0 || peer.idle.length > 0 || downUntil > this.#options.clock.now()) return;
    this.#peers.delete(peer.key);
  }
}
