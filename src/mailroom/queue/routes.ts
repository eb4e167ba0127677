// SPDX-License-Identifier: EUPL-1.2
import { isIP } from 'node:net';
import type { Dns, MailHost } from '../../platform/dns.ts';
import { Fault } from '../../platform/faults.ts';

/** Where a domain's mail goes, as the configuration says; comes before DNS. */
export interface Route {
  /** Name or IP address. */
  readonly host: string;
  /** Default 25. */
  readonly port?: number;
  /** The name its certificate must have; default `host`. */
  readonly tlsName?: string | undefined;
}

/** A machine to talk to. */
export interface Hop {
  /** What it is called: to be found in its certificate. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Where to go with a message: machines in the order to try them, or why there is none. */
export type Way =
  | { readonly found: 'hops'; readonly hops: readonly Hop[] }
  | { readonly found: 'nowhere'; readonly code: number; readonly enhanced: string; readonly text: string };

/** Addresses tried in one attempt at most. */
export const HOPS_LIMIT = 8;
/** Of these of one host while another is left: a dead host with many addresses hides no other. */
export const ADDRESSES_PER_HOST = 4;

const SMTP_PORT = 25;

export interface RoutesOptions {
  /** By domain, lower-case; `*` is every other one, for ordinary mail only (SEC-5). */
  readonly routes: Readonly<Record<string, Route>>;
  readonly dns: Dns;
  /** Our own host names: mail for others is not sent to ourselves. */
  readonly ownNames?: readonly string[];
}

/** Finds the machines that take the mail of a domain (AP-31), as MX records say (SEC-6). */
export class Routes {
  readonly #options: RoutesOptions;

  constructor(options: RoutesOptions) {
    this.#options = options;
  }

  /**
   * `turn` spreads messages over machines of equal preference. Rejects with the temporary Fault
   * `dns-unavailable` when DNS does not answer.
   */
  async find(domain: string, how: { readonly certified: boolean; readonly turn: number }): Promise<Way> {
    const { routes, dns } = this.#options;
    const route = ownEntry(routes, domain) ?? (how.certified ? undefined : ownEntry(routes, '*'));
    if (route !== undefined) return this.#along(route);
    if (domain.startsWith('[')) return nowhere('5.1.2', 'address literals are not served');
    const answer = await dns.mailHosts(domain);
    switch (answer.found) {
      case 'no-such-domain':
        return nowhere('5.1.2', `domain ${domain} does not exist`);
      case 'null-mx':
        return nowhere('5.1.10', `domain ${domain} takes no mail`);
      case 'no-mx':
        // RFC 5321 section 5.1: without MX the domain itself is the host.
        return this.#reach([{ name: domain, preference: 0 }], domain);
      case 'hosts': {
        const hosts = this.#beforeOurselves(answer.hosts);
        if (hosts.length === 0) return nowhere('5.4.6', `mail for ${domain} would come back to us`);
        return this.#reach(spread(hosts, how.turn), domain);
      }
    }
  }

  async #along(route: Route): Promise<Way> {
    const { host, port = SMTP_PORT, tlsName = route.host } = route;
    const addresses = isIP(host) === 0 ? await this.#options.dns.addresses(host) : [host];
    // The route is the operator's word: a host that is missing today may be back tomorrow.
    if (addresses.length === 0) {
      throw new Fault('route-unresolved', `the configured host ${host} has no address`, { temporary: true });
    }
    return {
      found: 'hops',
      hops: bothFamilies(addresses)
        .slice(0, HOPS_LIMIT)
        .map((address) => ({ name: tlsName, address, port })),
    };
  }

  async #reach(hosts: readonly MailHost[], domain: string): Promise<Way> {
    const hops: Hop[] = [];
    let fault: unknown;
    for (const { name } of hosts) {
      if (hops.length >= HOPS_LIMIT) break;
      try {
        const addresses = bothFamilies(await this.#options.dns.addresses(name));
        const some = hosts.length === 1 ? addresses : addresses.slice(0, ADDRESSES_PER_HOST);
        hops.push(...some.map((address) => ({ name, address, port: SMTP_PORT })));
      } catch (error) {
        fault = error;
      }
    }
    if (hops.length > 0) return { found: 'hops', hops: hops.slice(0, HOPS_LIMIT) };
    if (fault !== undefined) throw fault;
    return nowhere('5.4.4', `no machine takes the mail of ${domain}`);
  }

  /** RFC 5321 section 5.1: hosts as little preferred as ourselves, or less, would bring the mail back. */
  #beforeOurselves(hosts: readonly MailHost[]): readonly MailHost[] {
    const own = hosts.find(({ name }) => this.#options.ownNames?.includes(name));
    return own === undefined ? hosts : hosts.filter(({ preference }) => preference < own.preference);
  }
}

function ownEntry(routes: Readonly<Record<string, Route>>, domain: string): Route | undefined {
  return Object.hasOwn(routes, domain) ? routes[domain] : undefined;
}

/** By turns of the one and the other family (RFC 8305 section 4), IPv6 first: either may not work from here. */
function bothFamilies(addresses: readonly string[]): readonly string[] {
  const six = addresses.filter((address) => isIP(address) === 6);
  const four = addresses.filter((address) => isIP(address) !== 6);
  return Array.from({ length: Math.max(six.length, four.length) }, (_, at) => [six[at], four[at]])
    .flat()
    .filter((address) => address !== undefined);
}

function nowhere(enhanced: string, text: string): Way {
  return { found: 'nowhere', code: 550, enhanced, text };
}

/** Within each preference another host comes first from turn to turn. */
function spread(hosts: readonly MailHost[], turn: number): readonly MailHost[] {
  const byPreference = new Map<number, MailHost[]>();
  for (const host of hosts) {
    const equals = byPreference.get(host.preference);
    if (equals === undefined) byPreference.set(host.preference, [host]);
    else equals.push(host);
  }
  return [...byPreference.values()].flatMap((equals) => {
    const first = turn % equals.length;
    return [...equals.slice(first), ...equals.slice(0, first)];
  });
}
