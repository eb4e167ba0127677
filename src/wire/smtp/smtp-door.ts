// SPDX-License-Identifier: EUPL-1.2
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type {
  SMTPServerAddress,
  SMTPServerAuthentication,
  SMTPServerAuthenticationResponse,
  SMTPServerDataStream,
  SMTPServerOptions,
  SMTPServerSession,
} from 'smtp-server';
import { DoorListener } from './door-listener.ts';
import { DoorPlaces, type PlaceLimits } from './door-places.ts';
import { type DoorTimers, machineTimers } from './door-timers.ts';
import { IncomingMessage } from './incoming-message.ts';
import type { SmtpContext, SmtpHost, SmtpPeer } from './smtp-host.ts';
import { replyWords, type SmtpReply } from './smtp-reply.ts';

export interface SmtpDoorLimits extends PlaceLimits {
  /** Octets of a message; announced with SIZE (RFC 1870). */
  readonly messageBytes: number;
  /** Octets beyond `messageBytes` that are read and thrown away before the peer is cut off. */
  readonly drainBytes: number;
  /** Recipients of a transaction; the next is refused with 452 (RFC 5321 section 4.5.3.1.10). */
  readonly recipients: number;
  /** Silence of the peer; RFC 5321 section 4.5.3.2.7 asks for five minutes. */
  readonly idleMs: number;
  /** To log in, and again to begin a message, whatever else is said meanwhile. */
  readonly setupMs: number;
  /** From the beginning of a message, its MAIL command, to its end. */
  readonly messageMs: number;
  /** Failed logins on one connection. */
  readonly failedLogins: number;
  /** Octets of a command line. */
  readonly commandBytes: number;
  /** How long closing waits for messages coming in. */
  readonly closeMs: number;
}

export const DEFAULT_SMTP_DOOR_LIMITS: Omit<SmtpDoorLimits, 'messageBytes' | 'recipients'> = {
  connections: 1000,
  connectionsPerAddress: 50,
  drainBytes: 64 * 1024 * 1024,
  idleMs: 5 * 60_000,
  setupMs: 5 * 60_000,
  messageMs: 30 * 60_000,
  failedLogins: 3,
  commandBytes: 4096,
  closeMs: 5_000,
};

export interface SmtpDoorOptions<User> {
  readonly host: SmtpHost<User>;
  /** The name of this machine, for greeting and EHLO. */
  readonly name: string;
  readonly tls: TlsOptions;
  /** `implicit`: TLS from the first octet (RFC 8314); `starttls`: offered (RFC 3207). */
  readonly mode: 'implicit' | 'starttls';
  /** Which addresses are one place for `connectionsPerAddress`; each for itself unless told. */
  readonly placeOf?: (address: string) => string;
  /** The machine's unless told. */
  readonly timers?: DoorTimers;
  readonly limits: SmtpDoorLimits;
}

/** Parameters of MAIL and RCPT that are understood, or tolerated because clients send them unasked. */
const MAIL_PARAMETERS = new Set(['SIZE', 'BODY', 'AUTH', 'RET', 'ENVID']);
const RCPT_PARAMETERS = new Set(['NOTIFY', 'ORCPT']);
const UNKNOWN_PARAMETER: SmtpReply = { code: 555, enhanced: '5.5.4', text: 'parameter not supported' };

const ENDLESS: SmtpReply = { code: 421, enhanced: '4.3.0', text: 'far more than the announced size limit' };
const PEER_LEFT: SmtpReply = { code: 421, enhanced: '4.4.2', text: 'connection lost' };

/** Commands of the library that no mail server of today has. */
const DISABLED = ['XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL', 'HELP'];

/** A listening SMTP server (RFC 5321): the language only, the host decides. */
export class SmtpDoor<User> implements AsyncDisposable {
  readonly #options: SmtpDoorOptions<User>;
  readonly #server: DoorListener;
  readonly #places: DoorPlaces;
  readonly #failedLogins = new Map<string, number>();

  constructor(options: SmtpDoorOptions<User>) {
    this.#options = options;
    const { limits, timers = machineTimers, placeOf = (address) => address } = options;
    const { setupMs, messageMs } = limits;
    this.#places = new DoorPlaces(limits, placeOf);
    this.#server = new DoorListener(this.#serverOptions(), {
      places: this.#places,
      patience: { timers, setupMs, messageMs },
    });
    this.#server.on('error', (error) => options.host.onDisturbance(error));
  }

  /** Connections open now. */
  get connections(): number {
    return this.#places.taken;
  }

  /** Starts listening; port 0 takes a free one. Rejects with the system's error, such as EADDRINUSE. */
  listen(where: { readonly port: number; readonly host: string }): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      const { server } = this.#server;
      server.once('error', reject);
      this.#server.listen({ ...where }, () => {
        server.off('error', reject);
        resolve(server.address() as AddressInfo);
      });
    });
  }

  /** Takes up a renewed certificate; open connections keep theirs. */
  renewTls(tls: TlsOptions): void {
    this.#server.updateSecureContext(tls);
  }

  /** Stops listening, tells idle peers goodbye and waits a little for messages coming in. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(resolve);
      this.#server.dismissIdle();
    });
    this.#places.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #serverOptions(): SMTPServerOptions {
    const { host, name, tls, mode, limits } = this.#options;
    return {
      ...tls,
      name,
      heloResponse: '%s',
      secure: mode === 'implicit',
      noDelay: true,
      keepAlive: true,
      logger: false,
      disableReverseLookup: true,
      authMethods: ['PLAIN', 'LOGIN'],
      disabledCommands: host.authenticate === undefined ? [...DISABLED, 'AUTH'] : DISABLED,
      authRequiredMessage: '5.7.0 log in first',
      hideENHANCEDSTATUSCODES: false,
      hideSMTPUTF8: true,
      hideDSN: true,
      hideREQUIRETLS: true,
      size: limits.messageBytes,
      maxRecipients: limits.recipients,
      maxCommandLength: limits.commandBytes,
      socketTimeout: limits.idleMs,
      closeTimeout: limits.closeMs,
      onAuth: (auth, session, callback) => {
        this.#login(auth, session).then((answer) => callback(null, answer), callback);
      },
      onMailFrom: (address, session, callback) => callback(asError(this.#checkMail(address, session))),
      onRcptTo: (address, session, callback) => callback(asError(this.#checkRcpt(address, session))),
      onData: (stream, session, callback) => {
        this.#receive(stream, session).then((reply) => {
          this.#server.progress(session.id, 'message-ended');
          if (reply.code === 250) callback(null, replyWords(reply));
          else callback(asError(reply));
        }, callback);
      },
      onClose: (session) => {
        this.#failedLogins.delete(session.id);
      },
    };
  }

  async #login(
    auth: SMTPServerAuthentication,
    session: SMTPServerSession,
  ): Promise<SMTPServerAuthenticationResponse> {
    const { host, limits } = this.#options;
    const peer = peerOf(session);
    let refused: SmtpReply;
    try {
      const answer = await host.authenticate?.(credentialsOf(auth), peer);
      if (answer !== undefined && 'user' in answer) {
        this.#server.progress(session.id, 'logged-in');
        return { user: answer.user };
      }
      refused = answer?.refused ?? { code: 535, enhanced: '5.7.8', text: 'authentication failed' };
    } catch (error) {
      refused = host.translate(error, peer);
    }
    const failures = (this.#failedLogins.get(session.id) ?? 0) + 1;
    this.#failedLogins.set(session.id, failures);
    // The library closes the connection after a 421.
    if (failures >= limits.failedLogins)
      refused = { code: 421, enhanced: '4.7.0', text: 'too many failed logins' };
    return { responseCode: refused.code, message: replyWords(refused) };
  }

  #checkMail(address: SMTPServerAddress, session: SMTPServerSession): SmtpReply | undefined {
    if (hasOther(address, MAIL_PARAMETERS)) return UNKNOWN_PARAMETER;
    const refused = this.#ask(session, (context) => this.#options.host.checkSender(address.address, context));
    if (refused === undefined) this.#server.progress(session.id, 'message-begun');
    return refused;
  }

  #checkRcpt(address: SMTPServerAddress, session: SMTPServerSession): SmtpReply | undefined {
    if (hasOther(address, RCPT_PARAMETERS)) return UNKNOWN_PARAMETER;
    return this.#ask(session, (context) =>
      this.#options.host.checkRecipient(address.address, { ...context, ...pathsOf(session) }),
    );
  }

  #ask(
    session: SMTPServerSession,
    question: (context: SmtpContext<User>) => SmtpReply | undefined,
  ): SmtpReply | undefined {
    const peer = peerOf(session);
    try {
      return question({ peer, user: userOf(session) });
    } catch (error) {
      return this.#options.host.translate(error, peer);
    }
  }

  /** The reply is given only once the peer has said all: one given earlier would be read as another's. */
  async #receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<SmtpReply> {
    const { host, limits } = this.#options;
    const peer = peerOf(session);
    const transaction = { peer, user: userOf<User>(session), ...pathsOf(session) };
    const message = new IncomingMessage(stream, limits.messageBytes + limits.drainBytes);
    let reply: SmtpReply;
    try {
      reply = await host.takeMessage(message.octets(), transaction);
    } catch (error) {
      // A peer that left before the end hears nothing any more.
      if (message.isBroken) return PEER_LEFT;
      reply = message.isEndless ? ENDLESS : host.translate(error, peer);
    }
    return (await message.drain()) ? reply : ENDLESS;
  }
}

function peerOf(session: SMTPServerSession): SmtpPeer {
  const { id, remoteAddress, hostNameAppearsAs, secure } = session;
  return { session: id, address: remoteAddress, helo: hostNameAppearsAs || '', tls: secure };
}

function pathsOf({ envelope: { mailFrom, rcptTo } }: SMTPServerSession) {
  return {
    reversePath: mailFrom === false ? '' : mailFrom.address,
    forwardPaths: rcptTo.map(({ address }) => address),
  };
}

/** The library stores what `authenticate` gave as `any`. */
function userOf<User>(session: SMTPServerSession): User | undefined {
  return session.user as User | undefined;
}

/** RFC 4616: nobody acts for somebody else here, so another authorization identity is none of ours. */
function credentialsOf(auth: SMTPServerAuthentication): { username: string; password: string } {
  const { username = '', password, authcid = '', authzid = '' } = auth;
  const other = authcid !== '' && authzid !== '' && authcid.toLowerCase() !== authzid.toLowerCase();
  return { username: other ? '' : username, password: password ?? '' };
}

function hasOther(address: SMTPServerAddress, known: ReadonlySet<string>): boolean {
  return Object.keys(address.args || {}).some((keyword) => !known.has(keyword));
}

/** Refusals reach the library as errors. */
function asError(reply: SmtpReply | undefined): Error | null {
  if (reply === undefined) return null;
  return Object.assign(new Error(replyWords(reply)), { responseCode: reply.code });
}
