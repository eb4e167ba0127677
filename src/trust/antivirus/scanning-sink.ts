// SPDX-License-Identifier: EUPL-1.2
import type { Octets } from '../../wire/mime/octets.ts';
import type { MessageSink } from '../../wire/smtp/message-sink.ts';
import type { Scanned, Scanner, StreamedScan } from './scanner.ts';

/**
 * A sink that has each message scanned while it comes in, and gives it out with the verdict. A scan that
 * breaks off on the way, as when a slow sender tries the scanner's patience, is made up for from what the
 * sink holds. Throws, and rejects, the Faults of the scanner: without a verdict there is no message.
 */
export function scanningSink<M extends { readonly octets: Octets }>(
  sink: MessageSink<M>,
  scanner: Scanner,
): MessageSink<Scanned<M>> {
  return new ScanningSink(sink, scanner);
}

class ScanningSink<M extends { readonly octets: Octets }> implements MessageSink<Scanned<M>> {
  readonly #sink: MessageSink<M>;
  readonly #scanner: Scanner;
  readonly #streamed: StreamedScan | undefined;

  constructor(sink: MessageSink<M>, scanner: Scanner) {
    this.#sink = sink;
    this.#scanner = scanner;
    this.#streamed = scanner.begin();
  }

  get tooLarge(): boolean {
    return this.#sink.tooLarge;
  }

  write(chunk: Buffer): Promise<void> | undefined {
    const kept = this.#sink.write(chunk);
    const scanned = this.tooLarge ? undefined : this.#streamed?.write(chunk);
    if (scanned === undefined) return kept;
    // No faster than both take it.
    return kept === undefined ? scanned : Promise.all([kept, scanned]).then(() => undefined);
  }

  async finish(): Promise<Scanned<M>> {
    const message = await this.#sink.finish();
    const scan = (await this.#streamed?.end()) ?? (await this.#scanner.scan(message.octets));
    return { ...message, scan };
  }

  async discard(): Promise<void> {
    this.#streamed?.abandon();
    await this.#sink.discard();
  }
}
