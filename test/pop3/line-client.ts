// SPDX-License-Identifier: EUPL-1.2
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';

/** A client that speaks lines and hears all that comes, for dialogues with a server on the loopback. */
export class LineClient {
  #socket: Socket;
  #heard = '';
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  static implicit(port: number): LineClient {
    return new LineClient(connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }));
  }

  static clear(port: number): LineClient {
    return new LineClient(connect({ host: '127.0.0.1', port }));
  }

  /** SHA-256 of the certificate the server shows, as `fingerprintOf` writes it. */
  get peerFingerprint(): string | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate().fingerprint256 : undefined;
  }

  static fingerprintOf(certFile: string): string {
    return new X509Certificate(readFileSync(certFile)).fingerprint256;
  }

  #listen(socket: Socket): void {
    socket.on('data', (octets) => {
      this.#heard += octets.toString('latin1');
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** Goes on under TLS on the same connection. */
  async startTls(): Promise<void> {
    this.#socket.removeAllListeners('data');
    this.#socket = connectTls({ socket: this.#socket, rejectUnauthorized: false });
    this.#listen(this.#socket);
    await new Promise((resolve) => this.#socket.once('secureConnect', resolve));
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Says a line and hears the answer: one line, or up to the one with the dot. */
  async ask(line: string, shape: 'line' | 'lines' = 'line'): Promise<string> {
    this.send(`${line}\r\n`);
    return this.hear(shape);
  }

  /** Rejects when the server closes before the answer is whole. */
  async hear(shape: 'line' | 'lines' = 'line'): Promise<string> {
    const end = shape === 'line' ? '\r\n' : '\r\n.\r\n';
    for (;;) {
      const at = this.#heard.indexOf(end);
      if (at >= 0) {
        const answer = this.#heard.slice(0, at + end.length);
        this.#heard = this.#heard.slice(answer.length);
        return answer;
      }
      if (this.#closed) throw new Error(`the server closed after ${JSON.stringify(this.#heard)}`);
      await this.#change();
    }
  }

  /** All that comes until the server closes. */
  async hearTheEnd(): Promise<string> {
    while (!this.#closed) await this.#change();
    return this.#heard;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Greeting, USER and PASS; gives the last answer. */
  async logIn(address: string, password: string): Promise<string> {
    await this.hear();
    await this.ask(`USER ${address}`);
    return this.ask(`PASS ${password}`);
  }

  /** Leaves without a word. */
  async vanish(): Promise<void> {
    this.#socket.destroy();
    while (!this.#closed) await this.#change();
  }
}
