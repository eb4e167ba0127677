// SPDX-License-Identifier: EUPL-1.2
import type { StoredContent } from '../mailroom/contents/content-store.ts';
import { HEADER_LIMIT_BYTES } from '../mailroom/contents/spool.ts';
import { LocalCourier, type LocalReply } from '../mailroom/queue/local-courier.ts';
import type { QueueEntry } from '../mailroom/queue/queue-store.ts';
import { Relay } from '../mailroom/queue/relay.ts';
import { SmtpCourier } from '../mailroom/queue/smtp-courier.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Config } from '../platform/config/config.ts';
import { loadTrustedCas } from '../platform/tls.ts';
import type { CertificationGate } from '../points/certification-gate.ts';
import type { House } from '../points/house.ts';
import { LOCAL_DESTINATION } from '../points/routing.ts';
import type { Scanner } from '../trust/antivirus/scanner.ts';
import { timedCouriers } from './counting.ts';
import type { Around } from './surroundings.ts';

export interface RelayFacts {
  readonly config: Config;
  readonly store: HouseStore;
  readonly house: House;
  readonly scanner: Scanner;
  readonly around: Around;
  readonly gate: CertificationGate;
}

/** The queue's worker with its two couriers; closes its connections when it is disposed of. */
export function openRelay({ config, store, house, scanner, around, gate }: RelayFacts): {
  relay: Relay;
  courier: SmtpCourier;
} {
  const { clock, timers, journal, dns, metrics } = around;
  const { queue } = config;
  const timed = timedCouriers(metrics);
  const courier = new SmtpCourier({
    ownName: config.provider.hostname,
    routes: config.routes,
    dns,
    certifiedCa: loadTrustedCas(config.tls.peerCaFile),
    clock,
    timers,
    journal,
    timeouts: {
      connectMs: queue.connectSeconds * 1000,
      sessionMs: queue.sessionSeconds * 1000,
      replyMs: queue.replySeconds * 1000,
    },
    poolLimits: {
      perPeer: (kind) => (kind === 'certified' ? queue.peerAttempts : queue.ordinaryAttempts),
      opening: queue.openingConnections,
      idleMs: queue.idleSeconds * 1000,
    },
  });
  const localCourier = new LocalCourier({
    receive: (entry, content) => receiveLocally({ house, scanner }, entry, content),
  });
  return {
    courier,
    relay: new Relay({
      store,
      localCourier: timed('local', localCourier),
      courier: timed('remote', courier),
      events: house.dispatch,
      clock,
      timers,
      journal,
      held: () => gate.held() !== undefined,
      limits: {
        attempts: queue.attempts,
        attemptsPerDestination: queue.peerAttempts,
        attemptsPerOrdinary: queue.ordinaryAttempts,
        attemptsLocal: queue.localAttempts,
      },
    }),
  };
}

/** DP-28, IP-15, spec 4.3: what stays in the house comes in, and is scanned, like what comes from elsewhere. */
async function receiveLocally(
  { house, scanner }: Pick<RelayFacts, 'house' | 'scanner'>,
  entry: QueueEntry,
  content: StoredContent,
): Promise<LocalReply> {
  const { octets, index, size } = content;
  const header = await octets.read(0, Math.min(index.root.bodyStart, HEADER_LIMIT_BYTES));
  return house.incoming.receive({
    reversePath: entry.reversePath,
    forwardPaths: entry.forwardPaths,
    message: { octets, index, size, header, scan: await scanner.scan(octets) },
    peer: { address: LOCAL_DESTINATION, helo: '', tls: true },
  });
}
