// SPDX-License-Identifier: EUPL-1.2
import type { AddressInfo } from 'node:net';
import type { SpooledMessage } from '../../mailroom/contents/spool.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import type { Journal } from '../../platform/journal.ts';
import { placeOf } from '../../platform/peer-place.ts';
import type { Timers } from '../../platform/timers.ts';
import { serverTlsOptions, type TlsIdentity } from '../../platform/tls.ts';
import { Turns } from '../../platform/turns.ts';
import type { Scanned } from '../../trust/antivirus/scanner.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { refuseLoop } from '../../wire/smtp/hop-limit.ts';
import { type MessageSink, pour } from '../../wire/smtp/message-sink.ts';
import { refuseOctets } from '../../wire/smtp/octet-rules.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor, type SmtpDoorLimits } from '../../wire/smtp/smtp-door.ts';
import type { SmtpHost, SmtpTransaction } from '../../wire/smtp/smtp-host.ts';
import { replyText, type SmtpReply } from '../../wire/smtp/smtp-reply.ts';
import { replyToExchangeFault } from './exchange-fault.ts';

/** What the incoming point answers about all recipients of a transaction together. */
export type ExchangeAnswer =
  | { readonly outcome: 'taken' }
  | { readonly outcome: 'refused'; readonly code: number; readonly enhanced: string; readonly text: string }
  | { readonly outcome: 'try-later'; readonly text: string };

/** The incoming point, as this front sees it. */
export interface ExchangePoint {
  /** Whether the address lies in a domain of ours (IP-2, IP-3). */
  serves(address: string): boolean;
  /** Whether a recipient cannot be named together with those that were named before. */
  goesApart(
    address: string,
    begun: { readonly reversePath: string; readonly forwardPaths: readonly string[] },
  ): boolean;
  /** Rejects with a Fault when nothing was decided. */
  receive(transaction: {
    readonly reversePath: string;
    readonly forwardPaths: readonly string[];
    readonly message: Scanned<SpooledMessage>;
    readonly peer: { readonly address: string; readonly helo: string; readonly tls: boolean };
  }): Promise<ExchangeAnswer>;
}

export interface ExchangeFrontOptions {
  readonly incomingPoint: ExchangePoint;
  /** A spool that takes `messageBytes`. */
  readonly openSpool: () => MessageSink<Scanned<SpooledMessage>>;
  readonly hostName: string;
  /** Where mail for `postmaster` without domain goes (RFC 5321 section 4.5.1); refused without it. */
  readonly postmaster?: string;
  readonly identity: TlsIdentity;
  readonly timers: Timers;
  readonly journal: Journal;
  readonly limits: Partial<SmtpDoorLimits> & {
    /** Octets of a message: an envelope is larger than what users may send (U-19). */
    readonly messageBytes: number;
  };
}

/** Recipients of one transaction; the least RFC 5321 section 4.5.3.1.8 asks for is 100. */
const RECIPIENTS = 1000;
/** Messages judged at the same time: what judging takes of memory does not grow with the connections. */
export const JUDGED_AT_ONCE = 32;

const RELAYING: SmtpReply = {
  code: 550,
  enhanced: '5.7.1',
  text: 'no relaying: the domain is not served here',
};
/** RFC 5321 section 4.5.3.1.10: the peer sends to it again, in another transaction. */
const APART: SmtpReply = {
  code: 452,
  enhanced: '4.5.3',
  text: 'this recipient needs a transaction of its own, send to it again',
};
const TOO_LARGE: SmtpReply = { code: 552, enhanced: '5.3.4', text: 'message exceeds the size limit' };
/** SMTP for the rest of the world: other PEC providers, and ordinary hosts as far as admitted. */
export class ExchangeFront implements AsyncDisposable {
  readonly #options: ExchangeFrontOptions;
  readonly #door: SmtpDoor<never>;
  readonly #judging = new Turns(JUDGED_AT_ONCE);

  constructor(options: ExchangeFrontOptions) {
    const { hostName, identity, timers, limits } = options;
    this.#options = options;
    this.#door = new SmtpDoor<never>({
      host: this.#host(),
      name: hostName,
      tls: serverTlsOptions(identity),
      // IP-1, SEC-3, SEC-4: STARTTLS is announced, cleartext taken.
      mode: 'starttls',
      placeOf,
      timers,
      limits: { ...DEFAULT_SMTP_DOOR_LIMITS, recipients: RECIPIENTS, ...limits },
    });
  }

  /** Connections open now. */
  get sessions(): number {
    return this.#door.connections;
  }

  /** Rejects with the system's error when the port is taken. */
  listen(where: { readonly port: number; readonly host: string }): Promise<AddressInfo> {
    return this.#door.listen(where);
  }

  /** Takes up a renewed certificate. */
  renewIdentity(identity: TlsIdentity): void {
    this.#door.renewTls(serverTlsOptions(identity));
  }

  close(): Promise<void> {
    return this.#door.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #host(): SmtpHost<never> {
    const { incomingPoint, journal } = this.#options;
    return {
      checkSender: () => undefined,
      // IP-2: an unknown mailbox of ours is not told here but answered by M13, or by 5xx after DATA.
      checkRecipient: (forwardPath, begun) => {
        const address = this.#fullAddress(forwardPath);
        if (address === undefined || !incomingPoint.serves(address)) return RELAYING;
        const forwardPaths = begun.forwardPaths.flatMap((path) => this.#fullAddress(path) ?? []);
        return incomingPoint.goesApart(address, { ...begun, forwardPaths }) ? APART : undefined;
      },
      takeMessage: (octets, transaction) => this.#receive(octets, transaction),
      translate: (error, peer) => replyToExchangeFault(error, { journal, peer }),
      onDisturbance: (error) => journal.debug({ error }, 'exchange: connection failed'),
    };
  }

  #fullAddress(forwardPath: string): string | undefined {
    return forwardPath.includes('@') ? forwardPath : this.#options.postmaster;
  }

  async #receive(octets: AsyncIterable<Buffer>, transaction: SmtpTransaction<never>): Promise<SmtpReply> {
    const message = await pour(octets, this.#options.openSpool());
    if (message === 'too-large') return TOO_LARGE;
    try {
      return (
        refuseOctets(message.index) ?? (await this.#judging.take(() => this.#judge(message, transaction)))
      );
    } finally {
      await message.discard();
    }
  }

  async #judge(message: Scanned<SpooledMessage>, transaction: SmtpTransaction<never>): Promise<SmtpReply> {
    // IP-29
    const loop = refuseLoop(parseHeader(message.header), this.#options.hostName);
    if (loop !== undefined) return loop;
    const { reversePath, peer } = transaction;
    const forwardPaths = [
      ...new Set(transaction.forwardPaths.flatMap((path) => this.#fullAddress(path) ?? [])),
    ];
    const { address, helo, tls } = peer;
    const { incomingPoint } = this.#options;
    const incoming = { reversePath, forwardPaths, message, peer: { address, helo, tls } };
    const answer = await incomingPoint.receive(incoming);
    passCommitPoint('exchange-answering');
    return replyToAnswer(answer);
  }
}

function replyToAnswer(answer: ExchangeAnswer): SmtpReply {
  switch (answer.outcome) {
    case 'taken':
      return { code: 250, enhanced: '2.0.0', text: 'taken' };
    case 'refused':
      return { code: answer.code, enhanced: answer.enhanced, text: replyText(answer.text) };
    case 'try-later':
      return { code: 451, enhanced: '4.3.0', text: replyText(answer.text) };
  }
}
