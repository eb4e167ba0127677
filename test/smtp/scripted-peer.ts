// SPDX-License-Identifier: EUPL-1.2
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** What a peer does with a line: says these words, or `drop`s the connection. */
export type Answer = string | 'drop' | undefined;

/** An SMTP server that answers what a test says, for peers no honest server would be. */
export class ScriptedPeer implements AsyncDisposable {
  /** All lines heard, messages included. */
  readonly lines: string[] = [];
  /** Messages, or parts of them, that came by BDAT. */
  readonly chunks: string[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #answer: (line: string, peer: ScriptedPeer) => Answer;

  private constructor(answer: (line: string, peer: ScriptedPeer) => Answer) {
    this.#answer = answer;
    this.#server = createServer((socket) => this.#converse(socket));
  }

  /** Answers `undefined` from the script are left to a plain, obliging server. */
  static async open(
    answer: (line: string, peer: ScriptedPeer) => Answer = () => undefined,
  ): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(answer);
    peer.#server.listen(0, '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Says something that nobody asked for. */
  sayToAll(octets: string): void {
    for (const socket of this.#sockets) socket.write(octets);
  }

  /** Ends every connection, as a peer does with idle ones. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #converse(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.setNoDelay(true);
    let held = '';
    let inData = false;
    const say = (line: string) => {
      const answer = this.#answer(line, this) ?? obliging(line);
      if (answer === 'drop') socket.destroy();
      else if (answer !== '') socket.write(`${answer}\r\n`);
      return answer;
    };
    say('connect');
    socket.on('data', (chunk: Buffer) => {
      held += chunk.toString('latin1');
      for (let end = held.indexOf('\r\n'); end >= 0; end = held.indexOf('\r\n')) {
        const line = held.slice(0, end);
        const size = Number(/^BDAT (\d+)/.exec(line)?.[1] ?? 0);
        if (!inData && held.length < end + 2 + size) return;
        held = held.slice(end + 2);
        if (!inData && size > 0) {
          this.chunks.push(held.slice(0, size));
          held = held.slice(size);
        }
        this.lines.push(line);
        if (inData && line !== '.') continue;
        if (inData) {
          inData = false;
          say('.');
        } else if (/^DATA$/i.test(line)) {
          inData = say(line).startsWith('354');
        } else {
          say(line);
        }
      }
    });
  }
}

function obliging(line: string): string {
  if (line === 'connect') return '220 peer.test ESMTP';
  if (/^EHLO/i.test(line)) return '250 peer.test';
  if (/^DATA/i.test(line)) return '354 go on';
  if (/^STARTTLS/i.test(line)) return '502 5.5.1 not here';
  if (/^QUIT/i.test(line)) return '221 bye';
  return '250 ok';
}
