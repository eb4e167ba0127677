// SPDX-License-Identifier: EUPL-1.2
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandSurroundings } from '../command-surroundings.ts';
import { LANGUAGES } from '../command-surroundings.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { OrderChoice, QueueListOptions, QueuePlace } from '../queue.ts';
import { DEFAULT_CONFIG_FILE } from '../usual-places.ts';
import { italianQueue } from '../wording/queue-words.ts';

const ORDERS = {
  retry: 'try entries now, not at their time',
  hold: 'hold an entry, or a destination with all that comes for it',
  release: 'let entries go on that are held',
} as const;

type Orders = OrderChoice & QueuePlace;

/** What is below `ceralacca queue`. */
export function declareQueue(
  queue: Command,
  surroundings: CommandSurroundings,
  end: (code: ExitCode) => void,
): void {
  placed(queue.command('list').description('list what waits, while the provider runs or not'))
    .option('--destination <domain>', 'only of this destination (`local` is this provider)')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(Object.keys(italianQueue.kinds)))
    .addOption(new Option('--state <state>', 'only in this state').choices(Object.keys(italianQueue.states)))
    .option('--older-than <age>', 'only what has waited so long: 30s, 15m, 6h, 1d', duration)
    .option('--limit <count>', 'entries shown at most', entryNumber, 200)
    .option('--json', 'as JSON')
    .action(async ({ olderThan, ...options }: QueueListOptions & { olderThan?: number }) => {
      const { listQueue } = await import('../queue.ts');
      const age = olderThan === undefined ? {} : { olderThanMs: olderThan };
      end(await listQueue({ ...options, ...age }, surroundings));
    });
  placed(queue.command('explain').description('tell everything about an entry'))
    .argument('<id>', 'its number', entryNumber)
    .option('--json', 'as JSON')
    .action(async (id: number, options: QueuePlace & { json?: boolean }) => {
      const { explainEntry } = await import('../queue.ts');
      end(await explainEntry({ id, options }, surroundings));
    });
  for (const order of ['retry', 'hold', 'release'] as const) {
    const command = placed(queue.command(order).description(`${ORDERS[order]}; the provider must be running`))
      .argument('[id]', 'the number of an entry', entryNumber)
      .option('--destination <domain>', 'all of this destination');
    if (order !== 'hold') command.option('--all', 'everything');
    command.action(async (id: number | undefined, { destination, all, ...options }: Orders) => {
      const { orderQueue } = await import('../queue.ts');
      const choice = {
        ...(id !== undefined && { id }),
        ...(destination !== undefined && { destination }),
        ...(all !== undefined && { all }),
      };
      end(await orderQueue({ order, choice, options }, surroundings));
    });
  }
}

function placed(command: Command): Command {
  return command
    .option('--folder <folder>', "the provider's folder")
    .option('--config <file>', `instead: its configuration (default: ${DEFAULT_CONFIG_FILE})`)
    .addOption(new Option('--lang <language>', 'language of the result').choices(LANGUAGES).default('it'));
}

function entryNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('a number from 1 on is needed');
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  const unitMs = UNITS_MS[match?.[2] ?? ''];
  if (match === null || unitMs === undefined)
    throw new InvalidArgumentError('write an age like 30s, 15m, 6h or 1d');
  return Number(match[1]) * unitMs;
}
