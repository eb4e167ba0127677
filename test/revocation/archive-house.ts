// SPDX-License-Identifier: EUPL-1.2
import { openMemoryStore } from '../../src/engines/memory/memory-store.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { CrlCache } from '../../src/trust/signing/crl-cache.ts';
import { RevocationArchive } from '../../src/trust/signing/revocation-archive.ts';
import type { RevocationAct } from '../../src/trust/signing/revocation-archive-store.ts';

/** Where the test authority says that its lists are. */
export const LIST_URL = 'http://crl.test/issuing.crl';
export const ROOT_LIST_URL = 'http://crl.test/root.crl';

/** A store, the archive in it, and a cache that fetches from a web of lists which the test changes. */
export class ArchiveHouse {
  readonly store: HouseStore = openMemoryStore();
  readonly clock: FixedClock;
  readonly web = new Map<string, Buffer>();
  readonly archive: RevocationArchive;
  readonly cache: CrlCache;

  constructor(now: number) {
    this.clock = new FixedClock(now);
    const { clock, store, web } = this;
    const commit = (acts: readonly RevocationAct[]) => this.commit(acts);
    this.archive = new RevocationArchive({ reader: store, commit, clock, journal: silentJournal });
    this.cache = new CrlCache({
      clock,
      fetchUrl: async (url) => {
        const list = web.get(url);
        if (list === undefined) throw new Error('HTTP 404');
        return list;
      },
      onTrusted: (found) => this.archive.keep(found),
    });
  }

  commit(acts: readonly RevocationAct[]): Promise<unknown> {
    return this.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
  }
}
