// SPDX-License-Identifier: EUPL-1.2
import { ControlSocket } from '../fronts/control/control-socket.ts';
import { QueueOrders } from '../fronts/control/queue-orders.ts';
import type { Relay } from '../mailroom/queue/relay.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import { Fault } from '../platform/faults.ts';
import type { Around } from './surroundings.ts';

/** Where the operator's commands reach this provider. Mail is served without it too: what is in the way is told. */
export async function openControl(facts: {
  readonly folder: string;
  readonly store: HouseStore;
  readonly relay: Relay;
  readonly around: Around;
}): Promise<AsyncDisposable> {
  const { folder, store, relay, around } = facts;
  const orders = new QueueOrders({ store, relay, clock: around.clock });
  try {
    return await ControlSocket.listen({
      folder,
      obey: (order) => orders.obey(order),
      journal: around.journal,
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    around.journal.warn({ error }, 'commands that change the queue do not reach this provider');
    return new AsyncDisposableStack();
  }
}
