// SPDX-License-Identifier: EUPL-1.2
import type { AppendCommand } from '../commands/append.ts';
import type { Command, CommandName, CommandOf } from '../commands/command.ts';
import { namesSequenceNumbers } from '../grammar/search-keys.ts';
import type { Awaitable } from '../imap-backend.ts';
import { ok, type StatusResponse } from '../responses/statuses.ts';
import * as anyState from './any-state-commands.ts';
import { login } from './authentication-commands.ts';
import { copy, expunge, move } from './copy-commands.ts';
import { fetch } from './fetch-command.ts';
import * as mailboxes from './mailbox-commands.ts';
import { getMetadata, setMetadata } from './metadata-commands.ts';
import { getQuota, getQuotaRoot, setQuota } from './quota-commands.ts';
import { search, sort, thread } from './search-commands.ts';
import { close, select, unselect } from './select-commands.ts';
import type { SessionContext, SessionState } from './session-context.ts';
import { store } from './store-command.ts';

/** Commands that are a conversation rather than a question: the session itself leads them. */
type LedCommandName = 'APPEND' | 'AUTHENTICATE' | 'IDLE';

type TableName = Exclude<CommandName, LedCommandName>;
/** `undefined`: the tagged answer has been given already. */
type Run<Name extends CommandName> = (
  context: SessionContext,
  command: CommandOf<Name> & { readonly tag: string },
) => Awaitable<StatusResponse | undefined>;

const table: { readonly [Name in TableName]: Run<Name> } = {
  CAPABILITY: anyState.capability,
  CHECK: () => ok('Checked'),
  CLOSE: close,
  COMPRESS: anyState.compress,
  COPY: copy,
  CREATE: mailboxes.create,
  DELETE: mailboxes.remove,
  ENABLE: anyState.enable,
  EXAMINE: select,
  EXPUNGE: expunge,
  FETCH: fetch,
  GETMETADATA: getMetadata,
  GETQUOTA: getQuota,
  GETQUOTAROOT: getQuotaRoot,
  ID: anyState.id,
  LIST: mailboxes.list,
  LOGIN: login,
  LOGOUT: anyState.logout,
  LSUB: mailboxes.lsub,
  MOVE: move,
  NAMESPACE: mailboxes.namespace,
  NOOP: () => ok('Nothing done'),
  RENAME: mailboxes.rename,
  SEARCH: search,
  SELECT: select,
  SETMETADATA: setMetadata,
  SETQUOTA: setQuota,
  SORT: sort,
  STARTTLS: (context, command) => anyState.startTls(context, command.tag),
  STATUS: mailboxes.status,
  STORE: store,
  SUBSCRIBE: mailboxes.subscribe,
  THREAD: thread,
  'UID EXPUNGE': expunge,
  UNSELECT: unselect,
  UNSUBSCRIBE: mailboxes.subscribe,
};

/** Carries out a command that the state allows. */
export function runCommand(
  context: SessionContext,
  tag: string,
  command: Exclude<Command, AppendCommand>,
): Awaitable<StatusResponse | undefined> {
  const run = table[command.name as TableName] as Run<CommandName>;
  return run(context, { ...command, tag } as never);
}

const ANY: readonly SessionState[] = ['not-authenticated', 'authenticated', 'selected'];
const NOT_AUTHENTICATED: readonly SessionState[] = ['not-authenticated'];
const SELECTED: readonly SessionState[] = ['selected'];
const AUTHENTICATED: readonly SessionState[] = ['authenticated', 'selected'];

/** RFC 9051 section 3: which commands each state allows; what is not named needs a login. */
const STATES: Partial<Record<CommandName, readonly SessionState[]>> = {
  AUTHENTICATE: NOT_AUTHENTICATED,
  CAPABILITY: ANY,
  CHECK: SELECTED,
  CLOSE: SELECTED,
  COPY: SELECTED,
  EXPUNGE: SELECTED,
  FETCH: SELECTED,
  ID: ANY,
  LOGIN: NOT_AUTHENTICATED,
  LOGOUT: ANY,
  MOVE: SELECTED,
  NOOP: ANY,
  SEARCH: SELECTED,
  SORT: SELECTED,
  STARTTLS: NOT_AUTHENTICATED,
  STORE: SELECTED,
  THREAD: SELECTED,
  'UID EXPUNGE': SELECTED,
  UNSELECT: SELECTED,
};

export function isAllowed(name: CommandName, state: SessionState): boolean {
  return (STATES[name] ?? AUTHENTICATED).includes(state);
}

/**
 * Whether EXPUNGE may be told before a command's end (RFC 9051 section 7.5.1): not while FETCH, STORE,
 * SEARCH, SORT or THREAD by sequence number run, since the client counts on the numbers it knows.
 */
export function mayTellExpunge(command: Command): boolean {
  switch (command.name) {
    case 'FETCH':
    case 'STORE':
      return command.uid;
    case 'SEARCH':
    case 'SORT':
    case 'THREAD':
      return command.uid && !namesSequenceNumbers(command.program);
    default:
      return true;
  }
}

/** Commands that look at messages: arrivals are told first, so that the client's next question finds them. */
export function looksAtMessages(name: CommandName): boolean {
  return name === 'FETCH' || name === 'SEARCH' || name === 'SORT' || name === 'THREAD';
}
