// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { ADDRESS, type ImapHouse, openImapHouse } from '../imap/house.ts';
import type { DialogueConnection, DialogueTarget } from './dialogue.ts';

/** The texts of the reference backend, which the dialogues quote. */
const REFERENCE_TEXTS = {
  wrongCredentials: 'Wrong user or password',
  noSuchMailbox: 'No such mailbox',
  mailboxExists: 'The mailbox exists already',
  hasChildren: 'The mailbox holds others',
  full: 'The mailbox is full',
  noSuchQuotaRoot: 'No such quota root',
};

/** A wait after which a server that said nothing has nothing to say. */
const PATIENCE_MS = 10_000;

/** The real front over TLS and a store, with one mailbox whose only folder is the INBOX. */
export async function openSocketTarget(
  engine: 'memory' | 'sqlite',
): Promise<DialogueTarget & AsyncDisposable> {
  const house = await openImapHouse({
    engine,
    texts: REFERENCE_TEXTS,
    limits: { appendBytes: 100_000 },
    compress: false,
    quotaBytes: 1_000_000,
    folders: [{ name: 'INBOX', subscribed: false }],
    authenticate: async (user, password) =>
      user === 'utente' && password === 'segreto' ? house.store.findMailbox(ADDRESS) : undefined,
  });
  return {
    user: 'utente',
    password: 'segreto',
    connect: () => SocketConnection.open(house),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

class SocketConnection implements DialogueConnection {
  readonly #socket: TLSSocket;
  #received = '';
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  static async open(house: ImapHouse): Promise<SocketConnection> {
    const socket = connect({ host: '127.0.0.1', port: house.imaps, ca: readFileSync(house.caFile) });
    const connection = new SocketConnection(socket);
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return connection;
  }

  send(octets: string): void {
    this.#socket.write(octets, 'latin1');
  }

  async receiveLine(): Promise<string | undefined> {
    for (;;) {
      const end = this.#received.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return line;
      }
      if (this.#ended) return undefined;
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the server said nothing more than ${JSON.stringify(this.#received)}`)),
        PATIENCE_MS,
      );
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
