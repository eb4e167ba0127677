// SPDX-License-Identifier: EUPL-1.2
import { DotStuffer } from '../../src/wire/pop3/multiline.ts';
import type { Pop3Act } from '../../src/wire/pop3/pop3-acts.ts';
import { Pop3Session, type Pop3SessionOptions } from '../../src/wire/pop3/pop3-session.ts';

const MESSAGES = ['Subject: one\r\n\r\n.dot\r\n', 'Subject: two\r\n\r\nbody', 'Subject: three\r\n\r\nx\r\n'];

/** Answers what a session asks, as a mailbox of three messages and the password `segreta` would. */
export class SessionDriver {
  readonly session: Pop3Session;
  readonly acts: Pop3Act[] = [];
  readonly removed: number[] = [];
  output = '';
  closed = false;

  constructor(options: Partial<Pop3SessionOptions> = {}) {
    this.session = new Pop3Session({ secure: true, canStartTls: true, ...options });
    this.work();
  }

  say(octets: string | Buffer): string {
    const before = this.output.length;
    this.session.receive(Buffer.from(octets));
    this.work();
    return this.output.slice(before);
  }

  work(): void {
    for (let act = this.session.next(); act !== undefined && !this.closed; act = this.session.next()) {
      this.acts.push(act);
      this.#perform(act);
    }
  }

  #perform(act: Pop3Act): void {
    if (act.do === 'send') this.output += act.octets.toString('latin1');
    else if (act.do === 'close') this.closed = true;
    else if (act.do === 'start-tls') this.session.tlsStarted();
    else if (act.do === 'log-in') this.#logIn(act);
    else if (act.do === 'retrieve') this.#retrieve(act);
    else {
      this.removed.push(...act.messages);
      this.session.answerUpdate(!act.messages.includes(3));
    }
  }

  #logIn({ address, password }: Extract<Pop3Act, { do: 'log-in' }>): void {
    const answers = { occupata: 'in-use', lenta: 'try-later', rotta: 'broken' } as const;
    const trouble = Object.entries(answers).find(([name]) => name === address)?.[1];
    if (trouble !== undefined) this.session.answerLogIn({ is: trouble });
    else if (password !== 'segreta' && password !== 'con due  spazi ')
      this.session.answerLogIn({ is: 'refused' });
    else {
      const maildrop = MESSAGES.map((text, index) => ({
        sizeBytes: text.length,
        uniqueId: `7.${index + 1}`,
      }));
      this.session.answerLogIn({ is: 'open', maildrop: address === 'vuota' ? [] : maildrop });
    }
  }

  #retrieve({ message, opening, bodyLines }: Extract<Pop3Act, { do: 'retrieve' }>): void {
    const text = MESSAGES[message - 1];
    if (text === undefined) throw new Error(`message ${message} was never there`);
    // The second message is removed meanwhile.
    if (message !== 2) {
      const stuffer = new DotStuffer();
      const body = stuffer.push(Buffer.from(text)).toString() + stuffer.end().toString();
      this.output += opening.toString() + (bodyLines === undefined ? body : `top ${bodyLines}\r\n.\r\n`);
    }
    this.session.answerRetrieval(message !== 2);
  }
}

/** A response of AUTH PLAIN that opens the mailbox. */
export const PLAIN = Buffer.from('\0mario@x.test\0segreta').toString('base64');
