// SPDX-License-Identifier: EUPL-1.2
import type { Duplex } from 'node:stream';

/** A message of the maildrop: its number in this session, and the id that it keeps (RFC 1939 section 7). */
export interface ListedMessage {
  readonly number: number;
  readonly uid: string;
}

/** Largest response read, in octets. */
const MAX_RESPONSE_BYTES = 512 * 1024 * 1024;
const LINE_END = Buffer.from('\r\n');
const END_OF_LINES = Buffer.from('\r\n.\r\n');
const DOT_LINE_OCTETS = 3;

/** A POP3 session (RFC 1939) from the client's side. Everything rejects when the server says no or goes away. */
export class Pop3Client {
  readonly #stream: Duplex;
  readonly #incoming: AsyncIterator<Buffer>;
  #received: Buffer = Buffer.alloc(0);

  private constructor(stream: Duplex) {
    this.#stream = stream;
    this.#incoming = stream[Symbol.asyncIterator]();
  }

  /** Waits for the greeting on a connection that is already secured, and logs in. */
  static async open(
    stream: Duplex,
    { username, password }: { readonly username: string; readonly password: string },
  ): Promise<Pop3Client> {
    const client = new Pop3Client(stream);
    await client.#status();
    await client.#say(`USER ${username}`);
    await client.#say(`PASS ${password}`);
    return client;
  }

  async list(): Promise<readonly ListedMessage[]> {
    const lines = (await this.#sayForLines('UIDL')).toString('latin1');
    return [...lines.matchAll(/^(\d+) ([!-~]+)\r?$/gm)].map(([, number, uid = '']) => ({
      number: Number(number),
      uid,
    }));
  }

  /** The whole message, octet by octet. */
  async retrieve({ number }: ListedMessage): Promise<Buffer> {
    return await this.#sayForLines(`RETR ${number}`);
  }

  async quit(): Promise<void> {
    await this.#say('QUIT');
    this.#stream.end();
  }

  async #say(command: string): Promise<void> {
    this.#stream.write(`${command}\r\n`);
    await this.#status();
  }

  async #sayForLines(command: string): Promise<Buffer> {
    await this.#say(command);
    return await this.#lines();
  }

  async #status(): Promise<void> {
    const line = (await this.#readTo(LINE_END)).toString('latin1').trimEnd();
    if (!line.startsWith('+OK')) throw new Error(`the POP3 server says ${line.slice(0, 200)}`);
  }

  /** RFC 1939 section 3: up to the line with a dot alone; doubled dots become single ones. */
  async #lines(): Promise<Buffer> {
    // The line end of the status line counts: a response may have no lines at all.
    this.#received = Buffer.concat([LINE_END, this.#received]);
    const lines = await this.#readTo(END_OF_LINES);
    return withoutDoubledDots(lines.subarray(LINE_END.length, -DOT_LINE_OCTETS));
  }

  /** The octets up to the mark, the mark included. */
  async #readTo(mark: Buffer): Promise<Buffer> {
    const chunks = [this.#received];
    let size = this.#received.length;
    let found = this.#received.indexOf(mark);
    // The mark may lie across chunks; joining them all each time would copy a large message over and over.
    let tail = this.#received.subarray(1 - mark.length);
    while (found < 0) {
      if (size > MAX_RESPONSE_BYTES) throw new Error('the POP3 server sends too much');
      const { value, done } = await this.#incoming.next();
      if (done === true) throw new Error('the POP3 server closed the connection');
      const joined = Buffer.concat([tail, value]);
      const at = joined.indexOf(mark);
      if (at >= 0) found = size - tail.length + at;
      chunks.push(value);
      size += value.length;
      tail = joined.subarray(1 - mark.length);
    }
    const all = Buffer.concat(chunks);
    const end = found + mark.length;
    this.#received = all.subarray(end);
    return all.subarray(0, end);
  }
}

function withoutDoubledDots(body: Buffer): Buffer {
  const kept: Buffer[] = [];
  let from = body[0] === 0x2e ? 1 : 0;
  for (let at = body.indexOf('\r\n.'); at >= 0; at = body.indexOf('\r\n.', at + 2)) {
    kept.push(body.subarray(from, at + 2));
    from = at + 3;
  }
  return Buffer.concat([...kept, body.subarray(from)]);
}
