// SPDX-License-Identifier: EUPL-1.2
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SearchStore } from '../mailroom/search/search-store.ts';
import type { Config } from '../platform/config/config.ts';
import type { Gauge, Metrics } from '../platform/metrics.ts';
import { lookAtDisk, type QueueFigures } from './house-figures.ts';
import type { Around } from './surroundings.ts';

export interface LookoutFacts {
  readonly config: Config;
  readonly storeFolder: string;
  readonly queue: QueueFigures;
  readonly search: Pick<SearchStore, 'waitedMs'>;
  /** Resolves when the writer of the store answers, rejects when it does not. */
  readonly writerAnswers: () => Promise<void>;
  /** What the index in use says of us that is not so. */
  readonly amissInIndex: () => readonly string[];
  readonly around: Around;
}

const LOOK_MS = 30_000;
const DAY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;

/** Looks every half minute at what runs out slowly: room, certificates, the queue, the index of mailboxes. */
export class Lookout implements Disposable {
  readonly #facts: LookoutFacts;
  readonly #searchLag: Gauge<Record<never, readonly string[]>>;
  #stopped = false;
  #cancel: (() => void) | undefined;

  constructor(facts: LookoutFacts) {
    this.#facts = facts;
    this.#searchLag = searchLag(facts.around.metrics);
  }

  start(): void {
    void this.#round();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Looks once at everything. Never rejects. */
  async look(): Promise<void> {
    const looks = [this.#lookAtDisk(), this.#lookAtCertificates(), this.#lookAtWriter()];
    this.#lookAtSearch();
    this.#lookAtQueue();
    this.#lookAtIndex();
    for (const look of await Promise.allSettled(looks)) {
      if (look.status === 'rejected' && !this.#stopped) {
        this.#facts.around.journal.warn({ error: look.reason }, 'something could not be looked at');
      }
    }
  }

  async #round(): Promise<void> {
    await this.look();
    if (!this.#stopped) this.#cancel = this.#facts.around.timers.after(LOOK_MS, () => void this.#round());
  }

  async #lookAtDisk(): Promise<void> {
    const { config, storeFolder, around } = this.#facts;
    const { freeBytes } = await lookAtDisk(storeFolder);
    const limitBytes = config.watch.diskFreeBytes;
    if (freeBytes >= limitBytes) return around.alerts.clear('disk-low');
    around.alerts.raise({
      code: 'disk-low',
      sentence: 'the disk of the store is nearly full',
      facts: { freeBytes, limitBytes },
    });
  }

  async #lookAtCertificates(): Promise<void> {
    const { config, around } = this.#facts;
    const { tls, signing, directory, watch } = config;
    const { clientCertificateFile } = directory;
    const ends: string[] = [];
    // DIR-11: without a client certificate in force there is no index any more.
    for (const file of [tls.certificateFile, signing.certificateFile, clientCertificateFile]) {
      if (file === undefined) continue;
      const { validTo } = new X509Certificate(await readFile(file));
      const leftMs = Date.parse(validTo) - around.clock.now();
      if (leftMs < watch.certificateDays * DAY_MS) ends.push(`${file} until ${validTo}`);
    }
    if (ends.length === 0) return around.alerts.clear('certificate-expiring');
    around.alerts.raise({
      code: 'certificate-expiring',
      sentence: 'a certificate ends soon, or has ended',
      facts: { certificates: ends },
    });
  }

  #lookAtIndex(): void {
    const { amissInIndex, around } = this.#facts;
    const amiss = amissInIndex();
    if (amiss.length === 0) around.alerts.clear('index-without-us');
    else
      around.alerts.raise({
        code: 'index-without-us',
        sentence: 'the provider index has something of us otherwise than the configuration',
        facts: { amiss },
      });
  }

  /** Nobody waits for the index: to ask it to catch up would have it work under any load. */
  #lookAtSearch(): void {
    this.#searchLag.set({}, this.#facts.search.waitedMs / 1000);
  }

  /** A writer that was replaced and answers is over; one that is dead for good never answers. */
  async #lookAtWriter(): Promise<void> {
    await this.#facts.writerAnswers();
    this.#facts.around.alerts.clear('store-writer-restarted');
  }

  #lookAtQueue(): void {
    const { config, queue, around } = this.#facts;
    const entries = queue.current().find(({ state }) => state === 'held')?.entries ?? 0;
    if (entries === 0) around.alerts.clear('queue-held');
    else
      around.alerts.raise({
        code: 'queue-held',
        sentence: 'messages in the queue are held and are not tried',
        facts: { entries },
      });
    const limitMs = config.watch.queueAgeHours * HOUR_MS;
    const old = queue.current().filter((figure) => queue.ageMs(figure) > limitMs);
    if (old.length === 0) {
      around.alerts.clear('queue-old');
      return;
    }
    around.alerts.raise({
      code: 'queue-old',
      sentence: 'messages have been in the queue for long',
      facts: {
        oldest: old.map((figure) => `${figure.state} ${Math.round(queue.ageMs(figure) / HOUR_MS)} h`),
      },
    });
  }
}

function searchLag(metrics: Metrics) {
  return metrics.gauge({
    name: 'ceralacca_search_lag_seconds',
    sentence:
      'For how long the oldest change that the index over mailboxes does not know had waited when last looked at.',
  });
}
