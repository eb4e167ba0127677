// SPDX-License-Identifier: EUPL-1.2
import { ExchangeFront } from '../../src/fronts/exchange/exchange.ts';
import type { PeerTimeouts } from '../../src/mailroom/queue/peer-connection.ts';
import { SmtpCourier } from '../../src/mailroom/queue/smtp-courier.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { systemTimers } from '../../src/platform/timers.ts';
import { certificatePem, identityPem } from '../../src/trust/authority/key-pair.ts';
import type { World } from './world.ts';

/** What was opened: closes connections, then doors. */
export interface Sockets extends AsyncDisposable {
  /** Exchange port of each provider, by its key. */
  readonly ports: ReadonlyMap<string, number>;
}

export interface SocketsOptions {
  /** Puts something between the others and that provider, and gives the port it listens on. */
  readonly between?: (
    key: string,
    door: { readonly port: number; readonly hostName: string },
  ) => Promise<number>;
  readonly timeouts?: Partial<PeerTimeouts>;
}

/**
 * From now on the providers of the world talk SMTP over TLS with one another, on loopback. TLS looks at the
 * machine's clock, so the world's must stand near it.
 */
export async function openSockets(world: World, options: SocketsOptions = {}): Promise<Sockets> {
  await using opening = new AsyncDisposableStack();
  const ports = new Map<string, number>();
  const routes: Record<string, { readonly host: string; readonly port: number; readonly tlsName: string }> =
    {};
  for (const provider of world.providers) {
    const hostName = `mx.${provider.domain}`;
    const identity = await world.authority.issueTlsServer({
      organization: provider.terms.name,
      dns: [hostName],
    });
    const { certificate, key } = identityPem(identity);
    const front = opening.use(
      new ExchangeFront({
        incomingPoint: {
          serves: (address) => provider.house.incoming.serves(address),
          goesApart: (address, begun) => provider.house.incoming.goesApart(address, begun),
          receive: (transaction) => provider.house.incoming.receive(transaction),
        },
        openSpool: () => provider.newSpool(),
        hostName,
        identity: { cert: Buffer.from(certificate), key: Buffer.from(key) },
        timers: systemTimers,
        journal: silentJournal,
        limits: { messageBytes: 200_000_000 },
      }),
    );
    const { port } = await front.listen({ host: '127.0.0.1', port: 0 });
    ports.set(provider.key, port);
    const between = (await options.between?.(provider.key, { port, hostName })) ?? port;
    for (const domain of provider.terms.domains)
      routes[domain] = { host: '127.0.0.1', port: between, tlsName: hostName };
  }
  const { root, tls } = world.authority.parts.certificates;
  for (const provider of world.providers) {
    provider.courier = opening.use(
      new SmtpCourier({
        ownName: `mx.${provider.domain}`,
        routes,
        dns: {
          mailHosts: async () => ({ found: 'no-such-domain' }),
          addresses: async () => [],
          texts: async () => [],
        },
        certifiedCa: [root, tls].map(certificatePem).join(''),
        clock: world.clock,
        timers: systemTimers,
        journal: silentJournal,
        ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
      }),
    );
  }
  const open = opening.move();
  return { ports, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
