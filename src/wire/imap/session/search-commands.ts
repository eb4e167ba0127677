// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import type { SearchReturn, SortCommand } from '../commands/search.ts';
import { asksModseq, type SearchKey } from '../grammar/search-keys.ts';
import { Refusal } from '../imap-backend.ts';
import { ok, type StatusResponse } from '../responses/statuses.ts';
import { string } from '../responses/strings.ts';
import { resolveSearchKey } from '../search/resolved-search-key.ts';
import { threadOrderedSubject } from '../thread/ordered-subject.ts';
import { threadReferences } from '../thread/references.ts';
import { sortMessages } from '../thread/sort-messages.ts';
import { threadText } from '../thread/thread-node.ts';
import { UidSet } from '../view/uid-set.ts';
import { refused } from './mailbox-commands.ts';
import { orderedSet, sequenceNumbers } from './message-sets.ts';
import { enableCondstore } from './news.ts';
import { type SessionContext, selectedOf } from './session-context.ts';

/** The messages a program finds among those the client knows. */
async function find(context: SessionContext, program: SearchKey): Promise<UidSet | Refusal> {
  const { mailbox, view } = selectedOf(context);
  if (asksModseq(program)) enableCondstore(context);
  const key = resolveSearchKey(program, {
    // A sequence number that does not exist finds nothing: a search is a question, not an order.
    resolveSequence: (set) => view.resolveSequence(withinExisting(set, view.exists)) ?? UidSet.EMPTY,
    resolveUids: (set) => view.resolveUids(set),
    recent: view.recent,
    now: context.options.now(),
  });
  const found = await mailbox.search(key, view.uids);
  return found instanceof Refusal ? found : found.intersect(view.uids).minus(view.vanished);
}

type Set = Extract<SearchKey, { readonly key: 'sequence' }>['set'];

function withinExisting(set: Set, exists: number): Set {
  if (set.saved) return set;
  const ranges = set.ranges
    .filter(({ first }) => first <= exists || first === Number.POSITIVE_INFINITY)
    .map(({ first, last }) => ({ first, last: Number.isFinite(last) ? Math.min(last, exists) : last }));
  return { saved: false, ranges };
}

/** SEARCH and UID SEARCH (RFC 9051 section 6.4.4, RFC 4731, RFC 5182). */
export async function search(
  context: SessionContext,
  command: CommandOf<'SEARCH'> & { readonly tag: string },
): Promise<StatusResponse> {
  const { view } = selectedOf(context);
  const { returns } = command;
  const found = await find(context, command.program);
  if (found instanceof Refusal) {
    // RFC 5182 section 2.1: a failed SAVE empties what was saved.
    if (returns?.has('SAVE') === true) view.save(UidSet.EMPTY);
    return refused(found);
  }
  if (returns?.has('SAVE') === true) view.save(savedPart(found, returns));
  const extended = returns ?? (context.enabled('IMAP4REV2') ? ONLY_ALL : undefined);
  const numbers = command.uid ? found : sequenceNumbers(view, found);
  const modseq = asksModseq(command.program) ? await highestModseq(context, shownPart(found, extended)) : 0;
  if (extended !== undefined)
    tellExtended(context, { command, returns: extended, numbers: [numbers], modseq });
  else {
    const list = numbers.isEmpty ? '' : ` ${[...numbers].join(' ')}`;
    context.untagged(`SEARCH${list}${modseq > 0 ? ` (MODSEQ ${modseq})` : ''}`);
  }
  return ok('Searched');
}

const ONLY_ALL: ReadonlySet<SearchReturn> = new Set(['ALL']);

/** RFC 5182 section 2.1: SAVE with MIN or MAX alone keeps just those. */
function savedPart(found: UidSet, returns: ReadonlySet<SearchReturn>): UidSet {
  return returns.has('ALL') || returns.has('COUNT') || !(returns.has('MIN') || returns.has('MAX'))
    ? found
    : extremes(found, returns);
}

function extremes(found: UidSet, returns: ReadonlySet<SearchReturn>): UidSet {
  const kept: number[] = [];
  if (returns.has('MIN') && !found.isEmpty) kept.push(found.lowest);
  if (returns.has('MAX') && !found.isEmpty) kept.push(found.highest);
  return UidSet.of(kept);
}

/** The messages whose MODSEQ counts for the answer (RFC 7162 section 3.1.10). */
function shownPart(found: UidSet, returns: ReadonlySet<SearchReturn> | undefined): UidSet {
  if (returns === undefined || returns.has('ALL') || returns.has('COUNT')) return found;
  return extremes(found, returns);
}

async function highestModseq(context: SessionContext, uids: UidSet): Promise<number> {
  if (uids.isEmpty) return 0;
  let highest = 0;
  for await (const batch of selectedOf(context).mailbox.fetch({ uids, content: false })) {
    for (const { modseq } of batch) highest = Math.max(highest, modseq);
  }
  return highest;
}

interface ExtendedAnswer {
  readonly command: { readonly tag: string; readonly uid: boolean };
  readonly returns: ReadonlySet<SearchReturn>;
  /** In the order of the answer; a set stands for itself in ascending order. */
  readonly numbers: readonly [UidSet] | readonly number[];
  readonly modseq: number;
}

/** `* ESEARCH (TAG "a") UID MIN 2 MAX 47 ALL 2,7:9 COUNT 25 MODSEQ 9`; with SAVE alone nothing is told. */
function tellExtended(context: SessionContext, answer: ExtendedAnswer): void {
  const { command, returns, numbers, modseq } = answer;
  if (returns.size === 1 && returns.has('SAVE')) return;
  const [first] = numbers;
  const shown =
    first instanceof UidSet
      ? { size: first.size, min: first.lowest, max: first.highest, all: String(first) }
      : orderedShown(numbers.filter((one) => typeof one === 'number'));
  const items = [`(TAG ${string(command.tag, context.style)})`];
  if (command.uid) items.push('UID');
  if (returns.has('MIN') && shown.size > 0) items.push(`MIN ${shown.min}`);
  if (returns.has('MAX') && shown.size > 0) items.push(`MAX ${shown.max}`);
  if (returns.has('ALL') && shown.size > 0) items.push(`ALL ${shown.all}`);
  if (returns.has('COUNT')) items.push(`COUNT ${shown.size}`);
  if (modseq > 0) items.push(`MODSEQ ${modseq}`);
  context.untagged(`ESEARCH ${items.join(' ')}`);
}

/** RFC 5267 section 3: MIN and MAX of a sorted result are its first and its last. */
function orderedShown(numbers: readonly number[]): { size: number; min: number; max: number; all: string } {
  return { size: numbers.length, min: numbers[0] ?? 0, max: numbers.at(-1) ?? 0, all: orderedSet(numbers) };
}

/** SORT and UID SORT (RFC 5256). */
export async function sort(
  context: SessionContext,
  command: SortCommand & { readonly tag: string },
): Promise<StatusResponse> {
  const { mailbox, view } = selectedOf(context);
  const found = await find(context, command.program);
  if (found instanceof Refusal) return refused(found);
  const uids = sortMessages(await mailbox.orderingFacts(found), command.criteria);
  const numbers = command.uid ? uids : uids.map((uid) => view.sequenceOf(uid));
  const modseq = asksModseq(command.program) ? await highestModseq(context, found) : 0;
  const { returns } = command;
  if (returns?.has('SAVE') === true) view.save(found);
  if (returns !== undefined) tellExtended(context, { command, returns, numbers, modseq });
  else {
    const list = numbers.length === 0 ? '' : ` ${numbers.join(' ')}`;
    context.untagged(`SORT${list}${modseq > 0 ? ` (MODSEQ ${modseq})` : ''}`);
  }
  return ok('Sorted');
}

/** THREAD and UID THREAD (RFC 5256). */
export async function thread(context: SessionContext, command: CommandOf<'THREAD'>): Promise<StatusResponse> {
  const { mailbox, view } = selectedOf(context);
  const found = await find(context, command.program);
  if (found instanceof Refusal) return refused(found);
  const facts = await mailbox.orderingFacts(found);
  const roots = command.algorithm === 'REFERENCES' ? threadReferences(facts) : threadOrderedSubject(facts);
  const text = threadText(roots, (uid) => (command.uid ? uid : view.sequenceOf(uid)));
  context.untagged(text === '' ? 'THREAD' : `THREAD ${text}`);
  return ok('Threaded');
}
