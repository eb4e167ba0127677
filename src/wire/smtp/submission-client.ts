// SPDX-License-Identifier: EUPL-1.2
import type { Duplex } from 'node:stream';

/** A message to hand in, and as whom. */
export interface ClientSubmission {
  /** How the client calls itself in EHLO. */
  readonly ownName: string;
  readonly username: string;
  readonly password: string;
  readonly reversePath: string;
  readonly forwardPaths: readonly string[];
  /** 7-bit, with CRLF line ends. */
  readonly message: Buffer;
}

/** What the server said to the command that decided. */
export type SubmissionResult =
  | { readonly taken: true; readonly reply: string }
  | {
      readonly taken: false;
      readonly refused: 'connection' | 'login' | 'sender' | 'recipient' | 'message';
      readonly reply: string;
      /** The forward path that was refused. */
      readonly recipient?: string;
    };

/** Longest reply read, in octets. */
const MAX_REPLY_BYTES = 64 * 1024;

/**
 * Hands in one message over a connection that is already secured (RFC 6409, RFC 8314 section 3.3), all
 * recipients or none. Rejects when the connection breaks or what comes is not SMTP.
 */
export async function submitMessage(stream: Duplex, submission: ClientSubmission): Promise<SubmissionResult> {
  const talk = new Talk(stream);
  const { ownName, username, password, reversePath, forwardPaths, message } = submission;
  const greeting = await talk.reply();
  if (greeting.code !== 220) return refusal('connection', greeting);
  const hello = await talk.say(`EHLO ${ownName}`);
  if (hello.code !== 250) return refusal('connection', hello);
  // RFC 4616, with the initial response of RFC 4954 section 4.
  const login = await talk.say(`AUTH PLAIN ${Buffer.from(`\0${username}\0${password}`).toString('base64')}`);
  if (login.code !== 235) return refusal('login', login);
  // RFC 1870: a message that is too large is refused before it travels.
  const size = /^250[ -]SIZE\b/im.test(hello.text) ? ` SIZE=${message.length}` : '';
  const sender = await talk.say(`MAIL FROM:<${reversePath}>${size}`);
  if (sender.code !== 250) return refusal('sender', sender);
  for (const recipient of forwardPaths) {
    const reply = await talk.say(`RCPT TO:<${recipient}>`);
    if (reply.code !== 250 && reply.code !== 251) return { ...refusal('recipient', reply), recipient };
  }
  const ready = await talk.say('DATA');
  if (ready.code !== 354) return refusal('message', ready);
  for (const chunk of dotStuffed(message)) await talk.send(chunk);
  const verdict = await talk.say(message.subarray(-2).toString('latin1') === '\r\n' ? '.' : '\r\n.');
  talk.leave();
  return verdict.code === 250 ? { taken: true, reply: verdict.text } : refusal('message', verdict);
}

interface Reply {
  readonly code: number;
  /** All lines, joined by `\n`. */
  readonly text: string;
}

function refusal<At extends string>(refused: At, { text }: Reply) {
  return { taken: false, refused, reply: text } as const;
}

/** Commands and replies, one after the other. */
class Talk {
  readonly #stream: Duplex;
  readonly #incoming: AsyncIterator<Buffer>;
  #received = '';

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#incoming = stream[Symbol.asyncIterator]();
  }

  async say(line: string): Promise<Reply> {
    await this.send(Buffer.from(`${line}\r\n`));
    return await this.reply();
  }

  /** Resolves when the octets are on their way, so that a large message is not held twice. */
  send(octets: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(octets, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  async reply(): Promise<Reply> {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*(\d{3})(?: [^\n]*)?\n/.exec(this.#received);
      if (match !== null) {
        this.#received = this.#received.slice(match[0].length);
        return { code: Number(match[1]), text: match[0].replaceAll('\r', '').trimEnd() };
      }
      if (this.#received.length > MAX_REPLY_BYTES) throw new Error('the server speaks no SMTP');
      const { value, done } = await this.#incoming.next();
      if (done === true) throw new Error('the server closed the connection');
      this.#received += value.toString('latin1');
    }
  }

  /** Says goodbye without waiting for the answer. */
  leave(): void {
    this.#stream.end('QUIT\r\n');
  }
}

/** RFC 5321 section 4.5.2: a dot at the start of a line is doubled. */
function* dotStuffed(message: Buffer): Generator<Buffer> {
  let from = 0;
  if (message[0] === 0x2e) yield Buffer.from('.');
  for (let at = message.indexOf('\r\n.'); at >= 0; at = message.indexOf('\r\n.', at + 2)) {
    yield message.subarray(from, at + 3);
    from = at + 2;
  }
  yield message.subarray(from);
}
