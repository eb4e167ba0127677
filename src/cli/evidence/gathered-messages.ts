// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { EvidenceGap } from '../../evidence/evidence-file/index-model.ts';
import { gapText } from '../../evidence/wording/evidence-gaps.ts';
import type { KeptFrame } from '../../mailroom/frames/frame-store.ts';
import { Fault } from '../../platform/faults.ts';
import type { EvidenceGrounds } from '../../points/reissuing/evidence-decision.ts';
import { reassembledOctets } from '../../points/reissuing/reassembly.ts';
import { MemoryOctets, type Octets } from '../../wire/mime/octets.ts';
import { type Arrival, arrivalsIn, storedArrivals } from './arrivals.ts';
import type { EvidenceStore } from './evidence-store.ts';
import { type Examination, type ExaminedMessage, type IndexedMessage, indexed } from './examined-message.ts';
import { type KnownOriginal, OriginalSearch } from './original-search.ts';

export interface GatheredMessages {
  readonly messages: readonly ExaminedMessage[];
  readonly original?: KnownOriginal;
  readonly missing: readonly EvidenceGap[];
}

export interface Gathering {
  readonly store: EvidenceStore;
  readonly grounds: EvidenceGrounds;
  readonly examine: (message: IndexedMessage) => Promise<Examination>;
  /** Handed over by the operator, examined and about this message. */
  readonly added: readonly ExaminedMessage[];
  /** What the operator's file may hold as the original, by SHA-256. */
  readonly originals?: ReadonlyMap<string, Buffer>;
}

/**
 * Every message that there is: made here, from its frame; come from others, from the mailbox it lies in; handed over.
 * What is missing is told. Throws the Faults of the store.
 */
export async function gatherMessages(gathering: Gathering): Promise<GatheredMessages> {
  return new Gatherer(gathering).gather();
}

class Gatherer {
  readonly #gathering: Gathering;
  /** By the digest of the signed entity: a message is taken once. */
  readonly #messages = new Map<string, ExaminedMessage>();
  readonly #missing: EvidenceGap[] = [];

  constructor(gathering: Gathering) {
    this.#gathering = gathering;
  }

  async gather(): Promise<GatheredMessages> {
    const { store, grounds, added, originals } = this.#gathering;
    const whole = grounds.frames.filter(({ original }) => original === undefined);
    const holed = grounds.frames.filter(({ original }) => original !== undefined);
    for (const frame of whole) await this.#takeFrame(frame, new MemoryOctets(Buffer.alloc(0)));
    for (const message of added) this.#take(message);
    for (const arrival of arrivalsIn(grounds.records, store)) await this.#takeArrival(arrival);
    const search = new OriginalSearch(expectedOriginals(grounds));
    const original = search.among(originals) ?? (await search.within([...this.#messages.values()]));
    for (const frame of holed) await this.#fill(frame, original);
    if (original === undefined) this.#lacks({ what: 'originale', why: 'serve-originale' });
    this.#tellOfOthers();
    return {
      messages: [...this.#messages.values()],
      ...(original !== undefined && { original }),
      missing: this.#missing,
    };
  }

  async #fill(frame: KeptFrame, original: KnownOriginal | undefined): Promise<void> {
    const digest = digestOf(frame, this.#gathering.grounds.records);
    if (digest !== undefined && this.#messages.has(digest)) return;
    if (original?.sha256 === frame.original?.sha256 && original !== undefined)
      await this.#takeFrame(frame, original.octets);
    else this.#lacks({ what: 'messaggio', why: 'serve-originale', ...aboutFrame(frame) });
  }

  async #takeFrame(frame: KeptFrame, original: Octets): Promise<void> {
    const examined = await this.#reassembled(frame, original);
    const digest = digestOf(frame, this.#gathering.grounds.records);
    const isIt = examined?.ok === true && (digest === undefined || examined.message.facts.digest === digest);
    if (isIt) this.#take(examined.message);
    else this.#lacks({ what: 'messaggio', why: 'danneggiato', ...aboutFrame(frame) });
  }

  async #reassembled(frame: KeptFrame, original: Octets): Promise<Examination | undefined> {
    try {
      return await this.#gathering.examine(await indexed(await reassembledOctets(frame, original)));
    } catch (error) {
      if (error instanceof Fault && error.code === 'frame-damaged') return undefined;
      throw error;
    }
  }

  async #takeArrival(arrival: Arrival): Promise<void> {
    const { store, grounds, examine } = this.#gathering;
    const isIt = ({ facts, data }: ExaminedMessage) =>
      data.identifier === grounds.identifier &&
      (arrival.digest === undefined
        ? facts.messageId === arrival.messageId
        : facts.digest === arrival.digest);
    if ([...this.#messages.values()].some(isIt)) return;
    for await (const stored of storedArrivals(store, arrival)) {
      const examined = await examine(stored);
      if (examined.ok && isIt(examined.message)) {
        this.#take(examined.message);
        return;
      }
    }
    const { kind, recipient } = arrival;
    this.#lacks({
      what: 'messaggio',
      why: 'non-conservato',
      kind,
      ...(recipient !== undefined && { recipient }),
    });
  }

  /** Where the message came from elsewhere, so is its acceptance. */
  #tellOfOthers(): void {
    const { records } = this.#gathering.grounds;
    const came = records.some(({ event }) => event === 'envelope-received');
    const isOurs = records.some(({ event }) => event === 'acceptance');
    const isThere = [...this.#messages.values()].some(({ facts }) => facts.kind === 'acceptance');
    if (came && !isOurs && !isThere) this.#lacks({ what: 'messaggio', why: 'altrove', kind: 'acceptance' });
  }

  #take(message: ExaminedMessage): void {
    const { digest } = message.facts;
    if (!this.#messages.has(digest)) this.#messages.set(digest, message);
  }

  #lacks(gap: Omit<EvidenceGap, 'text'>): void {
    this.#missing.push({ ...gap, text: gapText(gap) });
  }
}

/** The digest that the record of its emission gives a frame's message; records of old give none. */
function digestOf({ messageId, instant }: KeptFrame, records: readonly LogRecord[]): string | undefined {
  const record = records.find(
    (each) => each.instant === instant && each.generated?.includes(messageId) === true,
  );
  return record?.digests?.[record.generated?.indexOf(messageId) ?? -1];
}

function expectedOriginals({ frames, records }: EvidenceGrounds): ReadonlySet<string> {
  const inFrames = frames.flatMap(({ original }) => (original === undefined ? [] : [original.sha256]));
  const inRecords = records.flatMap(({ event, original }) =>
    original === undefined || event === 'anomaly-created' ? [] : [original],
  );
  return new Set([...inFrames, ...inRecords]);
}

function aboutFrame({ kind, recipient }: KeptFrame): Pick<EvidenceGap, 'kind' | 'recipient'> {
  return { kind, ...(recipient !== undefined && { recipient }) };
}
