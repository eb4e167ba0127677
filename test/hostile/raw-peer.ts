// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const PATIENCE_MS = 30_000;

/** A peer that says whatever it likes, and hears what it is told. */
export class RawPeer implements Disposable {
  #socket: Socket;
  #heard = '';
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** `from` is the address the connection comes from: all of 127.0.0.0/8 is this machine. */
  static async plain(port: number, from = '127.0.0.1'): Promise<RawPeer> {
    const socket = connectPlain({ host: '127.0.0.1', port, localAddress: from });
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  static async tls(port: number, from = '127.0.0.1'): Promise<RawPeer> {
    // Who attacks does not ask whom.
    const below = connectPlain({ host: '127.0.0.1', port, localAddress: from });
    const socket = connectTls({ socket: below, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return new RawPeer(socket);
  }

  get heard(): string {
    return this.#heard;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Waits for room where the other side does not read. */
  async says(octets: string | Buffer): Promise<void> {
    if (
      this.#closed ||
      this.#socket.write(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets)
    )
      return;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        this.#socket.off('drain', goOn);
        this.#socket.off('close', goOn);
        resolve();
      };
      this.#socket.on('drain', goOn);
      this.#socket.on('close', goOn);
    });
  }

  /** What was heard since the last call, up to the first match or the end of the connection. */
  async hears(pattern: RegExp): Promise<string> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = pattern.exec(this.#heard);
      if (found !== null || this.#closed) {
        const length = found === null ? this.#heard.length : found.index + found[0].length;
        const text = this.#heard.slice(0, length);
        this.#heard = this.#heard.slice(length);
        return text;
      }
      if (performance.now() > end) throw new Error(`not heard: ${pattern}; but ${this.#heard.slice(-300)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 500).unref();
      });
    }
  }

  /** Says a line and gives the reply that ends with this. */
  async asks(line: string, answer = /^\d{3} .*\r\n/m): Promise<string> {
    await this.says(`${line}\r\n`);
    return this.hears(answer);
  }

  /** Whether the other side has closed, at the latest after the patience of a test. */
  async isSentAway(): Promise<boolean> {
    await this.hears(/(?!)/).catch(() => undefined);
    return this.#closed;
  }

  /** The same connection, in TLS from now on. */
  async upgrades(): Promise<void> {
    this.#socket.removeAllListeners('data');
    const socket = connectTls({ socket: this.#socket, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    this.#socket = socket;
    this.#heard = '';
    this.#listen();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const wake = () => this.#wake();
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#heard += chunk.toString('latin1');
      wake();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#closed = true;
      wake();
    });
  }
}

export function authPlain(user: string, password: string): string {
  return Buffer.from(`\0${user}\0${password}`).toString('base64');
}
