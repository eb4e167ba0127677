// SPDX-License-Identifier: EUPL-1.2
import { Fault } from '../../platform/faults.ts';
import { Turns } from '../../platform/turns.ts';
import type { Octets } from '../../wire/mime/octets.ts';
import { ClamdConversation, type ClamdPlace, type ClamdWaits } from './clamd-conversation.ts';
import { readScanReply } from './clamd-reply.ts';
import type { Scanner, ScanVerdict, StreamedScan } from './scanner.ts';
import type { Probe } from './scanner-health.ts';
import { ScannerWatch, type ScannerWatchOptions } from './scanner-watch.ts';

export interface ClamdScannerOptions extends Omit<ScannerWatchOptions, 'probe'>, ClamdWaits {
  readonly place: ClamdPlace;
  /** Scans of messages on their way in, at the same time; as many again of messages that are there. */
  readonly atOnce: number;
}

/** Whole messages that may wait for their turn. */
export const WAITING_SCANS = 500;
/** How long a probe waits: a scanner that takes longer over a line of text is no use. */
const PROBE_ANSWER_MS = 30_000;
const PROBE_CHUNK = Buffer.alloc(64 * 1024, 'Ceralacca ');

/** clamd of ClamAV, by its INSTREAM command (clamd(8)): the octets go to it, it needs no file of ours. */
export class ClamdScanner implements Scanner, Disposable {
  readonly #options: ClamdScannerOptions;
  readonly #watch: ScannerWatch;
  readonly #turns: Turns;
  #streaming = 0;

  private constructor(options: ClamdScannerOptions) {
    this.#options = options;
    this.#turns = new Turns(options.atOnce);
    this.#watch = new ScannerWatch({ ...options, probe: (sampleBytes) => this.#probe(sampleBytes) });
  }

  /** Resolves when the scanner has been looked at once, whether it can be used or not. */
  static async open(options: ClamdScannerOptions): Promise<ClamdScanner> {
    const scanner = new ClamdScanner(options);
    await scanner.#watch.look();
    return scanner;
  }

  /** Looks now at how the scanner is; resolves when it is known. */
  look(): Promise<void> {
    return this.#watch.look();
  }

  begin(): StreamedScan | undefined {
    this.#watch.require();
    if (this.#streaming >= this.#options.atOnce) return undefined;
    this.#streaming++;
    return new ClamdStream(this.#converse('INSTREAM'), () => this.#streaming--);
  }

  async scan(octets: Octets): Promise<ScanVerdict> {
    this.#watch.require();
    if (this.#turns.waiting >= WAITING_SCANS) {
      throw new Fault('scanner-busy', 'too many messages wait to be scanned', { temporary: true });
    }
    return this.#turns.take(() => this.#scanNow(octets));
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  async #scanNow(octets: Octets): Promise<ScanVerdict> {
    // It may have gone while this one waited.
    this.#watch.require();
    const conversation = this.#converse('INSTREAM');
    try {
      await pourInto(conversation, octets.stream());
      return this.#verdictOf(await replyOf(conversation), octets.size);
    } finally {
      conversation.close();
    }
  }

  #verdictOf(reply: string | Error, sizeBytes: number): ScanVerdict {
    const read =
      reply instanceof Error ? ({ said: 'nothing', words: reply.message } as const) : readScanReply(reply);
    switch (read.said) {
      case 'clean':
        return { verdict: 'clean' };
      case 'infected':
        return { verdict: 'infected', virus: read.virus };
      case 'too-large':
        this.#watch.refused(sizeBytes);
        throw new Fault('scan-too-large', 'the scanner takes no messages of this size', { temporary: true });
      case 'nothing':
        // Whether this is about the message or about the scanner, a look will tell.
        void this.#watch.look();
        throw new Fault('scan-failed', `the message could not be scanned: ${read.words}`, {
          temporary: true,
        });
    }
  }

  async #probe(sampleBytes: number): Promise<Probe> {
    const limits = { answerMs: Math.min(PROBE_ANSWER_MS, this.#options.answerMs) };
    const asked = this.#converse('VERSION', limits);
    const version = await replyOf(asked);
    asked.close();
    if (version instanceof Error) return { answered: false, why: version.message };
    const scanned = this.#converse('INSTREAM', limits);
    await pourInto(scanned, sample(sampleBytes));
    const scan = await replyOf(scanned);
    scanned.close();
    return scan instanceof Error ? { answered: false, why: scan.message } : { answered: true, version, scan };
  }

  #converse(command: 'INSTREAM' | 'VERSION', waits: Partial<ClamdWaits> = {}): ClamdConversation {
    const { place, timers, connectMs, answerMs } = this.#options;
    return new ClamdConversation(place, { command, timers, connectMs, answerMs, ...waits });
  }
}

/** A scan beside a spool: whatever happens to it, the message goes on. */
class ClamdStream implements StreamedScan {
  readonly #conversation: ClamdConversation;
  readonly #onEnd: () => void;
  #ended = false;

  constructor(conversation: ClamdConversation, onEnd: () => void) {
    this.#conversation = conversation;
    this.#onEnd = onEnd;
  }

  write(chunk: Buffer): Promise<void> | undefined {
    return this.#conversation.write(chunk);
  }

  async end(): Promise<ScanVerdict | undefined> {
    this.#conversation.finish();
    const reply = await replyOf(this.#conversation);
    this.abandon();
    const read = reply instanceof Error ? undefined : readScanReply(reply);
    if (read?.said === 'clean') return { verdict: 'clean' };
    // Anything else is looked into with the whole message at hand.
    return read?.said === 'infected' ? { verdict: 'infected', virus: read.virus } : undefined;
  }

  abandon(): void {
    this.#conversation.close();
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
  }
}

async function replyOf(conversation: ClamdConversation): Promise<string | Error> {
  try {
    return await conversation.reply();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Sends the stream and its end; stops where the scanner has spoken or gone. */
async function pourInto(conversation: ClamdConversation, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    if (conversation.isOver) break;
    await conversation.write(chunk);
  }
  conversation.finish();
}

async function* sample(sizeBytes: number): AsyncGenerator<Buffer> {
  for (let left = sizeBytes; left > 0; left -= PROBE_CHUNK.length) yield PROBE_CHUNK.subarray(0, left);
}
