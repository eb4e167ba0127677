// SPDX-License-Identifier: EUPL-1.2
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Clock } from '../../../platform/clock.ts';
import { Fault } from '../../../platform/faults.ts';
import type { Journal } from '../../../platform/journal.ts';
import type { Timers } from '../../../platform/timers.ts';
import type { ImapBackend } from '../../../wire/imap/imap-backend.ts';
import { ImapSession } from '../../../wire/imap/imap-session.ts';
import type { ImapConnection, SessionLimits } from '../../../wire/imap/session/session-options.ts';
import type { ImapFrontLimits } from '../front-limits.ts';
import type { ImapTexts } from '../front-texts.ts';
import { Transport } from './transport.ts';

export interface ConnectionOptions {
  readonly backend: ImapBackend;
  readonly implicitTls: boolean;
  readonly secureContext: () => SecureContext;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly limits: ImapFrontLimits;
  readonly compress: boolean;
  readonly sessionLimits: Partial<SessionLimits>;
  readonly texts: ImapTexts;
  /** What ID tells. */
  readonly id: Readonly<Record<string, string>>;
  /** Called once, when the socket is closed. */
  readonly onClosed: () => void;
}

/** One client: its socket, its session, and the time it may take. */
export class ClientConnection implements ImapConnection {
  readonly #options: ConnectionOptions;
  readonly #transport: Transport;
  readonly #session: ImapSession;
  #cancelLogIn: () => void;
  #cancelIdle: () => void = () => undefined;
  #cancelClose: () => void = () => undefined;
  #over = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#options = options;
    this.#transport = new Transport(socket, {
      received: (octets) => this.#session.receive(octets),
      alive: () => this.#restartIdle(),
      closed: () => this.#closed(),
    });
    this.#session = new ImapSession({
      backend: options.backend,
      connection: this,
      encrypted: options.implicitTls,
      startTls: true,
      compress: options.compress,
      id: options.id,
      limits: options.sessionLimits,
      now: () => options.clock.now(),
      onFault: (fault, command) => this.#tellFault(fault, command),
    });
    this.#cancelLogIn = options.timers.after(options.limits.logInMs, () => {
      if (this.#session.state === 'not-authenticated') this.#sendAway(options.texts.noLogIn, undefined);
    });
  }

  /** Greets the client, or tells it why it cannot stay. */
  async begin(refusal?: string): Promise<void> {
    const { implicitTls, secureContext } = this.#options;
    if (implicitTls && !(await this.#transport.startTls(secureContext()))) return this.destroy();
    if (this.#over) return;
    if (refusal === undefined) this.#session.greet();
    else this.#sendAway(refusal, 'LIMIT');
    this.#transport.start();
    this.#restartIdle();
  }

  /** Sends the client away because the server stops. */
  stop(): void {
    this.#sendAway(this.#options.texts.stopping, 'UNAVAILABLE');
  }

  /** Sends the client away because its log-in is worth nothing any more. */
  revoke(): void {
    this.#sendAway(this.#options.texts.logInOver, undefined);
  }

  destroy(): void {
    this.#transport.destroy();
  }

  write(octets: Buffer): Promise<void> | undefined {
    return this.#transport.write(octets);
  }

  async startTls(): Promise<void> {
    if (await this.#transport.startTls(this.#options.secureContext())) this.#transport.start();
    else this.destroy();
  }

  compress(waiting: Buffer): void {
    this.#transport.compress(waiting);
  }

  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  close(): void {
    const { timers, limits } = this.#options;
    this.#transport.end();
    this.#cancelClose();
    this.#cancelClose = timers.after(limits.closeMs, () => this.destroy());
  }

  /** Says BYE; whoever does not take it is closed all the same. */
  #sendAway(text: string, code: string | undefined): void {
    const { timers, limits } = this.#options;
    this.#cancelClose();
    this.#cancelClose = timers.after(limits.closeMs, () => this.destroy());
    this.#session.bye(text, code);
  }

  /** RFC 9051 section 5.4. */
  #restartIdle(): void {
    this.#cancelIdle();
    if (this.#over) return;
    const { timers, limits } = this.#options;
    this.#cancelIdle = timers.after(limits.idleMs, () => {
      if (!this.#session.isIdling) return this.#idleTooLong();
      // RFC 9051 section 6.3.13: who waits in IDLE is silent by intent.
      this.#cancelIdle = timers.after(limits.idlingMs - limits.idleMs, () => this.#idleTooLong());
    });
  }

  #idleTooLong(): void {
    this.#sendAway(this.#options.texts.idleTooLong, undefined);
  }

  #closed(): void {
    this.#over = true;
    this.#cancelLogIn();
    this.#cancelIdle();
    this.#cancelClose();
    this.#session.end();
    this.#options.onClosed();
  }

  #tellFault(fault: unknown, command: string): void {
    const code = fault instanceof Fault ? fault.code : 'unexpected';
    this.#options.journal.error({ command, code, error: fault }, 'an IMAP command failed');
  }
}
