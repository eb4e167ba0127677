// SPDX-License-Identifier: EUPL-1.2
import { LineEnd } from '../line-end.ts';
import type { SmtpReply } from '../smtp-reply.ts';
import type { CommandLines } from './command-lines.ts';
import { OWN } from './own-replies.ts';

//   bdat-cmd = "BDAT" SP chunk-size [SP "LAST"] CRLF        RFC 3030 section 2
const BDAT = /^bdat +(\d{1,15})( +last)? *$/i;
const CRLF = Buffer.from('\r\n');

/** A BDAT command whose octets are coming in. */
interface Chunk {
  readonly sizeBytes: number;
  leftBytes: number;
  readonly isLast: boolean;
  /** The octets belong to no message: they are thrown away, and this is said. */
  readonly refused: SmtpReply | undefined;
}

/** A message that comes in chunks of announced size, and chunks that belong to none (RFC 3030). */
export class Chunks {
  readonly #limitBytes: number;
  #chunk: Chunk | undefined;
  #isInMessage = false;
  #lineEnd = new LineEnd();
  #thrownAwayBytes = 0;

  /** `limitBytes`: of one chunk, and of all that belong to no message. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Whether a chunk of a message came and its last did not. */
  get isInMessage(): boolean {
    return this.#isInMessage;
  }

  /** Whether the line brings the message nearer to its end. */
  continues(line: string): boolean {
    return this.#isInMessage && BDAT.test(line);
  }

  /**
   * Reads the command: its octets are what `take` gets next, thrown away when it is refused. A reply given back ends the
   * session: what follows a command nobody understands would be read as commands, whoever wrote it.
   */
  begin(line: string, refused: SmtpReply | undefined): SmtpReply | undefined {
    const match = BDAT.exec(line);
    if (match === null) return OWN.badChunk;
    const sizeBytes = Number(match[1]);
    if (sizeBytes > this.#limitBytes) return OWN.endless;
    this.#chunk = { sizeBytes, leftBytes: sizeBytes, isLast: match[2] !== undefined, refused };
    if (refused === undefined && !this.#isInMessage) {
      this.#isInMessage = true;
      this.#lineEnd = new LineEnd();
    }
    return undefined;
  }

  /** Takes what has come of the chunk. Gives the reply to it, or `last` when the message is whole. */
  take(lines: CommandLines, onOctets: (octets: Buffer) => void): SmtpReply | 'last' | 'waits' {
    const chunk = this.#chunk;
    if (chunk === undefined) return 'waits';
    const octets = lines.take(chunk.leftBytes);
    chunk.leftBytes -= octets.length;
    if (chunk.refused !== undefined) {
      this.#thrownAwayBytes += octets.length;
      if (this.#thrownAwayBytes > this.#limitBytes) return OWN.endless;
    } else if (octets.length > 0) {
      this.#lineEnd.see(octets);
      onOctets(octets);
    }
    if (chunk.leftBytes > 0) return 'waits';
    this.#chunk = undefined;
    if (chunk.refused !== undefined) return chunk.refused;
    if (!chunk.isLast) return { code: 250, enhanced: '2.0.0', text: `${chunk.sizeBytes} octets` };
    // What comes by BDAT has lines too: the last is ended where DATA would have ended it.
    if (this.#lineEnd.isOpen) onOctets(CRLF);
    this.#isInMessage = false;
    this.#thrownAwayBytes = 0;
    return 'last';
  }

  /** Whether there was a message to forget. */
  takeBack(): boolean {
    const wasInMessage = this.#isInMessage;
    this.#isInMessage = false;
    return wasInMessage;
  }
}
