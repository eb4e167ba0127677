// SPDX-License-Identifier: EUPL-1.2
import type { BlobId, ContentId, NewContent } from '../../../mailroom/contents/content-store.ts';
import type { QueueEntryId } from '../../../mailroom/queue/queue-store.ts';
import type { Act, ActResult, Step } from '../../../mailroom/steps/step-store.ts';

/** A content that was committed a moment ago and is about to leave, with those of its octets that are in memory. */
export interface ContentAtHand {
  readonly content: NewContent;
  readonly octets: ReadonlyMap<BlobId, Buffer>;
}

interface Held extends ContentAtHand {
  readonly bytes: number;
  readonly entries: Set<QueueEntryId>;
}

/** Octets held at most; beyond that the ones that wait longest are read when their turn comes. */
const HELD_BYTES = 16 * 1024 * 1024;
/** What an index and a list of slices may take beside the octets. */
const CONTENT_BYTES = 8 * 1024;

/**
 * Contents from the commit that puts them into the queue until the end of the first attempt to relay them: what was
 * just written is not read again. An entry that is queued keeps its content, so none of these can be gone.
 */
export class ContentsAtHand {
  readonly #limitBytes: number;
  readonly #held = new Map<ContentId, Held>();
  readonly #contentOf = new Map<QueueEntryId, ContentId>();
  #bytes = 0;

  constructor(limitBytes = HELD_BYTES) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  find(id: ContentId): ContentAtHand | undefined {
    return this.#held.get(id);
  }

  /** What a commit did. */
  hear(step: Step, act: Act, result: ActResult): void {
    if (act.do === 'enqueue' && result?.gave === 'entry') this.#hold(step, act.entry.content, result.entry);
    else if (act.do === 'settle' || act.do === 'retry-later' || act.do === 'hold') this.#letGo(act.entry);
  }

  forget(): void {
    this.#held.clear();
    this.#contentOf.clear();
    this.#bytes = 0;
  }

  #hold(step: Step, id: ContentId, entry: QueueEntryId): void {
    let held = this.#held.get(id);
    if (held === undefined) {
      const content = step.contents.find((each) => each.id === id);
      if (content === undefined) return;
      held = withOctets(content, step);
      this.#held.set(id, held);
      this.#bytes += held.bytes;
    }
    held.entries.add(entry);
    this.#contentOf.set(entry, id);
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#drop(oldest);
    }
  }

  #letGo(entry: QueueEntryId): void {
    const id = this.#contentOf.get(entry);
    if (id === undefined) return;
    this.#contentOf.delete(entry);
    const held = this.#held.get(id);
    held?.entries.delete(entry);
    if (held?.entries.size === 0) this.#drop(id);
  }

  #drop(id: ContentId): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#bytes -= held.bytes;
    for (const entry of held.entries) this.#contentOf.delete(entry);
  }
}

function withOctets(content: NewContent, step: Step): Held {
  const octets = new Map<BlobId, Buffer>();
  let bytes = CONTENT_BYTES;
  for (const { blob } of content.slices) {
    if (octets.has(blob)) continue;
    const source = step.blobs.find(({ id }) => id === blob)?.source;
    if (source?.kind !== 'memory') continue;
    octets.set(blob, source.octets);
    bytes += source.octets.length;
  }
  return { content, octets, bytes, entries: new Set() };
}
