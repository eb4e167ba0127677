// SPDX-License-Identifier: EUPL-1.2
import { ControlSocket } from '../fronts/control/control-socket.ts';
import { EvidenceOrders } from '../fronts/control/evidence-orders.ts';
import { MailboxOrders } from '../fronts/control/mailbox-orders.ts';
import { QueueOrders } from '../fronts/control/queue-orders.ts';
import { ReissueOrders } from '../fronts/control/reissue-orders.ts';
import { Provisioning } from '../mailroom/provisioning/provisioning.ts';
import type { Relay } from '../mailroom/queue/relay.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import type { Config } from '../platform/config/config.ts';
import { Fault } from '../platform/faults.ts';
import type { Journal } from '../platform/journal.ts';
import type { CertificationGate } from '../points/certification-gate.ts';
import type { Signer } from '../trust/signing/signer.ts';
import { openEvidenceOrders } from './evidencing.ts';
import { openReissueOrders } from './reissuing.ts';
import type { Around } from './surroundings.ts';

/** Where the operator's commands reach this provider. Mail is served without it too: what is in the way is told. */
export async function openControl(facts: {
  readonly config: Config;
  readonly store: HouseStore;
  readonly relay: Relay;
  readonly around: Around;
  readonly signer: Signer;
  readonly gate: CertificationGate;
}): Promise<AsyncDisposable> {
  const { config, store, relay, around, signer, gate } = facts;
  const { folder } = config;
  const queue = new QueueOrders({ store, relay, clock: around.clock });
  const mailboxes = openMailboxOrders(config, { store, journal: around.journal });
  const reissues = openReissueOrders(config, { store, around, signer, gate });
  const evidence = await openEvidenceOrders(config, { store, around, signer, gate });
  const takerOf = (order: Readonly<Record<string, unknown>>) => {
    if (MailboxOrders.takes(order)) return mailboxes;
    if (EvidenceOrders.takes(order)) return evidence;
    return ReissueOrders.takes(order) ? reissues : queue;
  };
  try {
    return await ControlSocket.listen({
      folder,
      obey: (order) => takerOf(order).obey(order),
      journal: around.journal,
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    around.journal.warn({ error }, 'commands that change queue or mailboxes do not reach this provider');
    return new AsyncDisposableStack();
  }
}

/** Takes orders about mailboxes: from the socket, or from the command where the provider stands still. */
export function openMailboxOrders(
  { provider, limits }: Config,
  options: { readonly store: HouseStore; readonly journal: Journal },
): MailboxOrders {
  const facts = {
    ownDomains: new Set(provider.domains),
    reserved: new Set([provider.serviceMailbox, provider.serviceAddress].map((one) => one.toLowerCase())),
    quotaBytes: limits.quotaBytes,
  };
  return new MailboxOrders(new Provisioning({ ...options, facts }));
}
