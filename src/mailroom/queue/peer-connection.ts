// SPDX-License-Identifier: EUPL-1.2
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Fault } from '../../platform/faults.ts';
import type { Timers } from '../../platform/timers.ts';
import { TLS_MIN_VERSION } from '../../platform/tls.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import { type ClientTls, NoSession } from '../../wire/smtp/client/opening.ts';
import type { TransactionEnd } from '../../wire/smtp/client/outgoing.ts';
import { SmtpClient } from '../../wire/smtp/client/smtp-client.ts';
import { type RelayOutcome, refusal } from './courier.ts';
import { decidingReply, oneLine, recipientRefusal } from './peer-reply.ts';
import { connectTo, placeOf } from './peer-socket.ts';
import type { Hop } from './routes.ts';

/**
 * How a connection is protected. `required` checks the certificate against `ca` and the hop's name,
 * and never falls back (SEC-3, SEC-12); `opportunistic` takes what the peer offers, `none` does not ask.
 */
export type Protection =
  | { readonly tls: 'required'; readonly ca: Buffer | string }
  | { readonly tls: 'opportunistic' }
  | { readonly tls: 'none' };

export interface PeerTimeouts {
  /** TCP. */
  readonly connectMs: number;
  /** From there to the session: greeting (RFC 5321 section 4.5.3.2.1), EHLO, TLS. */
  readonly sessionMs: number;
  /**
   * Each of the three parts of a transaction: envelope, message, reply to the final dot (RFC 5321 sections
   * 4.5.3.2.2 to 4.5.3.2.6). A large message gets more; a peer that only trickles does not.
   */
  readonly replyMs: number;
}

export const DEFAULT_PEER_TIMEOUTS: PeerTimeouts = {
  connectMs: 30_000,
  sessionMs: 5 * 60_000,
  replyMs: 10 * 60_000,
};

/** The slowest line on which a message is still sent to its end. */
const SLOWEST_BYTES_PER_MS = 4;
/** Time that one more recipient may take the peer. */
const RECIPIENT_MS = 1_000;
const NEVER = new AbortController().signal;

export interface PeerTransaction {
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  readonly eightBit: boolean;
  readonly octets: Octets;
}

/** What a transaction met, and whether the peer could announce the eighth bit. */
export interface PeerOutcome extends RelayOutcome {
  /** Whether 8-bit content went to a peer that does not offer 8BITMIME (U-9). */
  readonly eightBitUnannounced: boolean;
}

export interface PeerConnectionOptions {
  readonly hop: Hop;
  readonly protection: Protection;
  /** How we call ourselves in EHLO. */
  readonly ownName: string;
  readonly timeouts: PeerTimeouts;
  readonly timers: Timers;
  /** Aborted when nobody waits for the session any more: what is being opened is let go at once. */
  readonly closing?: AbortSignal;
  /** A TLS session with the same machine, found good before, to take up again. */
  readonly tlsSession?: Buffer | undefined;
  /** Told of a TLS session that a later connection may take up. */
  readonly onTlsSession?: (session: Buffer) => void;
}

/** The connection broke, or was closed, before the fate of the message was known. */
export class ConnectionLost extends Fault {
  /** Whether the peer may already have the whole message. */
  readonly contentSent: boolean;
  /**
   * Whether the same machine may be asked at once over a fresh connection: the message had not gone, or the peer closed
   * without a word about it, as one does that closes what it does not use.
   */
  readonly repeatAtOnce: boolean;

  constructor(
    message: string,
    options: { readonly contentSent: boolean; readonly repeatAtOnce: boolean; readonly cause: unknown },
  ) {
    super('peer-lost', message, { temporary: true, cause: options.cause });
    this.contentSent = options.contentSent;
    this.repeatAtOnce = options.repeatAtOnce;
  }
}

/** An SMTP session with a peer, for one message after the other. */
export class PeerConnection {
  readonly #client: SmtpClient;
  readonly #options: PeerConnectionOptions;
  #busy = false;

  private constructor(client: SmtpClient, options: PeerConnectionOptions) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Connects, greets, and takes up TLS. Rejects with a temporary Fault: `peer-tls` when protection is
   * required and cannot be had, else `peer-unreachable`.
   */
  static async open(options: PeerConnectionOptions): Promise<PeerConnection> {
    const { hop, timers, timeouts, ownName, closing = NEVER } = options;
    const socket = await connectTo(hop, { connectMs: timeouts.connectMs, timers, closing });
    const patience = new AbortController();
    const giveUp = (why: string) => patience.abort(new Error(why));
    const cancel = timers.after(timeouts.sessionMs, () => giveUp('no session in time'));
    const closed = () => giveUp('closed');
    closing.addEventListener('abort', closed);
    try {
      const opening = { socket, ownName, tls: tlsOf(options), giveUp: patience.signal };
      return new PeerConnection(await SmtpClient.open(opening), options);
    } catch (error) {
      throw connectFault(hop, error);
    } finally {
      cancel();
      closing.removeEventListener('abort', closed);
    }
  }

  /** Whether it can take a message: the peer has not closed it. */
  get isOpen(): boolean {
    return this.#client.isOpen;
  }

  get isSecure(): boolean {
    return this.#client.isSecure;
  }

  /**
   * Sends a message. Rejects with `ConnectionLost`, or with the temporary Fault `content-unreadable`;
   * the connection is closed then.
   */
  async send(transaction: PeerTransaction): Promise<PeerOutcome> {
    const { reversePath, forwardPaths, eightBit, octets } = transaction;
    const { timeouts, protection } = this.#options;
    const { replyMs } = timeouts;
    let isLate = false;
    const late = () => {
      isLate = true;
      this.#client.break(new Error('no reply in time'));
    };
    using watch = new Watch(this.#options.timers, late);
    watch.for(replyMs + forwardPaths.length * RECIPIENT_MS);
    this.#busy = true;
    const end = await this.#client.send({
      reversePath,
      forwardPaths,
      eightBit,
      sizeBytes: octets.size,
      octets: () => octets.stream(),
      // IP-28: a PEC provider knows what comes twice.
      atOnce: protection.tls === 'required',
      onPhase: (phase) =>
        watch.for(phase === 'message' ? replyMs + octets.size / SLOWEST_BYTES_PER_MS : replyMs),
    });
    this.#busy = false;
    if (end.end === 'lost') {
      const repeatAtOnce = !end.contentSent || !(end.heard || isLate);
      throw new ConnectionLost(end.cause.message, { ...end, repeatAtOnce });
    }
    return this.#outcomeOf(end, transaction);
  }

  /** Says goodbye without waiting for the answer: some peers never give it. Work under way is lost. */
  close(): void {
    if (this.#busy) this.#client.break(new Error('connection closed'));
    else this.#client.quit();
  }

  #outcomeOf(
    end: Exclude<TransactionEnd, { readonly end: 'lost' }>,
    transaction: PeerTransaction,
  ): PeerOutcome {
    const { forwardPaths, eightBit } = transaction;
    if (end.end === 'unreadable') {
      const { cause } = end;
      throw new Fault('content-unreadable', 'a message in the queue cannot be read', {
        temporary: true,
        cause,
      });
    }
    const refused = end.end === 'not-asked' ? [] : end.refused.map(recipientRefusal);
    const known = new Set(refused.map(({ address }) => address));
    const others = forwardPaths.filter((address) => !known.has(address));
    if (end.end === 'taken') {
      const eightBitUnannounced = eightBit && !this.#client.extensions.eightBitMime;
      return { accepted: others, refused, reply: end.reply.text, eightBitUnannounced };
    }
    const verdict = decidingReply(end);
    return {
      accepted: [],
      refused: [...refused, ...others.map((address) => refusal({ address, ...verdict }))],
      ...(end.end === 'refused' ? { reply: oneLine(end.reply.text) } : {}),
      eightBitUnannounced: false,
    };
  }
}

/** Calls back when a time is over that was not set anew before. */
class Watch implements Disposable {
  readonly #timers: Timers;
  readonly #onOver: () => void;
  #cancel: () => void = () => {};

  constructor(timers: Timers, onOver: () => void) {
    this.#timers = timers;
    this.#onOver = onOver;
  }

  for(ms: number): void {
    this.#cancel();
    this.#cancel = this.#timers.after(ms, this.#onOver);
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }
}

function tlsOf({ hop, protection, tlsSession, onTlsSession }: PeerConnectionOptions): ClientTls {
  const options: ConnectionOptions = {
    // RFC 6066 section 3: an IP address is no server name; its certificate is checked against the address.
    ...(isIP(hop.name) === 0 ? { servername: hop.name } : { host: hop.address }),
    ...(tlsSession === undefined ? {} : { session: tlsSession }),
  };
  const told = onTlsSession === undefined ? {} : { onSession: onTlsSession };
  switch (protection.tls) {
    case 'required': {
      const { ca } = protection;
      const strict = { ...options, ca, rejectUnauthorized: true, minVersion: TLS_MIN_VERSION } as const;
      return { use: 'required', options: strict, ...told };
    }
    case 'opportunistic':
      // RFC 7435: encryption without proof of who is there is better than none.
      return { use: 'offered', options: { ...options, rejectUnauthorized: false }, ...told };
    case 'none':
      return { use: 'never', options: {} };
  }
}

function connectFault(hop: Hop, cause: unknown): Fault {
  const code = cause instanceof NoSession && cause.inTls ? 'peer-tls' : 'peer-unreachable';
  const words = cause instanceof Error ? cause.message : String(cause);
  return new Fault(code, `${placeOf(hop)}: ${words}`, { temporary: true, cause });
}
