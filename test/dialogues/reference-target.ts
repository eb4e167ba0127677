// SPDX-License-Identifier: EUPL-1.2
import { ImapSession } from '../../src/wire/imap/imap-session.ts';
import { ReferenceBackend } from '../../src/wire/imap/reference/reference-backend.ts';
import type { DialogueConnection, DialogueTarget } from './dialogue.ts';

/** Turns of the event loop after which a session that said nothing has nothing to say. */
const PATIENCE_TURNS = 2000;

/** The session machine over the reference backend, without a socket. */
export function referenceTarget(): DialogueTarget {
  const backend = new ReferenceBackend();
  const options = { appendLimitBytes: 100_000, quotaBytes: 1_000_000, now: () => Date.UTC(2025, 2, 1, 12) };
  backend.addAccount('utente', 'segreto', options);
  return {
    user: 'utente',
    password: 'segreto',
    connect: () => new ReferenceConnection(backend),
  };
}

class ReferenceConnection implements DialogueConnection {
  readonly #session: ImapSession;
  #received = '';
  #closed = false;

  constructor(backend: ReferenceBackend) {
    this.#session = new ImapSession({
      backend,
      encrypted: true,
      startTls: true,
      compress: false,
      id: { name: 'Ceralacca' },
      now: () => Date.UTC(2025, 2, 1, 12),
      connection: {
        write: (octets) => {
          this.#received += octets.toString('latin1');
        },
        startTls: () => undefined,
        compress: () => undefined,
        pause: () => undefined,
        resume: () => undefined,
        close: () => {
          this.#closed = true;
        },
      },
      onFault: (fault) => {
        throw fault;
      },
    });
    this.#session.greet();
  }

  send(octets: string): void {
    this.#session.receive(Buffer.from(octets, 'latin1'));
  }

  async receiveLine(): Promise<string | undefined> {
    for (let turn = 0; turn < PATIENCE_TURNS; turn++) {
      const end = this.#received.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#received.slice(0, end);
        this.#received = this.#received.slice(end + 2);
        return line;
      }
      if (this.#closed) return undefined;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    throw new Error(`the server said nothing more than ${JSON.stringify(this.#received)}`);
  }

  close(): void {
    this.#session.end();
  }
}
