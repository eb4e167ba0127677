// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { DeflateRaw, InflateRaw } from 'node:zlib';

export interface Server {
  readonly port: number;
  readonly caFile: string;
}

/** Patience with a server under test. */
const PATIENCE_MS = 30_000;

/** An IMAP connection that sends octets and gives back all that is said; one character an octet. */
export class RawClient implements Disposable {
  #socket: Socket;
  #deflate: DeflateRaw | undefined;
  #flush = 0;
  #received = '';
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  /** Connects over TLS and passes over the greeting. */
  static async open(server: Server): Promise<RawClient> {
    const client = await RawClient.openUngreeted(server);
    await client.until(/^\* OK .*\r\n/);
    return client;
  }

  /** The same, whatever the server says first. */
  static async openUngreeted({ port, caFile }: Server): Promise<RawClient> {
    return new RawClient(connectTls({ host: '127.0.0.1', port, ca: readFileSync(caFile) }));
  }

  /** Connects without TLS and passes over the greeting. */
  static async openPlain(port: number): Promise<RawClient> {
    const client = await RawClient.openPlainUngreeted(port);
    await client.until(/^\* OK .*\r\n/);
    return client;
  }

  static async openPlainUngreeted(port: number): Promise<RawClient> {
    return new RawClient(connect({ host: '127.0.0.1', port }));
  }

  /** Resolves when the server has closed, with what it said that nobody waited for. */
  async closed(): Promise<string> {
    while (!this.#closed) await this.#more(/the end/);
    return this.#received;
  }

  /** Takes nothing any more. */
  pause(): void {
    this.#socket.pause();
  }

  #listen(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on('data', (octets: Buffer) => this.#take(octets));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#over());
  }

  /** RFC 9051 section 6.2.1. */
  async startTls(caFile: string): Promise<void> {
    await this.command('starttls', 'STARTTLS');
    const plain = this.#socket;
    plain.removeAllListeners();
    const socket = connectTls({ socket: plain, host: '127.0.0.1', ca: readFileSync(caFile) });
    this.#socket = socket;
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    this.#listen(socket);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  send(octets: string): void {
    if (this.#deflate === undefined) this.#socket.write(octets, 'latin1');
    else {
      this.#deflate.write(octets, 'latin1');
      this.#deflate.flush(this.#flush);
    }
  }

  /** Sends octets as they are, past any compression. */
  sendRaw(octets: Buffer): void {
    this.#socket.write(octets);
  }

  /** From now on what is sent goes through one stream, and what comes through the other. */
  through(deflate: DeflateRaw | undefined, inflate: InflateRaw, flush: number): void {
    this.#deflate = deflate;
    this.#flush = flush;
    deflate?.on('data', (octets: Buffer) => this.#socket.write(octets));
    inflate.on('data', (octets: Buffer) => this.#take(octets));
    this.#socket.removeAllListeners('data').removeAllListeners('close');
    this.#socket.on('data', (octets: Buffer) => inflate.write(octets));
    // What came last is inflated after the socket closed; no server ends its stream properly.
    this.#socket.on('close', () => inflate.end());
    inflate.on('error', () => this.#over());
    inflate.on('end', () => this.#over());
  }

  #over(): void {
    this.#closed = true;
    this.#wake();
  }

  #take(octets: Buffer): void {
    this.#received += octets.toString('latin1');
    this.#wake();
  }

  /** Everything said up to the end of what the pattern finds. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#received);
      if (match !== null) {
        const end = match.index + match[0].length;
        const said = this.#received.slice(0, end);
        this.#received = this.#received.slice(end);
        return said;
      }
      if (this.#closed) throw new Error(`closed after ${JSON.stringify(this.#received.slice(-500))}`);
      await this.#more(pattern);
    }
  }

  /** Sends a command under a tag; everything said up to its tagged answer. */
  command(tag: string, command: string): Promise<string> {
    this.send(`${tag} ${command}\r\n`);
    return this.until(new RegExp(`(?:^|\\r\\n)${tag} (?:OK|NO|BAD)[^\\r\\n]*\\r\\n`));
  }

  #more(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const said = () => `still no ${pattern}: ${JSON.stringify(this.#received.slice(-500))}`;
      const timer = setTimeout(() => reject(new Error(said())), PATIENCE_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
