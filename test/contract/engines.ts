// SPDX-License-Identifier: EUPL-1.2
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openMemoryStore } from '../../src/engines/memory/memory-store.ts';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { StoreLimits } from '../../src/engines/store-rules.ts';
import type { HouseStore } from '../../src/mailroom/steps/house-store.ts';
import { silentJournal } from '../../src/platform/journal.ts';

/** An engine under test. */
export interface Engine {
  readonly name: string;
  /** Opens an empty store that is closed, and its folder removed, when the test ends. */
  open(test: TestContext, limits?: Partial<StoreLimits>): Promise<HouseStore>;
}

/** Every engine must pass every test of this folder. */
export const ENGINES: readonly Engine[] = [
  { name: 'memory', open: async (_test, limits = {}) => openMemoryStore({ limits }) },
  {
    name: 'sqlite',
    open: async (test, limits = {}) => {
      const folder = await temporaryFolder(test);
      const store = await openSqliteStore({ folder: join(folder, 'store'), journal: silentJournal, limits });
      test.after(() => store[Symbol.asyncDispose]());
      return store;
    },
  },
];

/** A folder that goes with the test, after everything in it was closed. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ceralacca-store-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
