// SPDX-License-Identifier: EUPL-1.2

/** What a server said to one command (RFC 5321 section 4.2.1). */
export interface ServerReply {
  /** 200 to 599. */
  readonly code: number;
  /** All its lines with their codes, joined by `\n`. */
  readonly text: string;
}

/** RFC 5321 section 3.8: the server closes. */
export const CLOSING = 421;

/** What a server may say in one transaction, or until there is a session; lines for each recipient come on top. */
const HEARD_LIMIT = { octets: 1024 * 1024, lines: 4096, linesPerRecipient: 8 };
/** The longest reply. */
const REPLY_LIMIT_BYTES = 64 * 1024;
const LF = 0x0a;

/** Makes replies of octets that come in chunks of any size, and gives each out once it is whole. */
export class ReplyReader {
  readonly #onReply: (reply: ServerReply) => void;
  /** The beginning of a line. */
  #held = '';
  /** Lines of a reply that goes on. */
  #begun = '';
  #code = 0;
  #octets = 0;
  #lines = 0;
  #linesLimit = HEARD_LIMIT.lines;

  constructor(onReply: (reply: ServerReply) => void) {
    this.#onReply = onReply;
  }

  /** Begins to count anew, for a transaction with so many recipients. */
  countAnew(recipients: number): void {
    this.#octets = 0;
    this.#lines = 0;
    this.#linesLimit = HEARD_LIMIT.lines + recipients * HEARD_LIMIT.linesPerRecipient;
  }

  /** Throws for what is no SMTP, and for more than replies can be. */
  take(chunk: Buffer): void {
    this.#octets += chunk.length;
    if (this.#octets > HEARD_LIMIT.octets) throw tooMuch();
    const text = this.#held + chunk.toString('latin1');
    // Without the end of a line nothing is looked through again: who sends octet by octet costs no more.
    if (chunk.includes(LF)) this.#held = this.#takeLines(text);
    else this.#held = text;
    if (this.#held.length + this.#begun.length > REPLY_LIMIT_BYTES) throw tooMuch();
  }

  /** Gives what is left behind the last whole line. */
  #takeLines(text: string): string {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#takeLine(text.slice(from, text[end - 1] === '\r' ? end - 1 : end));
      from = end + 1;
    }
    return text.slice(from);
  }

  #takeLine(line: string): void {
    if (++this.#lines > this.#linesLimit) throw tooMuch();
    // Some servers say nothing between two replies; it means nothing.
    if (line.trim() === '') return;
    const match = /^([2-5]\d\d)(?:([ -])|$)/.exec(line);
    const code = Number(match?.[1]);
    if (match === null || (this.#begun !== '' && code !== this.#code))
      throw new Error(`no SMTP reply: ${decoded(line.slice(0, 200))}`);
    const text = this.#begun === '' ? line : `${this.#begun}\n${line}`;
    if (match[2] === '-') {
      if (text.length > REPLY_LIMIT_BYTES) throw tooMuch();
      this.#begun = text;
      this.#code = code;
      return;
    }
    this.#begun = '';
    this.#onReply({ code, text: decoded(text) });
  }
}

function tooMuch(): Error {
  return new Error('far too many replies');
}

/** UTF-8 where it is that, as most servers write it; else each octet as in ISO 8859-1. */
function decoded(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return text;
  const utf8 = Buffer.from(text, 'latin1').toString('utf8');
  return utf8.includes('\ufffd') ? text : utf8;
}
