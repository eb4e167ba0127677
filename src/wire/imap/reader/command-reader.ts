// SPDX-License-Identifier: EUPL-1.2
import { type AppendMessage, appendContinuation } from '../commands/append.ts';
import { type ParseOutcome, parseCommand } from '../commands/parse-command.ts';
import { Decoder } from '../grammar/decoder.ts';
import { type LiteralHeader, type ReadingRefusal, SyntaxRefusal } from '../grammar/refusals.ts';
import { LITERAL_TAIL_BYTES, literalAtEnd, tagAtStart, withoutLineEnd } from './lines.ts';
import { OctetQueue } from './octet-queue.ts';
import type { ReaderEvent } from './reader-event.ts';
import type { ReaderLimits } from './reader-limits.ts';

/** What the next octets are. */
type Expectation =
  | { readonly of: 'line' }
  /** Octets of a literal that is kept with its command. */
  | { readonly of: 'literal'; readonly header: LiteralHeader }
  /** Nothing, until the session has decided about an APPEND's literal. */
  | { readonly of: 'decision'; readonly tag: string; readonly message: AppendMessage }
  | { readonly of: 'message'; readonly tag: string; readonly message: AppendMessage; remaining: number }
  /** The line after a message's octets. */
  | { readonly of: 'message-tail'; readonly tag: string; readonly message: AppendMessage }
  /** The rest of a command that is refused already; `literal` octets of it first. */
  | { readonly of: 'rest'; readonly tag: string; readonly refusal: ReadingRefusal; literal: number }
  | { readonly of: 'plain-line'; readonly limit: number; tooLong: boolean }
  | { readonly of: 'nothing' };

const LINE: Expectation = { of: 'line' };
/** No event yet, but the octets at hand may hold more. */
const AGAIN = Symbol('again');
type Step = ReaderEvent | typeof AGAIN | undefined;

const TOO_LONG: ReadingRefusal = { status: 'BAD', text: 'Command line too long' };
const TOO_BIG: ReadingRefusal = { status: 'NO', code: 'TOOBIG', text: 'Literal too large' };

/**
 * Octets in, commands out (RFC 9051 section 2.2.1). The session pulls: nothing is read ahead of the
 * command it carries out, so what a command changes (limits, UTF-8, compression) holds for the next.
 * Memory is bounded by the limits and by what is pushed while `wantsOctets` is true; a message's
 * octets pass through and are never gathered.
 */
export class CommandReader {
  limits: ReaderLimits;
  /** Mailbox names come in UTF-8. */
  utf8 = false;
  readonly #queue = new OctetQueue();
  /** Lines and literals of the command so far. */
  #parts: Buffer[] = [];
  #lineBytes = 0;
  #literalBytes = 0;
  #literals = 0;
  #swallowed = 0;
  #expectation: Expectation = LINE;

  constructor(limits: ReaderLimits) {
    this.limits = limits;
  }

  push(octets: Buffer): void {
    if (this.#expectation.of !== 'nothing') this.#queue.push(octets);
  }

  /** Whether more octets should be pushed now; false while pipelined commands pile up. */
  get wantsOctets(): boolean {
    const at = this.#expectation;
    const literal = at.of === 'literal' ? at.header.sizeBytes : 0;
    return this.#queue.length < literal + Math.max(this.limits.waitingBytes, this.limits.lineBytes + 1);
  }

  /** Whether octets wait that were not read yet. */
  get hasWaiting(): boolean {
    return this.#queue.length > 0;
  }

  /** Takes what came but was not read: nothing after STARTTLS may be believed, after COMPRESS it is deflated. */
  takeWaiting(): Buffer {
    return this.#queue.take(this.#queue.length);
  }

  /** The next event is the next line, whatever it holds (SASL responses, DONE). */
  expectLine(limitBytes: number): void {
    this.#expectation = { of: 'plain-line', limit: limitBytes, tooLong: false };
  }

  /** The APPEND's octets are wanted; the caller sends the continuation request when one is due. */
  acceptLiteral(): void {
    const at = this.#expectation;
    if (at.of !== 'decision') throw new Error('no literal waits for a decision');
    const { tag, message } = at;
    this.#expectation = { of: 'message', tag, message, remaining: message.literal.sizeBytes };
  }

  /** The APPEND is refused; what the client sends of it anyway is thrown away before the `refused` event. */
  refuseLiteral(refusal: ReadingRefusal): void {
    const at = this.#expectation;
    if (at.of === 'decision') this.#refuseWithLiteral(refusal, { tag: at.tag, header: at.message.literal });
    else if (at.of === 'message') {
      this.#expectation = { of: 'rest', tag: at.tag, refusal, literal: at.remaining };
    } else throw new Error('no literal is under way');
  }

  /** The next event; undefined when more octets, or a decision, are needed first. */
  next(): ReaderEvent | undefined {
    for (;;) {
      const step = this.#step();
      if (step !== AGAIN) return step;
    }
  }

  #step(): Step {
    const at = this.#expectation;
    switch (at.of) {
      case 'line':
        return this.#readLine();
      case 'literal':
        return this.#readLiteral(at.header);
      case 'message':
        return this.#readMessage(at);
      case 'message-tail':
        return this.#readMessageTail(at);
      case 'rest':
        return this.#readRest(at);
      case 'plain-line':
        return this.#readPlainLine(at);
      default:
        return undefined;
    }
  }

  #reset(): void {
    this.#parts = [];
    this.#lineBytes = this.#literalBytes = this.#literals = this.#swallowed = 0;
    this.#expectation = LINE;
  }

  #fatal(text: string, code?: string): ReaderEvent {
    this.#reset();
    this.#expectation = { of: 'nothing' };
    this.takeWaiting();
    return code === undefined ? { event: 'fatal', text } : { event: 'fatal', text, code };
  }

  #refuse(tag: string, refusal: ReadingRefusal): ReaderEvent {
    this.#reset();
    return { event: 'refused', tag, refusal };
  }

  #readLine(): Step {
    const line = this.#queue.takeLine();
    const bytes = this.#lineBytes + (line?.length ?? this.#queue.length);
    if (bytes > this.limits.lineBytes) return this.#lineTooLong(line);
    if (line === undefined) return undefined;
    this.#lineBytes = bytes;
    this.#parts.push(line);
    const literal = literalAtEnd(line);
    const octets = joined(this.#parts);
    return this.#judge(parseCommand(literal ? octets : withoutLineEnd(octets), this.#options()), literal);
  }

  #options(): { utf8: boolean; nestingDepth: number; setRanges: number } {
    const { nestingDepth, setRanges } = this.limits;
    return { utf8: this.utf8, nestingDepth, setRanges };
  }

  #lineTooLong(line: Buffer | undefined): Step {
    const start = this.#parts[0] ?? line ?? this.#queue.peek(256);
    const tag = tagAtStart(start);
    if (line !== undefined) return this.#afterRefusedLine(line, { tag, refusal: TOO_LONG });
    this.#expectation = { of: 'rest', tag, refusal: TOO_LONG, literal: 0 };
    return AGAIN;
  }

  #judge(outcome: ParseOutcome, literal: LiteralHeader | undefined): Step {
    const { tag } = outcome;
    if (outcome.is === 'command') {
      const { command } = outcome;
      if (command.name !== 'APPEND') {
        this.#reset();
        return { event: 'command', tag, command };
      }
      this.#parts = [];
      this.#expectation = { of: 'decision', tag, message: command.message };
      return { event: 'append', tag, command };
    }
    if (outcome.is === 'incomplete' && literal !== undefined) return this.#beginLiteral(tag, literal);
    const refusal: ReadingRefusal =
      outcome.is === 'refused' ? outcome.refusal : { status: 'BAD', text: 'Malformed literal' };
    if (literal === undefined) return this.#refuse(tag, refusal);
    this.#refuseWithLiteral(refusal, { tag, header: literal });
    return AGAIN;
  }

  #beginLiteral(tag: string, header: LiteralHeader): Step {
    this.#literalBytes += header.sizeBytes;
    this.#literals++;
    const { literalBytes, literalsPerCommand } = this.limits;
    if (this.#literalBytes > literalBytes || this.#literals > literalsPerCommand) {
      this.#refuseWithLiteral(TOO_BIG, { tag, header });
      return AGAIN;
    }
    this.#expectation = { of: 'literal', header };
    return header.synchronizing ? { event: 'continue' } : AGAIN;
  }

  #readLiteral(header: LiteralHeader): Step {
    if (this.#queue.length < header.sizeBytes) return undefined;
    this.#parts.push(this.#queue.take(header.sizeBytes));
    this.#expectation = LINE;
    return AGAIN;
  }

  /** RFC 7888 section 4: what comes unasked is read and thrown away, or the connection ends. */
  #refuseWithLiteral(refusal: ReadingRefusal, at: { tag: string; header: LiteralHeader }): void {
    const { tag, header } = at;
    this.#parts = [];
    // A literal of -1 octets: the client waits, and never sends it once it reads the refusal.
    const literal = header.synchronizing ? -1 : header.sizeBytes;
    this.#expectation = { of: 'rest', tag, refusal, literal };
  }

  #readRest(at: Expectation & { of: 'rest' }): Step {
    if (at.literal < 0) return this.#refuse(at.tag, at.refusal);
    if (this.#swallowed + at.literal > this.limits.swallowBytes) {
      return this.#fatal('Literal too large', 'TOOBIG');
    }
    while (at.literal > 0) {
      const some = this.#queue.takeSome(at.literal);
      if (some === undefined) return undefined;
      at.literal -= some.length;
      this.#swallowed += some.length;
    }
    const line = this.#queue.takeLine();
    if (line !== undefined) return this.#afterRefusedLine(line, at);
    // The end of a line tells whether a literal follows; the rest of it is of no interest.
    this.#swallowed += this.#queue.dropAllBut(LITERAL_TAIL_BYTES);
    return this.#swallowed > this.limits.swallowBytes ? this.#fatal('Line too long') : undefined;
  }

  #afterRefusedLine(line: Buffer, at: { readonly tag: string; readonly refusal: ReadingRefusal }): Step {
    this.#swallowed += line.length;
    const header = literalAtEnd(line);
    if (header === undefined) return this.#refuse(at.tag, at.refusal);
    this.#refuseWithLiteral(at.refusal, { tag: at.tag, header });
    return AGAIN;
  }

  #readMessage(at: Expectation & { of: 'message' }): Step {
    if (at.remaining === 0) {
      this.#expectation = { of: 'message-tail', tag: at.tag, message: at.message };
      this.#lineBytes = 0;
      return { event: 'literal-end' };
    }
    const octets = this.#queue.takeSome(at.remaining);
    if (octets === undefined) return undefined;
    at.remaining -= octets.length;
    return { event: 'octets', octets };
  }

  #readMessageTail(at: Expectation & { of: 'message-tail' }): Step {
    const line = this.#queue.takeLine();
    if ((line?.length ?? this.#queue.length) > this.limits.lineBytes) {
      return this.#messageTailRefused(line, { tag: at.tag, refusal: TOO_LONG });
    }
    if (line === undefined) return undefined;
    const literal = literalAtEnd(line);
    const decoder = new Decoder(literal ? line : withoutLineEnd(line), this.#options());
    try {
      const message = appendContinuation(decoder, at.message);
      decoder.end();
      if (message === undefined) {
        this.#reset();
        return { event: 'append-end' };
      }
      this.#expectation = { of: 'decision', tag: at.tag, message };
      return { event: 'append-next', message };
    } catch (error) {
      if (!(error instanceof SyntaxRefusal)) throw error;
      return this.#messageTailRefused(line, { tag: at.tag, refusal: error.refusal });
    }
  }

  #messageTailRefused(
    line: Buffer | undefined,
    at: { readonly tag: string; readonly refusal: ReadingRefusal },
  ): Step {
    if (line !== undefined) return this.#afterRefusedLine(line, at);
    this.#expectation = { of: 'rest', tag: at.tag, refusal: at.refusal, literal: 0 };
    return AGAIN;
  }

  #readPlainLine(at: Expectation & { of: 'plain-line' }): Step {
    const line = this.#queue.takeLine();
    if ((line?.length ?? this.#queue.length) > at.limit) at.tooLong = true;
    if (line === undefined) {
      if (at.tooLong) this.#swallowed += this.#queue.dropAllBut(0);
      return this.#swallowed > this.limits.swallowBytes ? this.#fatal('Line too long') : undefined;
    }
    this.#reset();
    return { event: 'line', octets: at.tooLong ? undefined : withoutLineEnd(line) };
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}
