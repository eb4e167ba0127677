// SPDX-License-Identifier: EUPL-1.2
import { orderProvider } from '../fronts/control/control-client.ts';
import type { QueueEntry } from '../mailroom/queue/queue-store.ts';
import type { CommandSurroundings, Language } from './command-surroundings.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { providerFolder } from './provider-folder.ts';
import { printEntry, printQueue } from './queue/queue-text.ts';
import { endOf, type QueueView, viewQueue } from './queue/queue-view.ts';
import { type EntryState, englishQueue, italianQueue } from './wording/queue-words.ts';

/** Changes when a key changes its meaning or goes; new keys may come without notice. */
export const QUEUE_FORMAT = 'ceralacca-queue/1';

export interface QueuePlace {
  /** A provider's folder. */
  readonly folder?: string;
  /** Its configuration, where no folder is named. */
  readonly config?: string;
  readonly lang?: Language;
}

export interface QueueListOptions extends QueuePlace {
  readonly destination?: string;
  readonly kind?: string;
  readonly state?: EntryState;
  /** Only entries that have waited so long. */
  readonly olderThanMs?: number;
  /** Entries shown at most. */
  readonly limit?: number;
  readonly json?: boolean;
}

type Ground = Pick<CommandSurroundings, 'stdout' | 'stderr' | 'clock'>;

const wordsOf = ({ lang }: QueuePlace) => (lang === 'en' ? englishQueue : italianQueue);

/** `ceralacca queue list`: what waits, while the provider runs or not. @throws Fault */
export async function listQueue(
  options: QueueListOptions,
  { stdout, stderr, clock }: Ground,
): Promise<ExitCode> {
  const folder = providerFolder(options, stderr);
  if (folder === undefined) return EXIT.bad;
  const view = await viewQueue(folder, clock.now());
  const { now } = view;
  const { destination, kind, state, olderThanMs = 0, limit = Number.POSITIVE_INFINITY } = options;
  const found = view.entries.filter(
    (entry) =>
      (destination === undefined || entry.destination === destination.toLowerCase()) &&
      (kind === undefined || entry.kind === kind) &&
      (state === undefined || view.stateOf(entry) === state) &&
      now - entry.createdAt >= olderThanMs,
  );
  const entries = found.slice(0, limit);
  if (options.json === true) {
    const { running, heldDestinations } = view;
    const list = entries.map((entry) => entryJson(view, entry));
    const document = { format: QUEUE_FORMAT, running, heldDestinations, found: found.length, entries: list };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    return EXIT.good;
  }
  const words = wordsOf(options);
  stdout.write(`${printQueue(view, { entries, now, words }).join('\n')}\n`);
  if (entries.length < found.length) stderr.write(`${words.shown(entries.length, found.length)}\n`);
  return EXIT.good;
}

/** `ceralacca queue explain ID`: everything about an entry. Ends with 1 when there is none. @throws Fault */
export async function explainEntry(
  { id, options }: { readonly id: number; readonly options: QueuePlace & { readonly json?: boolean } },
  { stdout, stderr, clock }: Ground,
): Promise<ExitCode> {
  const folder = providerFolder(options, stderr);
  if (folder === undefined) return EXIT.bad;
  const view = await viewQueue(folder, clock.now());
  const { now } = view;
  const entry = view.entries.find((one) => one.id === id);
  const words = wordsOf(options);
  if (entry === undefined) {
    stderr.write(`${words.unknown(id)}\n`);
    return EXIT.bad;
  }
  const text =
    options.json === true
      ? JSON.stringify(
          { format: QUEUE_FORMAT, running: view.running, entry: entryJson(view, entry) },
          null,
          2,
        )
      : printEntry(view, { entry, now, words }).join('\n');
  stdout.write(`${text}\n`);
  return EXIT.good;
}

/** Which entries an order is about; exactly one of the three is given. */
export interface OrderChoice {
  readonly id?: number;
  readonly destination?: string;
  readonly all?: boolean;
}

/**
 * `ceralacca queue retry`, `hold`, `release`: orders to the running provider. Wrong usage when not exactly one of
 * number, destination and all is named. @throws Fault `provider-not-running`, `order-refused`
 */
export async function orderQueue(
  what: {
    readonly order: 'retry' | 'hold' | 'release';
    readonly choice: OrderChoice;
    readonly options: QueuePlace;
  },
  { stdout, stderr }: Ground,
): Promise<ExitCode> {
  const { order, choice, options } = what;
  const entries = [
    ...(choice.id === undefined ? [] : [{ entry: choice.id }]),
    ...(choice.destination === undefined ? [] : [{ destination: choice.destination }]),
    ...(choice.all === true ? [{ all: true }] : []),
  ];
  if (entries.length !== 1) {
    stderr.write('name one entry by its number, or --destination, or --all\n');
    return EXIT.usage;
  }
  const folder = providerFolder(options, stderr);
  if (folder === undefined) return EXIT.bad;
  const answer = await orderProvider(folder, { order: `queue-${order}`, entries: entries[0] });
  stdout.write(`${wordsOf(options).done(order, Number(answer.entries))}\n`);
  return EXIT.good;
}

function entryJson(view: QueueView, entry: QueueEntry): Record<string, unknown> {
  const { content: _, held: __, eightBit: ___, createdAt, expiresAt, notBefore, history, ...facts } = entry;
  const iso = (instant: number) => new Date(instant).toISOString();
  return {
    ...facts,
    lastError: entry.lastError ?? null,
    state: view.stateOf(entry),
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
    notBefore: iso(notBefore),
    atItsEnd: endOf(entry),
    history: history.map((note) => ({ ...note, at: iso(note.at) })),
  };
}
