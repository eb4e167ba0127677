// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import type { StatusItem } from '../commands/mailboxes.ts';
import { HIERARCHY_DELIMITER, MAILBOX_NAME_LIMIT_BYTES } from '../grammar/mailbox-name.ts';
import { type MailboxStatus, Refusal } from '../imap-backend.ts';
import { type ListEntry, listEntries, lsubEntries } from '../list/list-entries.ts';
import { no, ok, type StatusResponse } from '../responses/statuses.ts';
import { mailboxName } from '../responses/strings.ts';
import { enableCondstore } from './news.ts';
import { accountOf, type SessionContext } from './session-context.ts';

export function refused(refusal: Refusal): StatusResponse {
  return no(refusal.text, refusal.code);
}

/** RFC 9051 section 5.1.1: names no client should meet; undefined when the name is fine. */
function unfitName(name: string): StatusResponse | undefined {
  const levels = name.split(HIERARCHY_DELIMITER);
  if (levels.some((level) => level === '')) return no('A level of the name is empty', 'CANNOT');
  // Control characters, wildcards and what looks like a line end break clients (RFC 5198, RFC 6855).
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029%*]/.test(name))
    return no('Characters not allowed in a name', 'CANNOT');
  const tooLong = Buffer.byteLength(name) > MAILBOX_NAME_LIMIT_BYTES / 2;
  return tooLong ? no('Mailbox name too long', 'LIMIT') : undefined;
}

export async function create(context: SessionContext, command: CommandOf<'CREATE'>): Promise<StatusResponse> {
  // RFC 9051 section 6.3.4: a trailing delimiter tells that names below are to come; nothing to do.
  const name = command.mailbox.endsWith(HIERARCHY_DELIMITER) ? command.mailbox.slice(0, -1) : command.mailbox;
  const unfit = unfitName(name);
  if (unfit !== undefined) return unfit;
  const account = accountOf(context);
  const uses: string[] = [];
  for (const wanted of command.uses) {
    const use = account.specialUses.find((one) => one.toLowerCase() === wanted.toLowerCase());
    // RFC 6154 section 3
    if (use === undefined) return no(`Special use ${wanted} is not supported`, 'USEATTR');
    uses.push(use);
  }
  const outcome = await account.createMailbox(name, uses);
  return outcome instanceof Refusal
    ? refused(outcome)
    : ok('Mailbox created', `MAILBOXID (${outcome.mailboxId})`);
}

export async function remove(context: SessionContext, command: CommandOf<'DELETE'>): Promise<StatusResponse> {
  if (command.mailbox === 'INBOX') return no('INBOX cannot be deleted', 'CANNOT');
  const refusal = await accountOf(context).deleteMailbox(command.mailbox);
  if (refusal !== undefined) return refused(refusal);
  // What this session had selected is gone with it; RFC 9051 leaves open how that is told.
  if (context.selected?.name === command.mailbox) context.leaveMailbox();
  return ok('Mailbox deleted');
}

export async function rename(context: SessionContext, command: CommandOf<'RENAME'>): Promise<StatusResponse> {
  const unfit = unfitName(command.to);
  if (unfit !== undefined) return unfit;
  if (command.to.startsWith(command.from + HIERARCHY_DELIMITER)) {
    return no('A mailbox cannot become its own child', 'CANNOT');
  }
  const refusal = await accountOf(context).renameMailbox(command.from, command.to);
  return refusal === undefined ? ok('Mailbox renamed') : refused(refusal);
}

export async function subscribe(
  context: SessionContext,
  command: CommandOf<'SUBSCRIBE' | 'UNSUBSCRIBE'>,
): Promise<StatusResponse> {
  const subscribed = command.name === 'SUBSCRIBE';
  const refusal = await accountOf(context).subscribe(command.mailbox, subscribed);
  if (refusal !== undefined) return refused(refusal);
  return ok(subscribed ? 'Subscribed' : 'Unsubscribed');
}

/** RFC 2342, RFC 9051 section 6.3.10: one personal namespace, no others. */
export function namespace(context: SessionContext): StatusResponse {
  context.untagged(`NAMESPACE (("" "${HIERARCHY_DELIMITER}")) NIL NIL`);
  return ok('Namespaces listed');
}

export async function list(context: SessionContext, command: CommandOf<'LIST'>): Promise<StatusResponse> {
  // RFC 9051 section 6.3.9: an empty pattern asks for the delimiter.
  if (!command.extended && command.patterns[0] === '') {
    context.untagged(`LIST (\\Noselect) "${HIERARCHY_DELIMITER}" ""`);
    return ok('Delimiter told');
  }
  const items = command.returns.status;
  if (items?.includes('HIGHESTMODSEQ') === true) enableCondstore(context);
  const account = accountOf(context);
  for (const entry of listEntries(command, await account.listMailboxes())) {
    tellMailbox(context, 'LIST', entry);
    // RFC 5819 section 2: nothing is told of what cannot be selected.
    if (items !== undefined && entry.selectable) {
      const counted = await account.status(entry.name);
      if (!(counted instanceof Refusal)) tellStatus(context, { name: entry.name, counted, items });
    }
    if (context.writer.isFull) await context.writer.flush();
  }
  return ok('Mailboxes listed');
}

export async function lsub(context: SessionContext, command: CommandOf<'LSUB'>): Promise<StatusResponse> {
  for (const entry of lsubEntries(command, await accountOf(context).listMailboxes())) {
    tellMailbox(context, 'LSUB', entry);
    if (context.writer.isFull) await context.writer.flush();
  }
  return ok('Subscriptions listed');
}

export function tellMailbox(context: SessionContext, response: 'LIST' | 'LSUB', entry: ListEntry): void {
  const name = mailboxName(entry.name, context.style);
  const childInfo = entry.childInfo.map((option) => `"${option}"`).join(' ');
  const extended = childInfo === '' ? '' : ` ("CHILDINFO" (${childInfo}))`;
  context.untagged(`${response} (${entry.attributes.join(' ')}) "${HIERARCHY_DELIMITER}" ${name}${extended}`);
}

export async function status(context: SessionContext, command: CommandOf<'STATUS'>): Promise<StatusResponse> {
  if (command.items.includes('HIGHESTMODSEQ')) enableCondstore(context);
  const counted = await accountOf(context).status(command.mailbox);
  if (counted instanceof Refusal) return refused(counted);
  tellStatus(context, { name: command.mailbox, counted, items: command.items });
  return ok('Status told');
}

function tellStatus(
  context: SessionContext,
  told: { readonly name: string; readonly counted: MailboxStatus; readonly items: readonly StatusItem[] },
): void {
  const { appendLimitBytes } = accountOf(context);
  const values = told.items.map((item) => `${item} ${statusValue(item, told.counted, appendLimitBytes)}`);
  context.untagged(`STATUS ${mailboxName(told.name, context.style)} (${values.join(' ')})`);
}

function statusValue(item: StatusItem, counted: MailboxStatus, appendLimitBytes: number): string | number {
  switch (item) {
    case 'APPENDLIMIT':
      return appendLimitBytes;
    case 'DELETED':
      return counted.deleted;
    case 'DELETED-STORAGE':
      return counted.deletedBytes;
    case 'HIGHESTMODSEQ':
      return counted.highestModseq;
    case 'MAILBOXID':
      return `(${counted.mailboxId})`;
    case 'MESSAGES':
      return counted.messages;
    case 'RECENT':
      return counted.recent;
    case 'SIZE':
      return counted.sizeBytes;
    case 'UIDNEXT':
      return counted.uidNext;
    case 'UIDVALIDITY':
      return counted.uidValidity;
    case 'UNSEEN':
      return counted.unseen;
  }
}
