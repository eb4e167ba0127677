// SPDX-License-Identifier: EUPL-1.2
import { openStandingReissueOrders } from '../../composition/reissuing.ts';
import { completed } from '../../composition/surroundings.ts';
import { openSqliteStore } from '../../engines/sqlite/sqlite-store.ts';
import { orderProvider } from '../../fronts/control/control-client.ts';
import type { Config } from '../../platform/config/config.ts';
import { Fault } from '../../platform/faults.ts';
import { openJournal, silentJournal } from '../../platform/journal.ts';
import type { ReissueRefusal, ReissueRequest } from '../../points/reissuing/reissue-decision.ts';
import type { CommandSurroundings } from '../command-surroundings.ts';
import type { KnownPlace } from '../mailbox/mailbox-place.ts';
import { storeFolder } from '../provider-folder.ts';

/** A kept frame, by its blob and by the Message-ID it is found by. */
export interface NamedFrame {
  readonly blob: number;
  readonly messageId: string;
}

export type ReissueAnswered =
  | { readonly refused: ReissueRefusal }
  | {
      readonly refused?: undefined;
      readonly whole: readonly NamedFrame[];
      readonly missing: readonly NamedFrame[];
      readonly declaration: string | null;
    };

/**
 * Asks the provider that runs, or decides in the store of one that stands still: either way by the same rules, and with
 * a record. @throws Fault `provider-not-running` where none runs and no configuration was read, `order-refused`,
 * `store-locked`, and those of the key
 */
export async function orderReissue(
  place: KnownPlace,
  request: ReissueRequest,
  { clock, ids }: Pick<CommandSurroundings, 'clock' | 'ids'>,
): Promise<ReissueAnswered> {
  const order = { order: 'reissue', ...request };
  try {
    return (await orderProvider(place.folder, order)) as unknown as ReissueAnswered;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'provider-not-running') throw error;
    if (place.config !== undefined) return await decideHere(place.config, { place, order, clock, ids });
    const message = `${error.message}; one that stands still needs its configuration as well (--config)`;
    throw new Fault('provider-not-running', message, { temporary: true, cause: error });
  }
}

async function decideHere(
  config: Config,
  what: { readonly place: KnownPlace; readonly order: Readonly<Record<string, unknown>> } & Pick<
    CommandSurroundings,
    'clock' | 'ids'
  >,
): Promise<ReissueAnswered> {
  const { place, order, clock, ids } = what;
  // On standard error it would stand between the command's own lines.
  const journal = config.journal.file === undefined ? silentJournal : openJournal(config.journal);
  await using store = await openSqliteStore({ folder: storeFolder(place.folder), journal });
  await using stack = new AsyncDisposableStack();
  const around = completed({ journal, clock, ids });
  const orders = await openStandingReissueOrders(config, { store, around, stack });
  const answer = await orders.obey(order);
  if (answer.ok) return answer as unknown as ReissueAnswered;
  throw new Fault('order-refused', String(answer.error), { temporary: false });
}
