// SPDX-License-Identifier: EUPL-1.2
import { openMailboxOrders } from '../../composition/controlling.ts';
import { openSqliteStore } from '../../engines/sqlite/sqlite-store.ts';
import { holdsStore } from '../../engines/sqlite/stored-records.ts';
import { orderProvider } from '../../fronts/control/control-client.ts';
import type { MailboxRefusal } from '../../mailroom/provisioning/mailbox-decision.ts';
import type { Config } from '../../platform/config/config.ts';
import { Fault } from '../../platform/faults.ts';
import { openJournal, silentJournal } from '../../platform/journal.ts';
import type { CommandSurroundings, Language } from '../command-surroundings.ts';
import { configurationIn } from '../configuration.ts';
import { storeFolder } from '../provider-folder.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';

export interface MailboxPlace {
  /** A provider's folder: enough while the provider runs. */
  readonly folder?: string;
  readonly config?: string;
  readonly lang?: Language;
  readonly json?: boolean;
}

/** A provider, by its folder; its configuration where it was read. */
export interface KnownPlace {
  readonly folder: string;
  readonly config?: Config;
}

/** What was not done, by its place in the order. */
export interface RefusedMailbox {
  readonly at: number;
  readonly address: string;
  readonly because: MailboxRefusal;
}

/** Where the provider is; undefined when its configuration has errors, which are printed. */
export function placeOf(
  { folder, config: file }: MailboxPlace,
  stderr: CommandSurroundings['stderr'],
): KnownPlace | undefined {
  if (folder !== undefined && file === undefined) return { folder };
  const config = configurationIn(file ?? DEFAULT_CONFIG_FILE, stderr);
  return config && { folder: folder ?? config.folder, config };
}

/**
 * Gives an order to the provider that runs, or carries it out in the store of one that stands still: either way by
 * the same rules. @throws Fault `provider-not-running` where none runs and no configuration was read, `order-refused`,
 * `store-missing`, `store-locked`
 */
export async function giveOrder(
  place: KnownPlace,
  order: Readonly<Record<string, unknown>>,
): Promise<readonly RefusedMailbox[]> {
  try {
    return refusedIn(await orderProvider(place.folder, order));
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'provider-not-running') throw error;
    if (place.config === undefined) {
      const message = `${error.message}; one that stands still needs its configuration as well (--config)`;
      throw new Fault('provider-not-running', message, { temporary: true, cause: error });
    }
    return refusedIn(await carryOut(place.folder, { config: place.config, order }));
  }
}

async function carryOut(
  folder: string,
  { config, order }: { readonly config: Config; readonly order: Readonly<Record<string, unknown>> },
): Promise<Readonly<Record<string, unknown>>> {
  const stored = storeFolder(folder);
  if (!holdsStore(stored)) throw new Fault('store-missing', `no store in ${stored}`, { temporary: false });
  // On standard error it would stand between the command's own lines.
  const journal = config.journal.file === undefined ? silentJournal : openJournal(config.journal);
  await using store = await openSqliteStore({ folder: stored, journal });
  const answer = await openMailboxOrders(config, { store, journal }).obey(order);
  if (answer.ok) return answer;
  throw new Fault('order-refused', String(answer.error), { temporary: false });
}

function refusedIn({ refused }: Readonly<Record<string, unknown>>): readonly RefusedMailbox[] {
  return Array.isArray(refused) ? (refused as readonly RefusedMailbox[]) : [];
}
