// SPDX-License-Identifier: EUPL-1.2
import type { Maildrop, MaildropMessage } from './pop3-maildrop.ts';

/** A maildrop and the messages marked for removal: all that the TRANSACTION state knows (RFC 1939 section 5). */
export class MarkedMaildrop {
  readonly #maildrop: Maildrop;
  readonly #marked = new Set<number>();
  #octets: number;

  constructor(maildrop: Maildrop) {
    this.#maildrop = maildrop;
    this.#octets = totalOctets(maildrop);
  }

  /** Messages not marked. */
  get count(): number {
    return this.#maildrop.length - this.#marked.size;
  }

  /** Octets of the messages not marked. */
  get octets(): number {
    return this.#octets;
  }

  /** The message with that number, unless there is none or it is marked. */
  find(number: number): MaildropMessage | undefined {
    return this.#marked.has(number) ? undefined : this.#maildrop[number - 1];
  }

  /** Whether there was such a message. */
  mark(number: number): boolean {
    const message = this.find(number);
    if (message === undefined) return false;
    this.#marked.add(number);
    this.#octets -= message.sizeBytes;
    return true;
  }

  unmarkAll(): void {
    this.#marked.clear();
    this.#octets = totalOctets(this.#maildrop);
  }

  /** Numbers of the marked messages, ascending. */
  get marked(): readonly number[] {
    return [...this.#marked].sort((a, b) => a - b);
  }

  /** One line for each message not marked. */
  *lines(describe: (message: MaildropMessage) => string | number): Generator<string> {
    for (const [index, message] of this.#maildrop.entries()) {
      if (!this.#marked.has(index + 1)) yield `${index + 1} ${describe(message)}\r\n`;
    }
  }
}

function totalOctets(maildrop: Maildrop): number {
  return maildrop.reduce((sum, message) => sum + message.sizeBytes, 0);
}
