// SPDX-License-Identifier: EUPL-1.2
import type { AddressInfo } from 'node:net';
import type { Accounts } from '../../mailroom/accounts/accounts.ts';
import type { LoginGuard } from '../../mailroom/accounts/login-guard.ts';
import type { SpooledMessage } from '../../mailroom/contents/spool.ts';
import type { Mailbox } from '../../mailroom/mailboxes/mailbox-store.ts';
import { passCommitPoint } from '../../platform/commit-points.ts';
import type { Journal } from '../../platform/journal.ts';
import { placeOf } from '../../platform/peer-place.ts';
import { pause, type Timers } from '../../platform/timers.ts';
import { serverTlsOptions, type TlsIdentity } from '../../platform/tls.ts';
import { Turns } from '../../platform/turns.ts';
import type { Scanned } from '../../trust/antivirus/scanner.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { refuseLoop } from '../../wire/smtp/hop-limit.ts';
import { type MessageSink, pour } from '../../wire/smtp/message-sink.ts';
import { refuseOctets } from '../../wire/smtp/octet-rules.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor, type SmtpDoorLimits } from '../../wire/smtp/smtp-door.ts';
import type { SmtpCredentials, SmtpHost, SmtpPeer, SmtpTransaction } from '../../wire/smtp/smtp-host.ts';
import { replyText, type SmtpReply } from '../../wire/smtp/smtp-reply.ts';
import { replyToSubmissionFault } from './submission-fault.ts';

/** What the access point answers. `refused` is for SMTP; whatever has been notified is `not-accepted`. */
export type SubmissionAnswer =
  | { readonly outcome: 'accepted'; readonly identifier: string }
  | { readonly outcome: 'not-accepted'; readonly identifier: string; readonly reason: string }
  | { readonly outcome: 'refused'; readonly reason: string; readonly text: string };

/** The access point, as this front sees it. */
export interface SubmissionPoint {
  /** Rejects with a Fault when nothing was decided. */
  submit(submission: {
    readonly mailbox: Mailbox;
    readonly reversePath: string;
    readonly forwardPaths: readonly string[];
    readonly message: Scanned<SpooledMessage>;
  }): Promise<SubmissionAnswer>;
  readonly limits: {
    /** Octets beyond which SMTP refuses and nothing is notified (AP-15). */
    readonly hardSizeBytes: number;
    readonly recipients: number;
  };
}

export interface SubmissionFrontOptions {
  readonly accessPoint: SubmissionPoint;
  readonly accounts: Pick<Accounts, 'authenticate' | 'stillOpens'>;
  readonly guard: LoginGuard;
  /** A spool that takes `hardSizeBytes`. */
  readonly openSpool: () => MessageSink<Scanned<SpooledMessage>>;
  readonly hostName: string;
  readonly identity: TlsIdentity;
  /** `implicit` for port 465 (RFC 8314), `starttls` for 587. */
  readonly mode: 'implicit' | 'starttls';
  readonly timers: Timers;
  readonly journal: Journal;
  readonly limits?: Partial<Omit<SmtpDoorLimits, 'messageBytes' | 'recipients'>>;
}

/** Messages judged at the same time: what judging takes of memory does not grow with the connections. */
export const JUDGED_AT_ONCE = 32;

const LOGIN_REFUSED: SmtpReply = { code: 535, enhanced: '5.7.8', text: 'wrong address or password' };
const LOGIN_SHUT: SmtpReply = {
  code: 454,
  enhanced: '4.7.0',
  text: 'too many failed logins, try again later',
};
/** RFC 5321 section 3.8: the connection ends with it, and the client comes again to log in anew. */
const LOGIN_OVER: SmtpReply = { code: 421, enhanced: '4.7.0', text: 'your login is over, log in again' };
const FOREIGN_SENDER: SmtpReply = {
  code: 553,
  enhanced: '5.7.1',
  text: 'the sender is not the address you logged in as',
};
const NO_DOMAIN: SmtpReply = { code: 553, enhanced: '5.1.3', text: 'the recipient needs a domain' };
const TOO_LARGE: SmtpReply = { code: 552, enhanced: '5.3.4', text: 'message exceeds the size limit' };

/** SMTP for our users (AP-1), within TLS only (SEC-2): who logged in hands over a message as himself. */
export class SubmissionFront implements AsyncDisposable {
  readonly #options: SubmissionFrontOptions;
  readonly #door: SmtpDoor<Mailbox>;
  readonly #judging = new Turns(JUDGED_AT_ONCE);

  constructor(options: SubmissionFrontOptions) {
    const { accessPoint, hostName, identity, mode, timers, limits } = options;
    this.#options = options;
    this.#door = new SmtpDoor({
      host: this.#host(),
      name: hostName,
      tls: serverTlsOptions(identity),
      mode,
      placeOf,
      timers,
      limits: {
        ...DEFAULT_SMTP_DOOR_LIMITS,
        ...limits,
        messageBytes: accessPoint.limits.hardSizeBytes,
        recipients: accessPoint.limits.recipients,
      },
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

  #host(): SmtpHost<Mailbox> {
    const { journal } = this.#options;
    return {
      authenticate: (credentials, peer) => this.#login(credentials, peer),
      // AP-3: no notification may go to somebody who did not write.
      checkSender: (reversePath, { user }) => {
        if (user === undefined) return FOREIGN_SENDER;
        if (!this.#options.accounts.stillOpens(user)) return LOGIN_OVER;
        return sameAddress(reversePath, user.address) ? undefined : FOREIGN_SENDER;
      },
      // Whether the recipient exists is for the receiving provider to say; its address need only be one.
      checkRecipient: (forwardPath) => (forwardPath.includes('@') ? undefined : NO_DOMAIN),
      takeMessage: (octets, transaction) => this.#submit(octets, transaction),
      translate: (error, peer) => replyToSubmissionFault(error, { journal, peer }),
      onDisturbance: (error) => journal.debug({ error }, 'submission: connection failed'),
    };
  }

  /** AP-2, SEC-1: nobody submits without having proved who he is. */
  async #login(
    credentials: SmtpCredentials,
    peer: SmtpPeer,
  ): Promise<{ readonly user: Mailbox } | { readonly refused: SmtpReply }> {
    const { guard, accounts, timers, journal } = this.#options;
    const facts = { session: peer.session, peer: peer.address, address: credentials.username };
    const ticket = guard.begin({ address: credentials.username, peerAddress: peer.address });
    if (ticket.waitMs === undefined) {
      journal.warn(facts, 'login turned away: too many failures before');
      ticket.end('not-tried');
      return { refused: LOGIN_SHUT };
    }
    try {
      if (ticket.waitMs > 0) await pause(timers, ticket.waitMs);
      const mailbox = await accounts.authenticate(credentials.username, credentials.password);
      ticket.end(mailbox === undefined ? 'failed' : 'succeeded');
      if (mailbox !== undefined) return { user: mailbox };
    } catch (error) {
      ticket.end('not-tried');
      throw error;
    }
    journal.warn(facts, 'login failed');
    return { refused: LOGIN_REFUSED };
  }

  async #submit(octets: AsyncIterable<Buffer>, transaction: SmtpTransaction<Mailbox>): Promise<SmtpReply> {
    const { accessPoint, openSpool } = this.#options;
    const { user: mailbox, reversePath, forwardPaths } = transaction;
    if (mailbox === undefined) return FOREIGN_SENDER;
    const message = await pour(octets, openSpool());
    // AP-15: above the hard limit there is no M2.
    if (message === 'too-large') return TOO_LARGE;
    try {
      // The mailbox may have been disabled, or got another password, while the message came in (AP-2).
      if (!this.#options.accounts.stillOpens(mailbox)) return LOGIN_OVER;
      const submission = { mailbox, reversePath, forwardPaths, message };
      // A loop gets no notice: it would go round as well.
      const refusal =
        refuseOctets(message.index) ?? refuseLoop(parseHeader(message.header), this.#options.hostName);
      if (refusal !== undefined) return refusal;
      const answer = await this.#judging.take(() => accessPoint.submit(submission));
      passCommitPoint('submission-answering');
      return replyToAnswer(answer);
    } finally {
      await message.discard();
    }
  }
}

function replyToAnswer(answer: SubmissionAnswer): SmtpReply {
  switch (answer.outcome) {
    case 'accepted':
      return { code: 250, enhanced: '2.0.0', text: `accepted as ${answer.identifier}` };
    // AP-16, U-8: the refusal is the notice in the mailbox; one by SMTP as well would be said twice.
    case 'not-accepted':
      return { code: 250, enhanced: '2.0.0', text: `taken as ${answer.identifier}, see the notice` };
    case 'refused':
      return { ...codesOf(answer.reason), text: replyText(answer.text) };
  }
}

function codesOf(reason: string): Pick<SmtpReply, 'code' | 'enhanced'> {
  switch (reason) {
    case 'too-large':
      return { code: 552, enhanced: '5.3.4' };
    case 'too-many-recipients':
      return { code: 554, enhanced: '5.5.3' };
    default:
      return { code: 554, enhanced: '5.7.1' };
  }
}
