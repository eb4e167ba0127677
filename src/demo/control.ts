// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Fault } from '../platform/faults.ts';

const REQUEST_BYTES = 1024;
/** Systems take paths of sockets up to 104 or 108 octets. */
const SOCKET_PATH_BYTES = 100;

/** Where a running demo listens for orders: a socket in its folder that only its user may open. */
export function controlPath(folder: string): string {
  const path = join(resolve(folder), 'control.sock');
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 24);
  return join(tmpdir(), `ceralacca-demo-${name}.sock`);
}

/** Takes orders of one line and answers with one line. */
export class DemoControl implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #path: string;

  private constructor(path: string, obey: (order: string) => Promise<string>) {
    this.#path = path;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      answer(socket, obey);
    });
  }

  /** The answer of an order that fails begins with `error: `. The folder's lock must be held. */
  static async listen(folder: string, obey: (order: string) => Promise<string>): Promise<DemoControl> {
    const path = controlPath(folder);
    // Left by a demo that was killed: a living one would have the lock.
    await rm(path, { force: true });
    const control = new DemoControl(path, obey);
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen(path, resolve);
    });
    await chmod(path, 0o600);
    return control;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#path, { force: true });
  }
}

function answer(socket: Socket, obey: (order: string) => Promise<string>): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('data', (chunk: string) => {
    text += chunk;
    if (text.length > REQUEST_BYTES) socket.destroy();
  });
  socket.on('end', () => {
    obey(text.trim()).then(
      (line) => socket.end(`${line}\n`),
      (error: unknown) => socket.end(`error: ${error instanceof Error ? error.message : String(error)}\n`),
    );
  });
}

/** Gives an order to the demo that runs in a folder. Throws the Fault `demo-not-running` or `demo-refused`. */
export async function orderDemo(folder: string, order: string): Promise<string> {
  const path = controlPath(folder);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = createConnection({ path }, () => socket.end(`${order}\n`));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', (cause) => {
      reject(new Fault('demo-not-running', `no demo runs in ${folder}`, { temporary: true, cause }));
    });
    socket.on('end', () => {
      const line = text.trim();
      if (line.startsWith('error: ')) reject(new Fault('demo-refused', line.slice(7), { temporary: false }));
      else resolve(line);
    });
  });
}
