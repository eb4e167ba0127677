// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface Account {
  readonly user: string;
  readonly password: string;
}

/**
 * One connection over which an account submits, with pipelining (RFC 2920) and little work of its own.
 * Certificates are not checked: the server is measured.
 */
export class Submitter {
  readonly account: Account;
  readonly #socket: TLSSocket;
  #text = '';
  #replies: ((line: string) => void)[] = [];
  #failure: Error | undefined;

  private constructor(socket: TLSSocket, account: Account) {
    this.account = account;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk.toString('latin1')));
    socket.on('error', (error) => {
      this.#failure = error;
    });
    socket.on('close', () => {
      const text = `421 closed ${this.#failure?.message ?? ''}`;
      for (const waiting of this.#replies.splice(0)) waiting(text);
    });
  }

  static async open(port: number, account: Account): Promise<Submitter> {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    const submitter = new Submitter(socket, account);
    await submitter.#expect('2');
    await submitter.#command('EHLO bench.posta.test', '2');
    const plain = Buffer.from(`\0${account.user}\0${account.password}`).toString('base64');
    await submitter.#command(`AUTH PLAIN ${plain}`, '2');
    return submitter;
  }

  /** Submits a message that ends with CRLF and has no line that starts with a dot; resolves at its 250. */
  async submit(octets: Buffer, recipients: readonly string[]): Promise<void> {
    const forward = recipients.map((recipient) => `RCPT TO:<${recipient}>\r\n`).join('');
    const taken = ['2', ...recipients.map(() => '2'), '3'].map((first) => this.#expect(first));
    this.#socket.write(`MAIL FROM:<${this.account.user}>\r\n${forward}DATA\r\n`);
    await Promise.all(taken);
    const accepted = this.#expect('2');
    this.#socket.cork();
    this.#socket.write(octets);
    this.#socket.write('.\r\n');
    this.#socket.uncork();
    await accepted;
  }

  close(): void {
    this.#socket.end('QUIT\r\n');
    this.#socket.destroySoon();
  }

  #command(line: string, expected: string): Promise<void> {
    this.#socket.write(`${line}\r\n`);
    return this.#expect(expected);
  }

  #expect(first: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#replies.push((line) => {
        if (line.startsWith(first)) resolve();
        else reject(new Error(`the server answered ${line}`));
      });
    });
  }

  #take(text: string): void {
    const lines = (this.#text + text).split('\r\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) if (line[3] !== '-') this.#replies.shift()?.(line);
  }
}
