// SPDX-License-Identifier: EUPL-1.2
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type HousePlaces, openHouses } from './trace/houses.ts';
import { recordJson } from './trace/record-json.ts';
import { findTrail, type TrailRecord } from './trace/trail.ts';
import { printTrail } from './trace/trail-text.ts';
import { englishRecords, italianRecords } from './wording/record-words.ts';

export interface TraceOptions extends HousePlaces {
  readonly json?: boolean;
  readonly lang?: Language;
}

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const TRACE_FORMAT = 'ceralacca-trace/1';

/**
 * `ceralacca trace ID`: all that the certification log knows of a message, while the provider runs or not.
 * Ends with 1 when nobody knows it. @throws Fault when a store cannot be read
 */
export async function trace(
  { id, options }: { readonly id: string; readonly options: TraceOptions },
  { stdout, stderr }: Pick<CommandSurroundings, 'stdout' | 'stderr'>,
): Promise<ExitCode> {
  const words = options.lang === 'en' ? englishRecords : italianRecords;
  using stack = new DisposableStack();
  const houses = await openHouses(options);
  for (const house of houses) stack.use(house);
  const trail = findTrail(houses, id);
  if (options.json === true) {
    stdout.write(`${JSON.stringify(trailJson(id, trail), null, 2)}\n`);
  } else if (trail.length > 0) {
    stdout.write(`${printTrail(trail, words).join('\n')}\n`);
  } else {
    stderr.write(`${words.unknown(id)}\n`);
  }
  return trail.length > 0 ? EXIT.good : EXIT.bad;
}

function trailJson(id: string, trail: readonly TrailRecord[]): Record<string, unknown> {
  return {
    format: TRACE_FORMAT,
    id,
    records: trail.map(({ house, record }) => ({ house, ...recordJson(record) })),
  };
}
