// SPDX-License-Identifier: EUPL-1.2
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../../platform/faults.ts';
import type { Journal } from '../../platform/journal.ts';

/** Octets of one order: one that makes many mailboxes is long. */
export const ORDER_LIMIT_BYTES = 8 * 1024 * 1024;
/** Commands connected at the same time. */
export const CONNECTIONS_LIMIT = 16;
/** Characters of one value that the journal shows. */
const SHOWN_LIMIT = 1000;
const SILENCE_MS = 10_000;
/** Systems take paths of sockets up to 104 or 108 octets. */
const PATH_LIMIT_BYTES = 100;

/** An order's result; becomes the answer's line. */
export type ControlAnswer =
  | ({ readonly ok: true } & Readonly<Record<string, unknown>>)
  | { readonly ok: false; readonly error: string };

/** Obeys an order. What it rejects with is told as an error, a Fault with its sentence. */
export type Obey = (order: Readonly<Record<string, unknown>>) => Promise<ControlAnswer>;

/** Where the provider of a folder listens for orders. */
export function controlPath(folder: string): string {
  return join(resolve(folder), 'control', 'provider.sock');
}

/** Takes orders of one line from commands on the same machine. */
export class ControlSocket implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #path: string;

  private constructor(path: string, obey: Obey) {
    this.#path = path;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      converse(socket, obey);
    });
    this.#server.maxConnections = CONNECTIONS_LIMIT;
  }

  /** The lock of the folder must be held. @throws Fault `control-unavailable` */
  static async listen(options: {
    readonly folder: string;
    readonly obey: Obey;
    readonly journal: Journal;
  }): Promise<ControlSocket> {
    const { folder, obey, journal } = options;
    const path = controlPath(folder);
    try {
      if (Buffer.byteLength(path) > PATH_LIMIT_BYTES) throw new Error('the path is too long for a socket');
      // The folder keeps others out from the first moment, before the socket has its own permissions.
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await chmod(dirname(path), 0o700);
      // Left by a process that was killed: a living one would have the lock.
      await rm(path, { force: true });
      const control = new ControlSocket(path, async (order) => {
        const answer = await obey(order);
        journal.info({ order: toldOf(order), answer: shortened(answer) }, 'an order of the operator');
        return answer;
      });
      await new Promise<void>((resolve, reject) => {
        control.#server.once('error', reject);
        control.#server.listen(path, resolve);
      });
      await chmod(path, 0o600);
      return control;
    } catch (cause) {
      const message = `no orders can be taken at ${path}: ${(cause as Error).message}`;
      throw new Fault('control-unavailable', message, { temporary: false, cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#path, { force: true });
  }
}

/** What the journal is told of an order: holders, and the hashes of passwords, are no matter for it. */
function toldOf({ order, entries }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { order, ...(entries !== undefined && { entries }) };
}

/** What is long, as a signed message is, has no place in the journal. */
function shortened(facts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const shown = (value: unknown) =>
    typeof value === 'string' && value.length > SHOWN_LIMIT ? `${value.length} characters` : value;
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, shown(value)]));
}

function converse(socket: Socket, obey: Obey): void {
  let text = '';
  let asked = false;
  socket.setEncoding('utf8');
  socket.setTimeout(SILENCE_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (chunk: string) => {
    if (asked) return;
    const known = text.length;
    text += chunk;
    const end = text.indexOf('\n', known);
    if (end < 0 && text.length <= ORDER_LIMIT_BYTES) return;
    asked = true;
    socket.setTimeout(0);
    const order = end < 0 || end > ORDER_LIMIT_BYTES ? undefined : readOrder(text.slice(0, end));
    const answer: Promise<ControlAnswer> =
      order === undefined ? Promise.resolve({ ok: false, error: 'no order' }) : obey(order);
    answer
      .catch((error: unknown): ControlAnswer => ({ ok: false, error: sentenceOf(error) }))
      .then((result) => socket.end(`${JSON.stringify(result)}\n`));
  });
  socket.on('end', () => {
    if (!asked) socket.end();
  });
}

function readOrder(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Fault ? `${error.message} (${error.code})` : String(error);
}
