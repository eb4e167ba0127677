// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Speaks SMTP by hand, octet by octet, for tests of servers. */
export class Dialogue implements Disposable {
  #socket: Socket;
  #received = '';
  #wake: () => void = () => {};
  #ended = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** `from` is the address to come from, any of 127.0.0.0/8. */
  static async open(
    port: number,
    options: { readonly tls?: boolean; readonly from?: string } = {},
  ): Promise<Dialogue> {
    const to = { port, host: '127.0.0.1', ...(options.from && { localAddress: options.from }) };
    const socket = options.tls ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to);
    await once(socket, options.tls ? 'secureConnect' : 'connect');
    socket.setNoDelay(true);
    return new Dialogue(socket);
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  /** Whether the server has closed the connection. */
  get isClosed(): boolean {
    return this.#ended;
  }

  write(octets: string | Buffer): void {
    this.#socket.write(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets);
  }

  /** Sends a line and returns the whole reply, its lines joined by `\n`. */
  async say(line: string): Promise<string> {
    this.write(`${line}\r\n`);
    return this.reply();
  }

  /** The next whole reply; what came when the server closed instead. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\n/.exec(this.#received);
      if (match !== null) {
        this.#received = this.#received.slice(match[0].length);
        return match[0].replaceAll('\r', '').trimEnd();
      }
      if (this.#ended) return `closed ${this.#received}`.trim();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Takes up TLS after a positive reply to STARTTLS. */
  async secure(): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners();
    plain.on('error', () => undefined);
    this.#socket = connectTls({ socket: plain, rejectUnauthorized: false });
    this.#listen();
    await once(this.#socket, 'secureConnect');
  }

  /** EHLO, STARTTLS, TLS, EHLO: the reply to the last. */
  async startTls(): Promise<string> {
    await this.say('EHLO client.test');
    const reply = await this.say('STARTTLS');
    if (!reply.startsWith('220')) throw new Error(reply);
    await this.secure();
    return this.say('EHLO client.test');
  }

  async closed(): Promise<void> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Breaks the connection off. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    this.#socket.on('error', () => this.#end());
    this.#socket.on('close', () => this.#end());
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}

/** The argument of AUTH PLAIN. */
export function plainToken(username: string, password: string): string {
  return Buffer.from(`\0${username}\0${password}`).toString('base64');
}
