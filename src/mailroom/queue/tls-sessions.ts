// SPDX-License-Identifier: EUPL-1.2
import type { Hop } from './routes.ts';

/** Machines whose TLS session is remembered; beyond that the ones not heard of for longest are forgotten. */
export const TLS_SESSIONS_LIMIT = 1000;

/**
 * TLS sessions to take up again (RFC 8446 section 2.2), by machine and kind of protection: what was found good
 * under weaker rules never stands for another.
 */
export class TlsSessions {
  readonly #sessions = new Map<string, Buffer>();

  get size(): number {
    return this.#sessions.size;
  }

  find(hop: Hop, kind: string): Buffer | undefined {
    return this.#sessions.get(keyOf(hop, kind));
  }

  keep(hop: Hop, { kind, session }: { readonly kind: string; readonly session: Buffer }): void {
    const key = keyOf(hop, kind);
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    if (this.#sessions.size <= TLS_SESSIONS_LIMIT) return;
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }
}

function keyOf({ name, address, port }: Hop, kind: string): string {
  return `${kind} ${name} ${address} ${port}`;
}
