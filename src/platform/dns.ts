// SPDX-License-Identifier: EUPL-1.2
import { lookup, Resolver } from 'node:dns/promises';
import type { Clock } from './clock.ts';
import { Fault } from './faults.ts';

/** A host that takes mail for a domain. */
export interface MailHost {
  /** Lower-case name without final dot. */
  readonly name: string;
  /** Lower is tried first. */
  readonly preference: number;
}

/** What DNS says about the mail of a domain (RFC 5321 section 5.1, RFC 7505). */
export type MailHosts =
  | { readonly found: 'hosts'; readonly hosts: readonly MailHost[] }
  /** The domain says that it takes no mail. */
  | { readonly found: 'null-mx' }
  /** The domain exists without MX: its own addresses may take mail. */
  | { readonly found: 'no-mx' }
  | { readonly found: 'no-such-domain' };

/** The DNS questions the house asks. All reject with the temporary Fault `dns-unavailable`. */
export interface Dns {
  /** Hosts by ascending preference. */
  mailHosts(domain: string): Promise<MailHosts>;
  /** IPv4 and IPv6 addresses of a host; empty when there is none. */
  addresses(host: string): Promise<readonly string[]>;
  /** TXT records, the strings of each joined; empty when there is none. */
  texts(name: string): Promise<readonly string[]>;
}

/** DNS through the machine's resolvers, or the given ones (`address` or `address:port`). */
export class SystemDns implements Dns {
  readonly #resolver: Resolver;

  constructor(options: { readonly servers?: readonly string[]; readonly timeoutMs?: number } = {}) {
    this.#resolver = new Resolver({ timeout: options.timeoutMs ?? 5_000, tries: 2 });
    if (options.servers !== undefined) this.#resolver.setServers(options.servers);
  }

  async mailHosts(domain: string): Promise<MailHosts> {
    const answer = await this.#ask(() => this.#resolver.resolveMx(domain), domain);
    if (answer === 'no-such-name') return { found: 'no-such-domain' };
    if (answer === 'no-records') return { found: 'no-mx' };
    return readMxRecords(answer);
  }

  async addresses(host: string): Promise<readonly string[]> {
    const answers = await Promise.allSettled([
      this.#ask(() => this.#resolver.resolve6(host), host),
      this.#ask(() => this.#resolver.resolve4(host), host),
    ]);
    const found = answers.flatMap((answer) =>
      answer.status === 'rejected' || typeof answer.value === 'string' ? [] : answer.value,
    );
    if (found.length > 0) return found;
    // One family may fail and the other be known; that there is none, both must say.
    const failed = answers.find((answer) => answer.status === 'rejected');
    const known = await namedByTheMachine(host);
    if (known.length === 0 && failed !== undefined) throw failed.reason;
    return known;
  }

  async texts(name: string): Promise<readonly string[]> {
    const answer = await this.#ask(() => this.#resolver.resolveTxt(name), name);
    return typeof answer === 'string' ? [] : answer.map((strings) => strings.join(''));
  }

  async #ask<T>(query: () => Promise<T>, name: string): Promise<T | 'no-such-name' | 'no-records'> {
    try {
      return await query();
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === 'ENOTFOUND') return 'no-such-name';
      if (code === 'ENODATA') return 'no-records';
      // EBADNAME: the name can be in no zone, however long one waits.
      if (code === 'EBADNAME') return 'no-such-name';
      throw new Fault('dns-unavailable', `no DNS answer about ${name} (${code})`, { temporary: true, cause });
    }
  }
}

/** Names that only the machine knows: `localhost`, /etc/hosts. */
async function namedByTheMachine(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** Orders MX records and recognises the null MX of RFC 7505: one record, naming the root. */
export function readMxRecords(
  records: readonly { readonly exchange: string; readonly priority: number }[],
): MailHosts {
  const hosts = records
    .map(({ exchange, priority }) => ({
      name: exchange.replace(/\.$/, '').toLowerCase(),
      preference: priority,
    }))
    .sort((a, b) => a.preference - b.preference || (a.name < b.name ? -1 : 1));
  if (hosts.length === 0) return { found: 'no-mx' };
  if (hosts.every(({ name }) => name === '')) return { found: 'null-mx' };
  return { found: 'hosts', hosts: hosts.filter(({ name }) => name !== '') };
}

/** How long an answer is used again: long enough for a burst, short enough to follow a move. */
const CACHE_MS = 60_000;
/** Domains and hosts remembered at most. */
const CACHE_LIMIT = 10_000;

/** Remembers answers for a minute; a Fault is never remembered. */
export class CachingDns implements Dns {
  readonly #dns: Dns;
  readonly #clock: Clock;
  readonly #mailHosts = new Map<string, { readonly until: number; readonly answer: Promise<MailHosts> }>();
  readonly #addresses = new Map<
    string,
    { readonly until: number; readonly answer: Promise<readonly string[]> }
  >();

  constructor(options: { readonly dns: Dns; readonly clock: Clock }) {
    this.#dns = options.dns;
    this.#clock = options.clock;
  }

  mailHosts(domain: string): Promise<MailHosts> {
    return this.#remember(this.#mailHosts, domain, () => this.#dns.mailHosts(domain));
  }

  addresses(host: string): Promise<readonly string[]> {
    return this.#remember(this.#addresses, host, () => this.#dns.addresses(host));
  }

  texts(name: string): Promise<readonly string[]> {
    // Not remembered: strangers choose the names, and an answer may be large.
    return this.#dns.texts(name);
  }

  #remember<T>(
    cache: Map<string, { readonly until: number; readonly answer: Promise<T> }>,
    name: string,
    ask: () => Promise<T>,
  ): Promise<T> {
    const now = this.#clock.now();
    const known = cache.get(name);
    if (known !== undefined && known.until > now) return known.answer;
    cache.delete(name);
    const answer = ask();
    const entry = { until: now + CACHE_MS, answer };
    cache.set(name, entry);
    answer.catch(() => {
      if (cache.get(name) === entry) cache.delete(name);
    });
    // The oldest entry stands first in a Map.
    for (const oldest of cache.keys()) {
      if (cache.size <= CACHE_LIMIT) break;
      cache.delete(oldest);
    }
    return answer;
  }
}
