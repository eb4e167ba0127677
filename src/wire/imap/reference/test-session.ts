// SPDX-License-Identifier: EUPL-1.2
import type { ImapBackend } from '../imap-backend.ts';
import { ImapSession } from '../imap-session.ts';
import type { ImapConnection, ImapSessionOptions } from '../session/session-options.ts';

/** A session with a connection in memory, for tests: what it writes piles up until it is taken. */
export class TestSession {
  readonly session: ImapSession;
  readonly faults: unknown[] = [];
  /** What the session asked of its connection, in order. */
  readonly asked: string[] = [];
  #received = '';
  #tag = 0;

  constructor(backend: ImapBackend, options: Partial<ImapSessionOptions> = {}) {
    const connection: ImapConnection = {
      write: (octets) => {
        this.#received += octets.toString('latin1');
      },
      startTls: () => {
        this.asked.push('startTls');
      },
      compress: (waiting) => {
        this.asked.push(`compress ${waiting.length}`);
      },
      pause: () => {
        this.asked.push('pause');
      },
      resume: () => {
        this.asked.push('resume');
      },
      close: () => {
        this.asked.push('close');
      },
    };
    this.session = new ImapSession({
      backend,
      connection,
      encrypted: true,
      startTls: false,
      compress: false,
      now: () => 0,
      onFault: (fault) => {
        this.faults.push(fault);
      },
      ...options,
    });
    this.session.greet();
  }

  /** Sends octets and returns what the session says until it falls silent. */
  async send(octets: string): Promise<string> {
    this.session.receive(Buffer.from(octets, 'latin1'));
    return this.silence();
  }

  /** Sends a command under a fresh tag, and returns the answer's lines without the tag. */
  async command(text: string): Promise<readonly string[]> {
    const tag = `t${++this.#tag}`;
    const answer = await this.send(`${tag} ${text}\r\n`);
    const lines = answer.split('\r\n').slice(0, -1);
    return lines.map((line) => (line.startsWith(`${tag} `) ? line.slice(tag.length + 1) : line));
  }

  /** What was said, once nothing more comes for a while of turns. */
  async silence(): Promise<string> {
    let before = -1;
    for (let quiet = 0; quiet < 5; ) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      quiet = this.#received.length === before ? quiet + 1 : 0;
      before = this.#received.length;
    }
    const said = this.#received;
    this.#received = '';
    return said;
  }
}
