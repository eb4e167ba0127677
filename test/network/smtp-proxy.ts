// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket, connect as tlsConnect } from 'node:tls';

/** A moment of an SMTP session at which something can go wrong, in the order in which they come; `DATA` stands for BDAT too. */
export const STAGES = [
  'connect',
  'greeting',
  'EHLO',
  'STARTTLS',
  'handshake',
  'EHLO over TLS',
  'MAIL',
  'RCPT',
  'DATA',
  'middle of the message',
  'final dot',
  'reply to the final dot',
  'QUIT',
] as const;
export type Stage = (typeof STAGES)[number];

/**
 * `cut`: both connections break. `silence`: nothing passes any more, and nobody is told. `client-cut`, `server-cut`:
 * only that side learns of it, the other stays half open.
 */
export type Mishap = 'cut' | 'silence' | 'client-cut' | 'server-cut';

/** What the proxy does at its next occasions, one after the other; after the last all goes well. */
export interface Plan {
  readonly stage: Stage;
  readonly mishap: Mishap;
}

/** Octets of a message that pass before its middle. */
const MIDDLE_BYTES = 400;

/**
 * Stands between two providers and lets their SMTP pass, with TLS of its own on both sides, so that it sees every
 * command. Things go wrong where the plans say.
 */
export class SmtpProxy implements AsyncDisposable {
  /** Mishaps to come; each happens once. */
  readonly plans: Plan[] = [];
  /** What has gone wrong so far. */
  readonly happened: Plan[] = [];
  /** Every octet waits so long. */
  delayMs = 0;
  /** The connection over which that many octets have passed, in either direction, breaks; once. */
  cutAfterOctets: number | undefined;
  /** Said instead of the greeting, and then the end. */
  refusal: string | undefined;
  connections = 0;
  /** Whether the client does not get to know that the server offers CHUNKING. */
  hidesChunking = false;
  /** What the proxy shows as the machine's certificate. */
  identity: { readonly key: Buffer; readonly cert: Buffer };
  readonly #to: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(to: number, identity: SmtpProxy['identity']) {
    this.#to = to;
    this.identity = identity;
    this.#server = createServer((client) => {
      this.connections++;
      this.keep(client);
      if (this.refusal !== undefined) client.end(`${this.refusal}\r\n`);
      else new Passage(this, client, this.#to).begin();
    });
  }

  static async open(to: number, identity: SmtpProxy['identity']): Promise<SmtpProxy> {
    const proxy = new SmtpProxy(to, identity);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** The mishap of that stage, if it is the next one; it is then over. */
  next(stage: Stage): Mishap | undefined {
    const [plan] = this.plans;
    if (plan?.stage !== stage) return undefined;
    this.plans.shift();
    this.happened.push(plan);
    return plan.mishap;
  }

  /** Whether that many octets are too many for the line to hold: it breaks once, with them. */
  passOctets(octets: number): boolean {
    if (this.cutAfterOctets === undefined) return false;
    this.cutAfterOctets -= octets;
    if (this.cutAfterOctets > 0) return false;
    this.cutAfterOctets = undefined;
    return true;
  }

  /** Every connection ends at once. */
  breakAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.breakAll();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** One connection through the proxy. */
class Passage {
  readonly #proxy: SmtpProxy;
  readonly #plainClient: Socket;
  readonly #plainServer: Socket;
  #client: Socket;
  #server: Socket;
  /** What is read next from the client, and what the reply that comes is to. */
  #phase: 'commands' | 'DATA asked' | 'message' | 'dot sent' = 'commands';
  #startTlsAsked = false;
  #held = '';
  #tail = '';
  #messageBytes = 0;
  /** Octets that are left of a message that comes by BDAT. */
  #chunkBytes: number | undefined;
  #dead = false;

  constructor(proxy: SmtpProxy, client: Socket, to: number) {
    this.#proxy = proxy;
    this.#plainClient = client;
    this.#client = client;
    this.#plainServer = connect({ host: '127.0.0.1', port: to });
    this.#server = this.#plainServer;
    proxy.keep(this.#plainServer);
  }

  begin(): void {
    if (this.#strikes('connect')) return;
    this.#listen();
  }

  #listen(): void {
    const { delayMs } = this.#proxy;
    const [client, server] = [this.#client, this.#server];
    const later = (work: () => void) => (delayMs > 0 ? setTimeout(work, delayMs) : work());
    client.on('data', (chunk: Buffer) => later(() => this.#client === client && this.#fromClient(chunk)));
    server.on('data', (chunk: Buffer) => later(() => this.#server === server && this.#fromServer(chunk)));
    client.on('close', () => !this.#dead && this.#client === client && server.destroy());
    server.on('close', () => !this.#dead && this.#server === server && later(() => client.end()));
  }

  /** Whether something goes wrong here: then nothing passes any more. */
  #strikes(stage: Stage): boolean {
    const mishap = this.#proxy.next(stage);
    if (mishap === undefined) return false;
    this.#dead = true;
    if (mishap === 'cut' || mishap === 'client-cut') this.#client.destroy();
    if (mishap === 'cut' || mishap === 'server-cut') this.#server.destroy();
    return true;
  }

  /** Whether the octets that may still pass are used up, whatever they say. */
  #cutHere(octets: number): boolean {
    if (!this.#proxy.passOctets(octets)) return false;
    this.#dead = true;
    this.#client.destroy();
    this.#server.destroy();
    return true;
  }

  #fromClient(chunk: Buffer): void {
    if (this.#dead || this.#cutHere(chunk.length)) return;
    if (this.#phase === 'message') {
      this.#message(chunk);
      return;
    }
    this.#held += chunk.toString('latin1');
    for (let end = this.#held.indexOf('\r\n'); end >= 0 && !this.#dead; end = this.#held.indexOf('\r\n')) {
      const line = this.#held.slice(0, end);
      this.#held = this.#held.slice(end + 2);
      if (this.#command(line) === 'message begins') {
        const begun = Buffer.from(this.#held, 'latin1');
        this.#held = '';
        this.#message(begun);
      }
    }
  }

  #command(line: string): 'message begins' | undefined {
    const verb = line.split(' ')[0]?.toUpperCase() ?? '';
    const secured = verb === 'EHLO' && this.#client !== this.#plainClient;
    const stage = secured ? 'EHLO over TLS' : verb === 'BDAT' ? 'DATA' : verb;
    if (isStage(stage) && this.#strikes(stage)) return undefined;
    if (verb === 'STARTTLS') this.#startTlsAsked = true;
    if (verb === 'DATA') this.#phase = 'DATA asked';
    this.#server.write(`${line}\r\n`, 'latin1');
    if (verb !== 'BDAT') return undefined;
    this.#phase = 'message';
    this.#chunkBytes = Number(line.split(' ')[1]);
    return 'message begins';
  }

  #message(chunk: Buffer): void {
    this.#messageBytes += chunk.length;
    const middle = 'middle of the message';
    if (this.#messageBytes > MIDDLE_BYTES && this.#proxy.plans[0]?.stage === middle) {
      this.#dead = true;
      this.#server.write(chunk.subarray(0, MIDDLE_BYTES), () => this.#strikes(middle));
      return;
    }
    this.#server.write(chunk);
    if (this.#chunkBytes !== undefined) {
      // No command comes behind it before it is answered.
      this.#chunkBytes -= chunk.length;
      if (this.#chunkBytes > 0) return;
      this.#chunkBytes = undefined;
      this.#phase = 'dot sent';
      return;
    }
    this.#tail = (this.#tail + chunk.toString('latin1')).slice(-5);
    if (this.#tail === '\r\n.\r\n') this.#phase = 'dot sent';
  }

  #fromServer(chunk: Buffer): void {
    if (this.#dead || this.#cutHere(chunk.length)) return;
    if (this.#messageBytes === 0 && /^220 /.test(chunk.toString('latin1')) && !this.#startTlsAsked) {
      if (this.#strikes('greeting')) return;
    }
    if (this.#startTlsAsked && this.#client === this.#plainClient) {
      this.#takeUpTls(chunk);
      return;
    }
    if (this.#phase === 'dot sent') {
      // The server has the message, and the client is not told.
      if (this.#strikes('final dot')) return;
      const [plan] = this.#proxy.plans;
      if (plan?.stage === 'reply to the final dot') {
        this.#client.write(chunk.subarray(0, 6), () => this.#strikes('reply to the final dot'));
        return;
      }
      this.#phase = 'commands';
      this.#messageBytes = 0;
      this.#tail = '';
    }
    const reply = chunk.toString('latin1');
    if (this.#phase === 'DATA asked' && /(^|\n)354/.test(reply)) this.#phase = 'message';
    this.#client.write(this.#proxy.hidesChunking ? reply.replace('250-CHUNKING\r\n', '') : reply, 'latin1');
  }

  #takeUpTls(reply: Buffer): void {
    this.#client.write(reply);
    if (!/^220/.test(reply.toString('latin1'))) return;
    if (this.#strikes('handshake')) return;
    for (const socket of [this.#plainClient, this.#plainServer]) {
      socket.removeAllListeners('data');
      socket.removeAllListeners('close');
    }
    this.#client = new TLSSocket(this.#plainClient, {
      isServer: true,
      secureContext: createSecureContext({ ...this.#proxy.identity }),
    });
    this.#server = tlsConnect({ socket: this.#plainServer, rejectUnauthorized: false });
    this.#proxy.keep(this.#client);
    this.#proxy.keep(this.#server);
    this.#held = '';
    this.#listen();
  }
}

function isStage(word: string): word is Stage {
  return (STAGES as readonly string[]).includes(word);
}
