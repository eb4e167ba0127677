// SPDX-License-Identifier: EUPL-1.2
import { SMTPStream } from 'smtp-server/lib/smtp-stream';
import { DotDecoder } from './dot-decoder.ts';

/**
 * The library's splitter of commands, with our own reading of DATA: the library's takes a dot behind a
 * bare LF for a stuffed one, and a turn of the event loop for each stuffed dot.
 */
export class CommandStream extends SMTPStream {
  #decoder = new DotDecoder();

  override startDataMode(maxBytes?: number | string | null): ReturnType<SMTPStream['startDataMode']> {
    this.#decoder = new DotDecoder();
    return super.startDataMode(maxBytes);
  }

  override _feedDataStream(chunk: Buffer, done: (error?: Error | null) => void): void {
    const { octets, rest } = this.#decoder.decode(chunk);
    const stream = this._dataStream;
    this._countDataBytes(octets.length);
    if (rest !== undefined) {
      this._endDataMode(octets.length > 0 && octets, rest, done);
      return;
    }
    if (octets.length === 0 || !stream?.writable || stream.write(octets)) {
      done();
      return;
    }
    // Back-pressure: a stream that is destroyed never drains, it only closes.
    const goOn = () => {
      stream.off('drain', goOn);
      stream.off('close', goOn);
      done();
    };
    stream.once('drain', goOn);
    stream.once('close', goOn);
  }
}
