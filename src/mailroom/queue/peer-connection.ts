// SPDX-License-Identifier: EUPL-1.2
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import SMTPConnection, {
  type SMTPConnectionEnvelope,
  type SMTPConnectionOptions,
  type SMTPError,
} from 'nodemailer/lib/smtp-connection';
import { Fault } from '../../platform/faults.ts';
import type { Timers } from '../../platform/timers.ts';
import { TLS_MIN_VERSION } from '../../platform/tls.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import { type Refusal, type RelayOutcome, refusal } from './courier.ts';
import { isTaken, oneLine, recipientRefusal, verdictOf } from './peer-reply.ts';
import { connectTo, HearingLimit, placeOf } from './peer-socket.ts';
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
const REPLY_LIMIT_BYTES = 64 * 1024;

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
}

/** The connection broke, or was closed, before the fate of the message was known. */
export class ConnectionLost extends Fault {
  /** Whether the peer may already have the whole message. */
  readonly contentSent: boolean;

  constructor(message: string, options: { readonly contentSent: boolean; readonly cause: unknown }) {
    super('peer-lost', message, { temporary: true, cause: options.cause });
    this.contentSent = options.contentSent;
  }
}

/** An SMTP session with a peer, for one message after the other. */
export class PeerConnection {
  readonly #smtp: SMTPConnection;
  readonly #options: PeerConnectionOptions;
  readonly #hearing: HearingLimit;
  #open = true;
  #busy = false;

  private constructor(smtp: SMTPConnection, options: PeerConnectionOptions, hearing: HearingLimit) {
    this.#smtp = smtp;
    this.#options = options;
    this.#hearing = hearing;
    smtp.once('end', () => {
      this.#open = false;
    });
    // What breaks during a transaction is told by the transaction; between two it only ends the session.
    smtp.on('error', () => {
      this.#open = false;
    });
  }

  /**
   * Connects, greets, and takes up TLS. Rejects with a temporary Fault: `peer-tls` when protection is
   * required and cannot be had, else `peer-unreachable`.
   */
  static async open(options: PeerConnectionOptions): Promise<PeerConnection> {
    const { hop, timers, timeouts, closing = NEVER } = options;
    const socket = await connectTo(hop, { connectMs: timeouts.connectMs, timers, closing });
    const smtp = new SMTPConnection({ ...connectionOptions(options), connection: socket });
    const hearing = await new Promise<HearingLimit>((resolve, reject) => {
      const fail = (error: unknown) => {
        cancel();
        closing.removeEventListener('abort', giveUp);
        const inTls = smtp.upgrading === true;
        smtp.close();
        reject(connectFault({ hop, error, inTls }));
      };
      const limit = new HearingLimit(() => {
        fail(new Error('far too many replies'));
        forgetReplies(smtp);
      });
      const cancel = timers.after(timeouts.sessionMs, () => fail(new Error('no session in time')));
      const giveUp = () => fail(new Error('closed'));
      closing.addEventListener('abort', giveUp);
      smtp.once('error', fail);
      smtp.connect((error) => {
        smtp.off('error', fail);
        closing.removeEventListener('abort', giveUp);
        cancel();
        if (error === undefined) resolve(limit);
        else fail(error);
      });
      // The library listens from its next turn on: whoever listens before it takes the greeting away.
      setImmediate(() => limit.listenTo(socket));
    });
    const connection = new PeerConnection(smtp, options, hearing);
    // TLS has a socket of its own.
    if (smtp._socket && smtp._socket !== socket) hearing.listenTo(smtp._socket);
    return connection;
  }

  /** Whether it can take a message: the peer has not closed it. */
  get isOpen(): boolean {
    return this.#open && !this.#smtp.destroyed;
  }

  get isSecure(): boolean {
    return this.#smtp.secure;
  }

  /**
   * Sends a message. Rejects with `ConnectionLost`, or with the temporary Fault `content-unreadable`;
   * the connection is closed then.
   */
  async send(transaction: PeerTransaction): Promise<PeerOutcome> {
    const envelope = envelopeOf(transaction);
    const { replyMs } = this.#options.timeouts;
    let contentSent = false;
    this.#hearing.anew(transaction.forwardPaths.length);
    using watch = new Watch(this.#options.timers, () => this.#smtp.close());
    watch.for(replyMs + transaction.forwardPaths.length * RECIPIENT_MS);
    const source = Readable.from(
      begunBy(transaction.octets, () => watch.for(replyMs + transaction.octets.size / SLOWEST_BYTES_PER_MS)),
      { objectMode: false },
    );
    source.once('end', () => {
      contentSent = true;
      watch.for(replyMs);
    });
    const result = await this.#transact(envelope, source);
    const refused = (envelope.rejectedErrors ?? []).map(recipientRefusal);
    if ('error' in result) return this.#failed({ error: result.error, refused, transaction, contentSent });
    if (!isTaken(result.reply)) {
      this.close();
      throw lostFault(new Error(`no SMTP reply: ${oneLine(result.reply)}`), true);
    }
    return {
      accepted: [...(envelope.accepted ?? [])],
      refused,
      reply: result.reply,
      eightBitUnannounced: transaction.eightBit && !result.ehlo.some((line) => /^8BITMIME\b/i.test(line)),
    };
  }

  /** Says goodbye without waiting for the answer: some peers never give it. Work under way is lost. */
  close(): void {
    if (this.isOpen && !this.#busy) this.#smtp.quit();
    this.#smtp.close();
    this.#open = false;
  }

  #transact(
    envelope: Partial<SMTPConnectionEnvelope>,
    source: Readable,
  ): Promise<{ error: SMTPError } | { reply: string; ehlo: readonly string[] }> {
    this.#busy = true;
    return new Promise<{ error: SMTPError } | { reply: string; ehlo: readonly string[] }>((resolve) => {
      // Closed from our side, the library tells nobody; what it does tell comes first.
      const cut = () =>
        setImmediate(() => resolve({ error: new Error('connection closed, or no reply in time') }));
      this.#smtp.once('end', cut);
      this.#smtp.send(envelope, source, (error, info) => {
        this.#smtp.off('end', cut);
        if (error !== null && error !== undefined) resolve({ error });
        else resolve({ reply: info?.response ?? '', ehlo: info?.ehlo ?? [] });
      });
    }).finally(() => {
      this.#busy = false;
    });
  }

  async #failed(facts: {
    error: SMTPError;
    refused: readonly Refusal[];
    transaction: PeerTransaction;
    contentSent: boolean;
  }): Promise<PeerOutcome> {
    const { error, refused, transaction } = facts;
    const known = new Set(refused.map(({ address }) => address));
    const others = transaction.forwardPaths.filter((address) => !known.has(address));
    const verdict = verdictOf(error);
    if (verdict === undefined) {
      this.close();
      throw lostFault(error, facts.contentSent);
    }
    await this.#reset();
    return {
      accepted: [],
      refused: [...refused, ...others.map((address) => refusal({ address, ...verdict }))],
      ...(error.response === undefined ? {} : { reply: oneLine(error.response) }),
      eightBitUnannounced: false,
    };
  }

  /** RSET after a transaction that came to nothing; a peer that cannot do that is left. */
  #reset(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.isOpen) {
        resolve();
        return;
      }
      const gone = () => resolve();
      this.#smtp.once('end', gone);
      this.#smtp.reset((error) => {
        this.#smtp.off('end', gone);
        if (error !== null && error !== undefined) this.close();
        resolve();
      });
    });
  }
}

/** The library works off what it heard line by line, one each turn, even after the end. */
function forgetReplies(smtp: SMTPConnection): void {
  Reflect.set(smtp, '_responseQueue', []);
}

/** Octets that say when somebody begins to read them. */
async function* begunBy(octets: Octets, onBegun: () => void): AsyncIterable<Buffer> {
  onBegun();
  yield* octets.stream();
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

function connectionOptions(options: PeerConnectionOptions): SMTPConnectionOptions {
  const { hop, protection, ownName, timeouts } = options;
  // RFC 6066 section 3: an IP address is no server name; its certificate is checked against the address.
  const servername = isIP(hop.name) === 0 ? { servername: hop.name } : {};
  const common: SMTPConnectionOptions = {
    host: hop.address,
    port: hop.port,
    secure: false,
    name: ownName,
    connectionTimeout: timeouts.sessionMs,
    greetingTimeout: timeouts.sessionMs,
    // Also of a connection kept open, which the pool closes before.
    socketTimeout: timeouts.replyMs,
    maxResponseSize: REPLY_LIMIT_BYTES,
    logger: false,
    allowInternalNetworkInterfaces: true,
  };
  switch (protection.tls) {
    case 'required':
      return {
        ...common,
        requireTLS: true,
        tls: {
          ca: protection.ca,
          ...servername,
          rejectUnauthorized: true,
          minVersion: TLS_MIN_VERSION,
        },
      };
    case 'opportunistic':
      // RFC 7435: encryption without proof of who is there is better than none.
      return { ...common, opportunisticTLS: true, tls: { ...servername, rejectUnauthorized: false } };
    case 'none':
      return { ...common, ignoreTLS: true };
  }
}

/** The library notes here what became of each recipient, also when the transaction fails as a whole. */
function envelopeOf(transaction: PeerTransaction): Partial<SMTPConnectionEnvelope> {
  return {
    from: transaction.reversePath,
    to: [...transaction.forwardPaths],
    size: transaction.octets.size,
    use8BitMime: transaction.eightBit,
  };
}

function connectFault(facts: { hop: Hop; error: unknown; inTls: boolean }): Fault {
  const { hop, inTls } = facts;
  const error = facts.error as Partial<SMTPError>;
  const code = inTls || error.code === 'ETLS' ? 'peer-tls' : 'peer-unreachable';
  return new Fault(code, `${placeOf(hop)}: ${error.message ?? String(error)}`, {
    temporary: true,
    cause: error,
  });
}

function lostFault(error: SMTPError, contentSent: boolean): Fault {
  if (error.code === 'ESTREAM') {
    return new Fault('content-unreadable', 'a message in the queue cannot be read', {
      temporary: true,
      cause: error,
    });
  }
  return new ConnectionLost(error.message, { contentSent, cause: error });
}
