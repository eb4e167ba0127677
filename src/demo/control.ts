// SPDX-License-Identifier: EUPL-1.2
import { rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Fault } from '../platform/faults.ts';

const REQUEST_BYTES = 1024;

/** Where a running demo listens for orders: a socket in its folder that only its user may open. */
export function controlPath(folder: string): string {
  return join(folder, 'control.sock');
}

/** Takes orders of one line and answers with one line. */
export class DemoControl implements AsyncDisposable {
  readonly #server: Server;
  readonly #path: string;

  private constructor(path: string, server: Server) {
    this.#path = path;
    this.#server = server;
  }

  /** The answer of an order that fails begins with `error: `. */
  static async listen(folder: string, obey: (order: string) => Promise<string>): Promise<DemoControl> {
    const path = controlPath(folder);
    // A socket file left by a killed demo; the store's lock tells whether a living one has the folder.
    await rm(path, { force: true });
    const server = createServer({ allowHalfOpen: true }, (socket) => answer(socket, obey));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return new DemoControl(path, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
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

/** Gives an order to the demo that runs in a folder. Throws the Fault `demo-not-running`. */
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
