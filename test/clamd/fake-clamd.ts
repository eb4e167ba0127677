// SPDX-License-Identifier: EUPL-1.2
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the impostor behaves when it is asked for a scan. */
export type Behaviour =
  | 'scans'
  /** Takes everything and never says a word. */
  | 'silent'
  /** Answers with words that clamd does not know. */
  | 'garbage'
  /** Sends words without end. */
  | 'endless'
  /** Closes the connection as soon as octets come. */
  | 'dies-early'
  /** Closes the connection instead of answering. */
  | 'dies-late'
  /** Says, in the middle, that it waited too long: as clamd does to slow senders. */
  | 'loses-patience';

/** Infected when a stream holds it. */
export const FAKE_VIRUS = 'CERALACCA-FAKE-VIRUS';

/** Speaks as clamd does, well or badly, on a socket in a temporary folder. */
export class FakeClamd implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'fake-clamd-'));
  readonly path = join(this.folder, 'clamd.sock');
  behaviour: Behaviour = 'scans';
  /** What VERSION answers. */
  version = 'ClamAV 1.4.6/27812/Mon Mar  2 08:00:00 2026';
  /** Largest stream, octets. */
  streamMaxLength = 1_000_000;
  /** Streams that came to their end. */
  scanned: Buffer[] = [];
  /** Connections at the same time, at most. */
  peak = 0;
  /** While set, ended streams wait for their verdict. */
  gate: Promise<void> | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  /** Answers from now on. */
  async starts(): Promise<this> {
    const server = createServer((socket) => this.#serve(socket));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
    return this;
  }

  /** Nobody answers any more. */
  async stops(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  get connections(): number {
    return this.#sockets.size;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    this.peak = Math.max(this.peak, this.#sockets.size);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    const stream = new FakeStream();
    socket.on('data', (octets) => {
      received = Buffer.concat([received, octets]);
      const end = received.indexOf(0);
      if (stream.began) return this.#feed(socket, stream, octets);
      if (end < 0) return;
      const command = received.toString('latin1', 0, end);
      if (command === 'zVERSION') socket.end(`${this.version}\0`);
      else if (command === 'zINSTREAM') {
        stream.began = true;
        this.#feed(socket, stream, received.subarray(end + 1));
      } else socket.end('UNKNOWN COMMAND\0');
    });
  }

  #feed(socket: Socket, stream: FakeStream, octets: Buffer): void {
    stream.take(octets);
    switch (this.behaviour) {
      case 'dies-early':
        if (stream.size > 0) socket.destroy();
        return;
      case 'loses-patience':
        if (stream.size > 0) socket.end('COMMAND READ TIMED OUT\0');
        return;
      case 'silent':
        return;
      case 'endless':
        socket.write('stream: OK, but '.repeat(1000));
        return;
    }
    if (stream.size > this.streamMaxLength) socket.end('INSTREAM size limit exceeded. ERROR\0');
    else if (stream.ended) void this.#answer(socket, stream.octets());
  }

  async #answer(socket: Socket, octets: Buffer): Promise<void> {
    await this.gate;
    if (this.behaviour === 'dies-late') {
      socket.destroy();
      return;
    }
    if (this.behaviour === 'garbage') {
      socket.end('HTTP/1.1 400 Bad Request\0');
      return;
    }
    this.scanned.push(octets);
    socket.end(octets.includes(FAKE_VIRUS) ? 'stream: Fake.Virus-1 FOUND\0' : 'stream: OK\0');
  }
}

/** The chunks of one INSTREAM. */
class FakeStream {
  began = false;
  ended = false;
  size = 0;
  readonly #chunks: Buffer[] = [];
  #rest = Buffer.alloc(0);

  take(octets: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, octets]);
    while (!this.ended && this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE();
      if (length === 0) this.ended = true;
      if (this.#rest.length < 4 + length) return;
      this.#chunks.push(this.#rest.subarray(4, 4 + length));
      this.size += length;
      this.#rest = this.#rest.subarray(4 + length);
    }
  }

  octets(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
