// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';

/** Patience with a server under test. */
const PATIENCE_MS = 30_000;

/** An IMAP connection over TLS that sends octets and gives back all that is said; one character an octet. */
export class RawClient implements Disposable {
  readonly #socket: TLSSocket;
  #received = '';
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** Connects and passes over the greeting. */
  static async open(server: { readonly port: number; readonly caFile: string }): Promise<RawClient> {
    const { port, caFile } = server;
    const socket = connect({ host: '127.0.0.1', port, ca: readFileSync(caFile) });
    const client = new RawClient(socket);
    await client.until(/^\* OK .*\r\n/);
    return client;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  send(octets: string): void {
    this.#socket.write(octets, 'latin1');
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
