// SPDX-License-Identifier: EUPL-1.2
import { holdsStore, openStoredRecords, type StoredRecords } from '../../engines/sqlite/stored-records.ts';
import { Fault } from '../../platform/faults.ts';
import { type DemoWorld, readDemoWorld } from '../demo-world.ts';
import { storeFolder } from '../provider-folder.ts';

/** The records of one provider, open for reading. */
export interface HouseRecords extends Disposable {
  /** Descriptive name; null when only its folder is known. */
  readonly name: string | null;
  readonly records: Omit<StoredRecords, 'sealedLog' | 'revocation'>;
}

/** Where to look. */
export interface HousePlaces {
  /** A provider's folder, as its configuration names it, or the store within. */
  readonly folder?: string;
  /** `world.json` of a demo. */
  readonly world?: string;
}

/** All houses of the places named. @throws Fault */
export async function openHouses(places: HousePlaces): Promise<HouseRecords[]> {
  if (places.folder !== undefined) {
    const folder = places.folder;
    return [openHouse(null, holdsStore(folder) ? folder : storeFolder(folder))];
  }
  if (places.world !== undefined) return openWorldHouses(await readDemoWorld(places.world));
  const message = 'where to look is not known: name a folder with --folder, or a demo with --world';
  throw new Fault('store-missing', message, { temporary: false });
}

/** The houses of a demo; the first that cannot be read is told. */
export function openWorldHouses({ configs }: DemoWorld): HouseRecords[] {
  return configs.map(({ folder, provider }) => openHouse(provider.name, storeFolder(folder)));
}

function openHouse(name: string | null, folder: string): HouseRecords {
  const records = openStoredRecords(folder);
  return { name, records, [Symbol.dispose]: () => records[Symbol.dispose]() };
}
