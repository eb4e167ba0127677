// SPDX-License-Identifier: EUPL-1.2
import type { AttemptNote, QueueEntry } from '../../mailroom/queue/queue-store.ts';
import type { Instant } from '../../platform/clock.ts';
import { layRows, layTable, printable, printInstant } from '../text-layout.ts';
import type { QueueWords } from '../wording/queue-words.ts';
import { endOf, type QueueView } from './queue-view.ts';

const MET_WIDTH = 60;

/** `40s`, `12m`, `3h05m`, `2d04h`. */
export function printAge(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  const two = (number: number) => String(number).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 24) return `${hours}h${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

export function printQueue(
  view: QueueView,
  what: { readonly entries: readonly QueueEntry[]; readonly now: Instant; readonly words: QueueWords },
): string[] {
  const { entries, now, words } = what;
  const { id, destination, kind, age, state, next, attempts, met } = words.columns;
  const rows = entries.map((entry) => [
    String(entry.id),
    printable(entry.destination),
    kindOf(entry, words),
    printAge(now - entry.createdAt),
    words.states[view.stateOf(entry)],
    nextOf(entry, { view, now, words }),
    String(entry.attempts),
    printable(entry.lastError ?? '').slice(0, MET_WIDTH),
  ]);
  return [
    ...(rows.length === 0
      ? [words.empty]
      : layTable([id, destination, kind, age, state, next, attempts, met], rows)),
    ...(view.heldDestinations.length === 0
      ? []
      : ['', words.heldDestinations(view.heldDestinations.map(printable).join(', '))]),
    ...(view.running ? [] : ['', words.stopped]),
  ];
}

/** Everything about one entry. */
export function printEntry(
  view: QueueView,
  what: { readonly entry: QueueEntry; readonly now: Instant; readonly words: QueueWords },
): string[] {
  const { entry, now, words } = what;
  const { labels } = words;
  const place =
    entry.destination === 'local' ? words.local : entry.certified ? words.certified : words.ordinary;
  return [
    ...layRows([
      [labels.id, String(entry.id)],
      [labels.kind, kindOf(entry, words)],
      [labels.identifier, printable(entry.identifier)],
      [labels.destination, `${printable(entry.destination)} (${place})`],
      [labels.sender, printable(`<${entry.reversePath}>`)],
      [labels.recipients, entry.forwardPaths.map(printable)],
      [labels.state, words.states[view.stateOf(entry)]],
      [labels.created, `${printInstant(entry.createdAt)} (${printAge(now - entry.createdAt)})`],
      [labels.next, nextOf(entry, { view, now, words })],
      [labels.expires, printInstant(entry.expiresAt)],
      [labels.atItsEnd, words.ends[endOf(entry)]],
      [labels.attempts, entry.attempts === 0 ? words.noAttempt : String(entry.attempts)],
    ]),
    ...historyLines(entry, words),
    ...(view.running ? [] : ['', words.stopped]),
  ];
}

function historyLines({ attempts, history }: QueueEntry, words: QueueWords): string[] {
  const lines: string[] = [];
  for (const [at, note] of history.entries()) {
    // The first few and the latest are kept.
    if (at === 4 && attempts > history.length) lines.push(`  ${words.someLeftOut}`);
    lines.push(...noteLines(note, words));
  }
  return lines.length === 0 ? [] : ['', ...lines];
}

function noteLines({ at, met, peerSpoke, tried }: AttemptNote, words: QueueWords): string[] {
  return [
    ...tried.map((line) => `  ${printInstant(at)}  ${words.weMet}: ${printable(line)}`),
    `  ${printInstant(at)}  ${peerSpoke ? words.peerSaid : words.weMet}: ${printable(met)}`,
  ];
}

function nextOf(
  entry: QueueEntry,
  { view, now, words }: { readonly view: QueueView; readonly now: Instant; readonly words: QueueWords },
): string {
  if (view.stateOf(entry) === 'held') return words.notWhileHeld;
  return entry.notBefore <= now ? words.now : printInstant(entry.notBefore);
}

function kindOf({ kind }: QueueEntry, { kinds }: QueueWords): string {
  const known: Readonly<Record<string, string>> = kinds;
  return known[kind] ?? printable(kind);
}
