// SPDX-License-Identifier: EUPL-1.2
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../platform/clock.ts';
import type { Dns } from '../../platform/dns.ts';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';
import type { Timers } from '../../platform/timers.ts';
import type { StoredContent } from '../contents/content-store.ts';
import { type Courier, NoMachineTookIt, type RelayOutcome, refuseAll } from './courier.ts';
import {
  ConnectionLost,
  DEFAULT_PEER_TIMEOUTS,
  PeerConnection,
  type PeerOutcome,
  type PeerTimeouts,
  type Protection,
} from './peer-connection.ts';
import { PeerPool, type PeerPoolLimits } from './peer-pool.ts';
import { placeOf } from './peer-socket.ts';
import type { QueueEntry } from './queue-store.ts';
import { type Hop, type Route, Routes } from './routes.ts';
import { TlsSessions } from './tls-sessions.ts';

export interface SmtpCourierOptions {
  /** How we call ourselves in EHLO: the name of this machine in DNS. */
  readonly ownName: string;
  /** Other names of ours that may stand in MX records. */
  readonly otherOwnNames?: readonly string[];
  readonly routes: Readonly<Record<string, Route>>;
  readonly dns: Dns;
  /** PEM certificates that the chains of PEC providers lead to (SEC-3). */
  readonly certifiedCa: Buffer | string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly timeouts?: Partial<PeerTimeouts>;
  readonly poolLimits?: Partial<PeerPoolLimits>;
}

/** Relays by SMTP: to PEC providers over verified TLS only, to everybody else as well as they can. */
export class SmtpCourier implements Courier, Disposable {
  readonly #options: SmtpCourierOptions;
  readonly #routes: Routes;
  readonly #closing = new AbortController();
  readonly #pool: PeerPool<PeerConnection>;
  readonly #tlsSessions = new TlsSessions();

  constructor(options: SmtpCourierOptions) {
    const { routes, dns, ownName, otherOwnNames = [], clock, timers } = options;
    this.#options = options;
    // One for each session being opened.
    setMaxListeners(0, this.#closing.signal);
    this.#routes = new Routes({ routes, dns, ownNames: [ownName, ...otherOwnNames] });
    this.#pool = new PeerPool({
      open: (hop, kind) => this.#open(hop, kind),
      clock,
      timers,
      ...(options.poolLimits === undefined ? {} : { limits: options.poolLimits }),
    });
  }

  async relay(entry: QueueEntry, content: StoredContent): Promise<RelayOutcome> {
    if (content.index.bareLineEnds) {
      // Sending would turn them into CRLF, and no signature over them would hold (SEC-7).
      return {
        accepted: [],
        refused: refuseAll(entry, { code: 554, enhanced: '5.6.0', text: 'bare CR or LF' }),
      };
    }
    const { certified, id, destination } = entry;
    const way = await this.#routes.find(destination, { certified, turn: id });
    if (way.found === 'nowhere') return { accepted: [], refused: refuseAll(entry, way) };
    return this.#alongHops(way.hops, { entry, content });
  }

  async #alongHops(
    hops: readonly Hop[],
    message: { entry: QueueEntry; content: StoredContent },
  ): Promise<RelayOutcome> {
    const tried: string[] = [];
    let last: Fault | undefined;
    let busy: Fault | undefined;
    for (const hop of hops) {
      try {
        const outcome = await this.#sendTo(hop, message);
        this.#noteEighthBit(message.entry, { hop, outcome });
        return { ...outcome, tried };
      } catch (error) {
        if (!(error instanceof Fault) || error.code === 'content-unreadable') throw error;
        const met = error.message.startsWith(hop.name) ? error.message : `${placeOf(hop)}: ${error.message}`;
        // Another machine is asked only when this one cannot have the message.
        if (error instanceof ConnectionLost && error.contentSent) {
          throw new NoMachineTookIt(error, { met, tried });
        }
        if (error.code === 'peer-busy') busy = error;
        else tried.push(met);
        last = error;
      }
    }
    // Where one machine has no place for it now, that one will: nothing went wrong.
    if (busy !== undefined) throw busy;
    last ??= new Fault('peer-unreachable', 'no machine to go to', { temporary: true });
    throw new NoMachineTookIt(last, { met: tried.at(-1) ?? last.message, tried: tried.slice(0, -1) });
  }

  /** Closes the connections kept open. */
  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#pool.close();
  }

  #sendTo(hop: Hop, message: { entry: QueueEntry; content: StoredContent }): Promise<PeerOutcome> {
    const { entry, content } = message;
    const { reversePath, forwardPaths, eightBit } = entry;
    return this.#pool.use(hop, {
      kind: entry.certified ? 'certified' : 'ordinary',
      work: (connection) => connection.send({ reversePath, forwardPaths, eightBit, octets: content.octets }),
    });
  }

  async #open(hop: Hop, kind: string): Promise<PeerConnection> {
    const { ownName, certifiedCa, journal, timers } = this.#options;
    const timeouts = { ...DEFAULT_PEER_TIMEOUTS, ...this.#options.timeouts };
    const common = { hop, ownName, timeouts, timers, closing: this.#closing.signal };
    const open = (protection: Protection) =>
      PeerConnection.open({
        ...common,
        protection,
        tlsSession: this.#tlsSessions.find(hop, kind),
        onTlsSession: (session) => this.#tlsSessions.keep(hop, { kind, session }),
      });
    // AP-32, SEC-12: towards a PEC provider cleartext is no way out.
    if (kind === 'certified') return open({ tls: 'required', ca: certifiedCa });
    try {
      return await open({ tls: 'opportunistic' });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'peer-tls') throw error;
      journal.info({ peer: hop.name, error }, 'TLS failed towards an ordinary host: in cleartext');
      return open({ tls: 'none' });
    }
  }

  /** U-9: the octets go as they are, since altering them would break the signature. */
  #noteEighthBit(entry: QueueEntry, facts: { hop: Hop; outcome: PeerOutcome }): void {
    if (!facts.outcome.eightBitUnannounced) return;
    const { identifier, kind } = entry;
    this.#options.journal.warn(
      { identifier, kind, peer: facts.hop.name },
      '8-bit content to a peer without 8BITMIME',
    );
  }
}
