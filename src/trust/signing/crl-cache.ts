// SPDX-License-Identifier: EUPL-1.2
import type { Clock, Instant } from '../../platform/clock.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { derOf } from '../../wire/cms/pem.ts';
import { findRevoked, type RevocationList, readRevocationList } from '../../wire/cms/revocation-list.ts';
import { objectionToList, objectionToSignature } from './list-rules.ts';
import type { TrustedList } from './revocation-archive.ts';
import type { RevocationQuestion, RevocationSource, RevocationStatus } from './revocation-source.ts';

/** A list is fetched again after this time, even when its nextUpdate is far (IP-7). */
export const REFRESH_MS = 60 * 60 * 1000;
/** After a failed fetch the next one waits this long. */
export const RETRY_MS = 60 * 1000;
/** A list issued a little in the future is taken: other clocks differ. */
const SKEW_MS = 5 * 60 * 1000;
/** Most lists remembered. */
const MAX_LISTS = 500;

/** Octets at a URL or in a file; rejects when they cannot be had. */
export type FetchOctets = (location: string) => Promise<Buffer>;

export interface CrlCacheOptions {
  readonly clock: Clock;
  /** Gets an `http:` or `https:` URL; bounds time and size by itself. */
  readonly fetchUrl: FetchOctets;
  /** Lists kept on this machine, PEM or DER, for authorities that publish none over HTTP. */
  readonly files?: readonly string[];
  /** Reads one of `files`. */
  readonly readFile?: FetchOctets;
  /** Hears each failed fetch, with the location and the error. */
  readonly onFailure?: (location: string, error: unknown) => void;
  /** Hears each list that was fetched, once its issuer's signature has been checked. */
  readonly onTrusted?: (found: TrustedList) => void;
}

interface Entry {
  /** The last list that could be had and read. */
  list: RevocationList | null;
  /** Its DER, until somebody heard that it is trusted. */
  unheard: Buffer | null;
  fetchedAt: Instant;
  /** No further attempt before this instant. */
  nextAttempt: Instant;
  /** Why the last attempt failed; null when it did not. */
  problem: string | null;
  /** The attempt in progress; everybody waits for the same. */
  pending: Promise<void> | null;
  /** SHA-1 of issuers whose signature on `list` was checked. */
  readonly signedBy: Set<string>;
}

/**
 * IP-6, IP-7: revocation lists from the distribution points of the certificates, kept until nextUpdate and
 * fetched again at least hourly. U-17: while a list cannot be refreshed the old one serves until its
 * nextUpdate, then the answer is `unavailable`. `ldap:` URLs are passed over.
 */
export class CrlCache implements RevocationSource {
  readonly #options: CrlCacheOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: CrlCacheOptions) {
    this.#options = options;
  }

  async check(question: RevocationQuestion): Promise<RevocationStatus> {
    const { certificate } = question;
    const urls = certificate.crlUrls.filter((url) => /^https?:/i.test(url));
    const files = this.#options.files ?? [];
    const problems: string[] = [];
    for (const location of [...urls, ...files]) {
      const entry = await this.#current(location);
      const answer = this.#consult(entry, { ...question, location });
      if (typeof answer !== 'string') return answer;
      problems.push(`${location}: ${answer}`);
    }
    // RFC 5280 section 6.3 needs a list to be published; the profile of section 6.2 leaves that free.
    if (certificate.crlUrls.length === 0) {
      return { status: 'good', crlNumber: null, goodUntil: this.#options.clock.now() + REFRESH_MS };
    }
    return { status: 'unavailable', detail: problems.join('; ') || 'no list is published over HTTP' };
  }

  /** The list's answer, or why it has none. */
  #consult(entry: Entry, question: RevocationQuestion & { location: string }): RevocationStatus | string {
    const { list } = entry;
    const now = this.#options.clock.now();
    if (list === null) return entry.problem ?? 'no list';
    const objection = unsuitable(list, { ...question, now }) ?? unsigned(entry, list, question.issuer);
    if (objection !== null) return objection;
    this.#tell(entry, list);
    const crlNumber = list.crlNumber;
    const found = findRevoked(list, question.certificate);
    if (found !== null && found.revokedAt <= question.instant)
      return { status: 'revoked', ...found, crlNumber };
    const goodUntil = Math.min(
      list.nextUpdate ?? Number.POSITIVE_INFINITY,
      found?.revokedAt ?? Number.POSITIVE_INFINITY,
      entry.problem === null ? entry.fetchedAt + REFRESH_MS : entry.nextAttempt,
    );
    return { status: 'good', crlNumber, goodUntil };
  }

  #tell(entry: Entry, list: RevocationList): void {
    const { unheard } = entry;
    entry.unheard = null;
    if (unheard !== null) this.#options.onTrusted?.({ der: unheard, list });
  }

  async #current(location: string): Promise<Entry> {
    const entry = this.#entry(location);
    const now = this.#options.clock.now();
    // A clock that was set back makes an entry look as if it came from the future; it is fetched again.
    const due = now >= entry.nextAttempt || now < entry.fetchedAt;
    if (due) {
      entry.pending ??= this.#refresh(location, entry).finally(() => {
        entry.pending = null;
      });
    }
    if (entry.pending !== null) await entry.pending;
    return entry;
  }

  #entry(location: string): Entry {
    let entry = this.#entries.get(location);
    if (entry === undefined) {
      const never = Number.NEGATIVE_INFINITY;
      entry = {
        list: null,
        unheard: null,
        fetchedAt: never,
        nextAttempt: never,
        problem: null,
        pending: null,
        signedBy: new Set(),
      };
      const [oldest] = this.#entries.keys();
      if (this.#entries.size >= MAX_LISTS && oldest !== undefined) this.#entries.delete(oldest);
      this.#entries.set(location, entry);
    }
    return entry;
  }

  async #refresh(location: string, entry: Entry): Promise<void> {
    const { clock, fetchUrl, readFile, onFailure, onTrusted } = this.#options;
    try {
      const fetch = /^https?:/i.test(location) ? fetchUrl : readFile;
      if (fetch === undefined) throw new Error('files cannot be read here');
      const der = derOf(await fetch(location), 'X509 CRL');
      const parsed = readRevocationList(der);
      if (!parsed.ok) throw new Error(`not a revocation list: ${parsed.reason}`);
      const now = clock.now();
      entry.list = parsed.value;
      entry.unheard = onTrusted === undefined ? null : der;
      entry.signedBy.clear();
      entry.fetchedAt = now;
      entry.problem = null;
      // At nextUpdate a new list is due; when the one just fetched is old already, not at every message.
      const nextUpdate = parsed.value.nextUpdate ?? Number.POSITIVE_INFINITY;
      entry.nextAttempt = Math.max(Math.min(nextUpdate, now + REFRESH_MS), now + RETRY_MS);
    } catch (error) {
      entry.problem = error instanceof Error ? error.message : String(error);
      entry.nextAttempt = clock.now() + RETRY_MS;
      onFailure?.(location, error);
    }
  }
}

/** Why a list says nothing about this certificate now; null when it does. RFC 5280 section 6.3.3. */
function unsuitable(
  list: RevocationList,
  { certificate, issuer, now }: RevocationQuestion & { now: Instant },
): string | null {
  if (list.thisUpdate > now + SKEW_MS) return 'a list that is not valid yet';
  if (list.nextUpdate !== null && list.nextUpdate <= now) return 'the list is out of date';
  return objectionToList(list, { certificate, issuer });
}

/** Why the list is not the issuer's; the signature of each list is checked once. */
function unsigned(entry: Entry, list: RevocationList, issuer: Certificate): string | null {
  if (entry.signedBy.has(issuer.sha1)) return null;
  const objection = objectionToSignature(list, issuer);
  if (objection === null) entry.signedBy.add(issuer.sha1);
  return objection;
}
