// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Journal } from '../../platform/journal.ts';
import type { DistinguishedName } from '../../wire/cms/distinguished-name.ts';
import { type RevocationList, readRevocationList } from '../../wire/cms/revocation-list.ts';
import type { ArchivedList, RevocationAct, RevocationArchiveReader } from './revocation-archive-store.ts';

export interface RevocationArchiveOptions {
  readonly reader: RevocationArchiveReader;
  /** Performs acts in one transaction. */
  readonly commit: (acts: readonly RevocationAct[]) => Promise<unknown>;
  readonly clock: Clock;
  readonly journal: Journal;
}

/** A list whose issuer's signature was checked. */
export interface TrustedList {
  readonly der: Buffer;
  readonly list: RevocationList;
}

/** Lists that wait to be kept; more are passed over until the next time they are had. */
const MOST_WAITING = 64;

/**
 * Keeps every revocation list that was relied on, so that it can be shown later what was known when something was
 * signed. One list is kept for each period from thisUpdate to nextUpdate, and always the newest.
 */
export class RevocationArchive {
  readonly #options: RevocationArchiveOptions;
  #working: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: RevocationArchiveOptions) {
    this.#options = options;
  }

  /** Keeps a list some time soon. Nobody waits for it; what cannot be kept is told to the journal. */
  keep(found: TrustedList): void {
    if (this.#waiting >= MOST_WAITING) return;
    this.#waiting += 1;
    this.#working = this.#working
      .then(() => this.#keep(found))
      .catch((error: unknown) =>
        this.#options.journal.error({ error }, 'a revocation list could not be kept'),
      )
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Resolves when everything that was to be kept is kept, or was given up. */
  settled(): Promise<void> {
    return this.#working;
  }

  async #keep({ der, list }: TrustedList): Promise<void> {
    const { reader, commit, clock, journal } = this.#options;
    const entry = archivedList({ der, list }, clock.now());
    const others = reader.listRevocationLists(entry.issuer);
    if (others.some(({ sha256 }) => sha256 === entry.sha256)) return;
    const replaced = this.#replacedBy({ entry, list }, others);
    await commit([
      { do: 'keep-revocation-list', list: entry, der },
      ...(replaced === undefined ? [] : [{ do: 'forget-revocation-list', sha256: replaced } as const]),
    ]);
    const { sha256, thisUpdate } = entry;
    journal.info({ sha256, thisUpdate: new Date(thisUpdate).toISOString() }, 'a revocation list is kept');
  }

  /** The list that need not be kept any longer beside a new one, if there is one. */
  #replacedBy(
    { entry, list }: { readonly entry: ArchivedList; readonly list: RevocationList },
    others: readonly ArchivedList[],
  ): string | undefined {
    const series = others.filter((other) => other.series === entry.series);
    const [before, middle] = series.slice(-2);
    if (before === undefined || middle === undefined || middle.thisUpdate >= entry.thisUpdate)
      return undefined;
    const lists = [before, middle].map(({ sha256 }) => this.#read(sha256));
    const [first, second] = lists;
    if (first === undefined || second === undefined) return undefined;
    return isBetween({ before: first, middle: second, after: list }) ? middle.sha256 : undefined;
  }

  #read(sha256: string): RevocationList | undefined {
    const der = this.#options.reader.revocationListOctets(sha256);
    const parsed = der === undefined ? undefined : readRevocationList(der);
    return parsed?.ok ? parsed.value : undefined;
  }
}

/** A list as it is kept. */
export function archivedList({ der, list }: TrustedList, obtainedAt: Instant): ArchivedList {
  const { issuer, authorityKeyIdentifier, scope, thisUpdate, nextUpdate } = list;
  const key = issuerKey(issuer);
  const series = [key, authorityKeyIdentifier?.toString('hex'), scope];
  return {
    sha256: hash('sha256', der, 'hex'),
    issuer: key,
    series: hash('sha256', JSON.stringify(series), 'hex'),
    thisUpdate,
    nextUpdate,
    obtainedAt,
  };
}

/** A name as the archive finds it; the same for names that are the same to `sameName`. */
export function issuerKey(name: DistinguishedName): string {
  return hash('sha256', JSON.stringify(name.comparable), 'hex');
}

/**
 * Whether the lists before and after it leave nothing to a list: their periods meet, and each of its entries is in
 * one of them. A certificate put on hold and released, or expired, may be in the middle one alone.
 */
function isBetween(lists: {
  readonly before: RevocationList;
  readonly middle: RevocationList;
  readonly after: RevocationList;
}): boolean {
  const { before, middle, after } = lists;
  if (before.nextUpdate === null || after.thisUpdate > before.nextUpdate) return false;
  for (const serial of middle.revoked.keys())
    if (!before.revoked.has(serial) && !after.revoked.has(serial)) return false;
  return true;
}
