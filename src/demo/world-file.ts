// SPDX-License-Identifier: EUPL-1.2
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoAuthority } from './demo-authority.ts';
import type { DemoPorts } from './ports.ts';
import { licensed } from './provider-config.ts';
import { DEMO_PASSWORD, ORDINARY, PROVIDERS } from './roster.ts';

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What `world.json` says: everything a client of the demo needs. */
export interface World {
  readonly caFile: string;
  readonly authority: {
    readonly indexUrl: string;
    /** Time stamps over HTTP (RFC 3161). */
    readonly tsaUrl: string;
    readonly crlUrl: string;
    /** A time server over UDP. */
    readonly ntp: Endpoint;
  };
  readonly providers: readonly {
    readonly name: string;
    readonly domain: string;
    readonly serviceAddress: string;
    readonly submission: Endpoint & { readonly tls: 'implicit' };
    readonly submissionStarttls: Endpoint & { readonly tls: 'starttls' };
    readonly exchange: Endpoint & { readonly tls: 'starttls' };
    readonly imaps: Endpoint;
    readonly pop3s: Endpoint;
    /** Where it shows how it is: `/status`, `/metrics`, `/health/ready`. */
    readonly watch: string;
    readonly web: string | null;
    readonly mailboxes: readonly {
      readonly address: string;
      readonly password: string;
      readonly holder: string;
    }[];
  }[];
  readonly ordinary: {
    readonly domain: string;
    readonly smtp: Endpoint;
    readonly imaps: Endpoint | null;
    readonly mailboxes: readonly { readonly address: string; readonly maildir: string }[];
  };
}

export function worldFile(folder: string): string {
  return join(folder, 'world.json');
}

export function describeWorld(facts: {
  readonly folder: string;
  readonly host: string;
  readonly ports: DemoPorts;
  readonly authority: DemoAuthority;
}): World {
  const { folder, host, ports, authority } = facts;
  return {
    caFile: authority.caFile,
    authority: {
      indexUrl: authority.indexUrl,
      tsaUrl: authority.tsaUrl,
      crlUrl: authority.crlUrl,
      ntp: { host, port: ports.ntp },
    },
    providers: PROVIDERS.map((provider) => {
      const own = ports[provider.key];
      return {
        name: provider.name,
        domain: provider.domain,
        serviceAddress: licensed(provider).serviceAddress,
        submission: { host, port: own.submission, tls: 'implicit' },
        submissionStarttls: { host, port: own.submissionStarttls, tls: 'starttls' },
        exchange: { host, port: own.exchange, tls: 'starttls' },
        imaps: { host, port: own.imaps },
        pop3s: { host, port: own.pop3s },
        watch: `http://${host}:${own.watch}`,
        web: null,
        mailboxes: provider.mailboxes.map(({ address, holder }) => ({
          address,
          password: DEMO_PASSWORD,
          holder,
        })),
      };
    }),
    ordinary: {
      domain: ORDINARY.domain,
      smtp: { host, port: ports.ordinary },
      imaps: null,
      mailboxes: ORDINARY.mailboxes.map((mailbox) => ({
        address: mailbox.address,
        maildir: join(folder, 'ordinary', mailbox.folder),
      })),
    },
  };
}

export async function writeWorld(folder: string, world: World): Promise<void> {
  await writeFile(worldFile(folder), `${JSON.stringify(world, null, 2)}\n`);
}
