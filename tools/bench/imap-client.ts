// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Answer {
  /** From the command to its tagged reply. */
  readonly ms: number;
  readonly octets: number;
  /** What came before the tagged reply; only when it was asked for. */
  readonly text: string;
}

const KEEP_OCTETS = 4096;

/**
 * An IMAP client that looks for the tagged reply and reads nothing else, so that it costs less than any server.
 * Tags look like nothing that stands in the messages of the bench.
 */
export class RawImap {
  readonly #socket: TLSSocket;
  #tags = 0;
  #chunks: Buffer[] = [];
  #octets = 0;
  #awaited: { readonly mark: Buffer; readonly done: () => void } | undefined;
  #failure: Error | undefined;
  /** Told every chunk while a session idles. */
  onChunk: ((chunk: Buffer) => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => {
      this.#failure = error;
    });
  }

  /** Connects and reads the greeting; certificates are not checked: the server is measured, not the client. */
  static async connect({ host, port }: Endpoint): Promise<RawImap> {
    const socket = connect({ host, port, rejectUnauthorized: false });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    const client = new RawImap(socket);
    await client.#awaiting('* OK');
    return client;
  }

  static async login(endpoint: Endpoint, account: { user: string; password: string }): Promise<RawImap> {
    const client = await RawImap.connect(endpoint);
    await client.command(`LOGIN ${account.user} ${account.password}`);
    return client;
  }

  /** Sends a command, with octets of literals after its line, and waits for its tagged OK. */
  async command(line: string, ...literals: readonly Buffer[]): Promise<Answer> {
    const tag = `zq${this.#tags++}z`;
    const before = this.#octets;
    const start = performance.now();
    this.#socket.cork();
    this.#socket.write(`${tag} ${line}\r\n`);
    for (const literal of literals) this.#socket.write(literal);
    this.#socket.uncork();
    const text = await this.#awaiting(`${tag} `);
    const ms = performance.now() - start;
    const reply = text.slice(text.lastIndexOf(`${tag} `));
    if (!reply.startsWith(`${tag} OK`)) throw new Error(`${line.slice(0, 60)}: ${reply.slice(0, 200)}`);
    return { ms, octets: this.#octets - before, text };
  }

  /** IDLE until `done`. */
  async idle(): Promise<void> {
    this.#socket.write(`zq${this.#tags++}z IDLE\r\n`);
    await this.#awaiting('+ ');
  }

  async done(): Promise<void> {
    this.#socket.write('DONE\r\n');
    await this.#awaiting(`zq${this.#tags - 1}z `);
  }

  async logout(): Promise<void> {
    await this.command('LOGOUT');
    this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Waits for a line that starts so; gives back what came, or its end when it was long. */
  #awaiting(start: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const failed = () => reject(this.#failure ?? new Error(`the server hung up before ${start}`));
      if (this.#socket.destroyed || this.#failure !== undefined) return failed();
      this.#socket.once('close', failed);
      this.#awaited = {
        mark: Buffer.from(start),
        done: () => {
          this.#socket.off('close', failed);
          this.#awaited = undefined;
          const text = Buffer.concat(this.#chunks).toString('latin1');
          this.#chunks = [];
          resolve(text);
        },
      };
      this.#look();
    });
  }

  #take(chunk: Buffer): void {
    this.#octets += chunk.length;
    this.onChunk?.(chunk);
    this.#chunks.push(chunk);
    this.#look();
  }

  #look(): void {
    if (this.#awaited === undefined) return;
    const { mark, done } = this.#awaited;
    const tail = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    if (tail === undefined || tail.length === 0) return;
    // The line that is awaited is the last one, and short: only the end of a long answer is looked at.
    const from = Math.max(tail.length - KEEP_OCTETS, 0);
    const end = tail.subarray(from);
    const complete = end.at(-1) === 10;
    const found = complete ? lineStart(end, mark) : -1;
    this.#chunks = [end];
    if (found >= 0) done();
  }
}

function lineStart(octets: Buffer, mark: Buffer): number {
  for (let at = octets.indexOf(mark); at >= 0; at = octets.indexOf(mark, at + 1)) {
    if (at === 0 || octets[at - 1] === 10) return at;
  }
  return -1;
}
