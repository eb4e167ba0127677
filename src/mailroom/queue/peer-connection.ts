// SPDX-License-Identifier: EUPL-1.2
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import SMTPConnection, {
  type SMTPConnectionEnvelope,
  type SMTPConnectionOptions,
  type SMTPError,
} from 'nodemailer/lib/smtp-connection';
import { Fault } from '../../platform/faults.ts';
import { TLS_MIN_VERSION } from '../../platform/tls.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import { type Refusal, type RelayOutcome, refusal } from './courier.ts';
import { oneLine, recipientRefusal, verdictOf } from './peer-reply.ts';
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
  /** DNS, TCP, greeting, TLS. */
  readonly connectMs: number;
  /** Silence of the peer; RFC 5321 section 4.5.3.2.6 asks for ten minutes after the final dot. */
  readonly silenceMs: number;
}

export const DEFAULT_PEER_TIMEOUTS: PeerTimeouts = { connectMs: 30_000, silenceMs: 10 * 60_000 };

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
  #open = true;
  #busy = false;

  private constructor(smtp: SMTPConnection) {
    this.#smtp = smtp;
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
  static async open(options: {
    readonly hop: Hop;
    readonly protection: Protection;
    /** How we call ourselves in EHLO. */
    readonly ownName: string;
    readonly timeouts?: PeerTimeouts;
  }): Promise<PeerConnection> {
    const smtp = new SMTPConnection(connectionOptions(options));
    await new Promise<void>((resolve, reject) => {
      const fail = (error: unknown) => {
        smtp.close();
        reject(connectFault({ hop: options.hop, error, inTls: smtp.upgrading === true }));
      };
      smtp.once('error', fail);
      smtp.connect((error) => {
        smtp.off('error', fail);
        if (error === undefined) resolve();
        else fail(error);
      });
    });
    return new PeerConnection(smtp);
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
    let contentSent = false;
    const source = Readable.from(transaction.octets.stream(), { objectMode: false });
    source.once('end', () => {
      contentSent = true;
    });
    const result = await this.#transact(envelope, source);
    const refused = (envelope.rejectedErrors ?? []).map(recipientRefusal);
    if ('error' in result) return this.#failed({ error: result.error, refused, transaction, contentSent });
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
      const cut = () => setImmediate(() => resolve({ error: new Error('connection closed') }));
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

function connectionOptions(options: Parameters<typeof PeerConnection.open>[0]): SMTPConnectionOptions {
  const { hop, protection, ownName, timeouts = DEFAULT_PEER_TIMEOUTS } = options;
  // RFC 6066 section 3: an IP address is no server name; its certificate is checked against the address.
  const servername = isIP(hop.name) === 0 ? { servername: hop.name } : {};
  const common: SMTPConnectionOptions = {
    host: hop.address,
    port: hop.port,
    secure: false,
    name: ownName,
    connectionTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.connectMs,
    socketTimeout: timeouts.silenceMs,
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
  const place = `${hop.name} (${hop.address}:${hop.port})`;
  const code = inTls || error.code === 'ETLS' ? 'peer-tls' : 'peer-unreachable';
  return new Fault(code, `${place}: ${error.message ?? String(error)}`, { temporary: true, cause: error });
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
