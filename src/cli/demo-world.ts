// SPDX-License-Identifier: EUPL-1.2
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { World } from '../demo/world-file.ts';
import { type Config, readConfig } from '../platform/config/config.ts';
import { Fault } from '../platform/faults.ts';
import { sameAddress } from '../wire/mime/addresses.ts';

/** What each provider of the demo keeps below the demo's folder. */
const CONFIG_FILE = 'config.yaml';

export type WorldProvider = World['providers'][number];
export type WorldMailbox = WorldProvider['mailboxes'][number];

/** The demo as its `world.json` describes it. */
export interface DemoWorld {
  readonly caFile: string;
  readonly providers: readonly WorldProvider[];
  /** Configurations of the providers, as found beside `world.json`, in the order of their folders. */
  readonly configs: readonly Config[];
}

/** Reads `world.json` and the configurations beside it. @throws Fault `world-unreadable` */
export async function readDemoWorld(file: string): Promise<DemoWorld> {
  const { caFile, providers } = await readWorldFile(file);
  return { caFile: findBeside(file, caFile), providers, configs: await readConfigs(dirname(resolve(file))) };
}

/** The mailbox with that address and the provider that has it. */
export function findWorldMailbox(
  world: DemoWorld,
  address: string,
): { readonly provider: WorldProvider; readonly mailbox: WorldMailbox } | undefined {
  for (const provider of world.providers) {
    const mailbox = provider.mailboxes.find((one) => sameAddress(one.address, address));
    if (mailbox !== undefined) return { provider, mailbox };
  }
  return undefined;
}

async function readWorldFile(file: string): Promise<World> {
  let world: unknown;
  try {
    world = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('world-unreadable', `${file}: ${why}`, { temporary: false, cause });
  }
  if (isWorld(world)) return world;
  throw new Fault('world-unreadable', `${file} does not describe a demo world`, { temporary: false });
}

/** The file is written by the demo: a look at its outline tells it from other files. */
function isWorld(value: unknown): value is World {
  if (typeof value !== 'object' || value === null) return false;
  const { caFile, providers } = value as Partial<World>;
  return (
    typeof caFile === 'string' &&
    Array.isArray(providers) &&
    providers.length > 0 &&
    providers.every(
      ({ submission, pop3s, mailboxes }: Partial<WorldProvider>) =>
        typeof submission?.port === 'number' && typeof pop3s?.port === 'number' && Array.isArray(mailboxes),
    )
  );
}

async function readConfigs(folder: string): Promise<Config[]> {
  const names = (await readdir(folder)).sort();
  const files = names.map((name) => join(folder, name, CONFIG_FILE)).filter((file) => existsSync(file));
  return files.map((file) => {
    const reading = readConfig(file);
    if (reading.ok) return reading.config;
    const [problem] = reading.problems;
    throw new Fault('world-unreadable', `${file}: ${problem?.path} ${problem?.sentence}`, {
      temporary: false,
    });
  });
}

/** Paths in the file are meant from where the demo was started, which need not be here. */
function findBeside(file: string, path: string): string {
  if (isAbsolute(path) || existsSync(path)) return resolve(path);
  return join(dirname(resolve(file)), basename(path));
}
