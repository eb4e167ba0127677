// SPDX-License-Identifier: EUPL-1.2
import type { Awaitable } from '../imap-backend.ts';
import type { OctetString } from './strings.ts';

/** Where a session's responses go. */
export interface ImapOutput {
  /** Takes the octets; a promise means: wait, the peer reads slowly. */
  write(octets: Buffer): Awaitable<void>;
}

/** Octets gathered before they are handed over. */
const GATHERED_BYTES = 32 * 1024;

/**
 * Gathers responses into large buffers. It holds nothing once flushed, so an idle session costs
 * nothing here.
 */
export class ResponseWriter {
  readonly #output: ImapOutput;
  #text: OctetString = '';
  #parts: Buffer[] = [];
  #partBytes = 0;
  #midLine = false;

  constructor(output: ImapOutput) {
    this.#output = output;
  }

  /** Octets not handed over yet. */
  get gatheredBytes(): number {
    return this.#partBytes + this.#text.length;
  }

  /** Whether so much is gathered that it should be flushed before more is written. */
  get isFull(): boolean {
    return this.gatheredBytes >= GATHERED_BYTES;
  }

  /** Whether a response has been begun and not ended: nothing else can be said then. */
  get isMidLine(): boolean {
    return this.#midLine;
  }

  /** A piece of a response; the last one ends with CRLF. */
  text(octets: OctetString): void {
    this.#text += octets;
    this.#midLine = octets.charCodeAt(octets.length - 1) !== 0x0a;
  }

  /** A line, its end added. */
  line(octets: OctetString): void {
    this.#text += `${octets}\r\n`;
    this.#midLine = false;
  }

  octets(octets: Buffer): void {
    this.#closeText();
    this.#midLine = true;
    this.#parts.push(octets);
    this.#partBytes += octets.length;
  }

  #closeText(): void {
    if (this.#text === '') return;
    const part = Buffer.from(this.#text, 'latin1');
    this.#parts.push(part);
    this.#partBytes += part.length;
    this.#text = '';
  }

  /** Hands over all that is gathered. */
  flush(): Awaitable<void> {
    this.#closeText();
    const [first] = this.#parts;
    if (first === undefined) return;
    const octets = this.#parts.length === 1 ? first : Buffer.concat(this.#parts, this.#partBytes);
    this.#parts = [];
    this.#partBytes = 0;
    return this.#output.write(octets);
  }
}
