// SPDX-License-Identifier: EUPL-1.2
import { HeaderKeeper } from './header-keeper.ts';
import { LineScanner } from './line-scanner.ts';
import type { MimeIndex, MimeLimits } from './mime-part.ts';
import { asBuffer } from './octets.ts';
import { PartTree } from './part-tree.ts';
import { WatchedLines } from './watched-lines.ts';

export type { MimeDefect, MimeIndex, MimeLimits, MimePart, Parameters } from './mime-part.ts';

export const DEFAULT_MIME_LIMITS: MimeLimits = {
  headerBytes: 1024 * 1024,
  fieldBytes: 1024 * 1024,
  depth: 100,
  parts: 2000,
  watched: 1000,
};

export interface MimeIndexerOptions {
  readonly limits?: Partial<MimeLimits>;
  /** Lines that start with `--` and this are reported in `watched`; nothing is watched without it. */
  readonly watchPrefix?: string;
}

/**
 * Finds the entities of a message while its octets pass by. Keeps none of them but the header that is being
 * read; never throws, whatever the octets.
 */
export class MimeIndexer {
  readonly #header: HeaderKeeper;
  readonly #tree: PartTree;
  readonly #watched: WatchedLines;
  readonly #scanner: LineScanner;

  constructor(options: MimeIndexerOptions = {}) {
    const limits = options.limits ? { ...DEFAULT_MIME_LIMITS, ...options.limits } : DEFAULT_MIME_LIMITS;
    this.#header = new HeaderKeeper(limits.headerBytes);
    const tree = new PartTree(limits, (start, end) => this.#header.take(start, end));
    const watched = new WatchedLines(options.watchPrefix, limits.watched);
    this.#tree = tree;
    this.#watched = watched;
    this.#scanner = new LineScanner({
      get emptyLines() {
        return tree.emptyLines;
      },
      line(line) {
        watched.line(line);
        tree.line(line);
      },
    });
  }

  /** Takes the next octets, in chunks of any size; the chunk is not kept. */
  update(chunk: Uint8Array): void {
    const octets = asBuffer(chunk);
    this.#header.pass(octets);
    this.#scanner.update(octets);
    this.#header.keepFrom(this.#tree.headerStart);
  }

  /** Octets kept at the moment: those of the header that is being read, up to the limit `headerBytes`. */
  get heldBytes(): number {
    return this.#header.heldBytes;
  }

  /** The index; to be called once, after the last `update`. */
  end(): MimeIndex {
    this.#scanner.end();
    const { size, lineFeeds, eightBit, bareLineEnds, nul, longestLine } = this.#scanner;
    const root = this.#tree.end({ offset: size, lineFeeds });
    const defects = [...this.#tree.defects];
    if (this.#watched.overflown) defects.push('too-many-watched');
    return { size, root, eightBit, bareLineEnds, nul, longestLine, watched: this.#watched.list(), defects };
  }
}

/** The index of a message in memory. */
export function indexMessage(message: Uint8Array, options: MimeIndexerOptions = {}): MimeIndex {
  const indexer = new MimeIndexer(options);
  indexer.update(message);
  return indexer.end();
}
