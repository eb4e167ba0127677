// SPDX-License-Identifier: EUPL-1.2
import type { AnyStateCommand } from './any-state.ts';
import type { AppendCommand } from './append.ts';
import type { AuthenticationCommand } from './authentication.ts';
import type { ListCommand, LsubCommand } from './list.ts';
import type { MailboxesCommand } from './mailboxes.ts';
import type { MessagesCommand } from './messages.ts';
import type { MetadataCommand } from './metadata.ts';
import type { QuotaCommand } from './quota.ts';
import type { SearchingCommand } from './search.ts';

/** Every command of RFC 3501, RFC 9051 and the extensions spoken here, without its tag. */
export type Command =
  | AnyStateCommand
  | AppendCommand
  | AuthenticationCommand
  | ListCommand
  | LsubCommand
  | MailboxesCommand
  | MessagesCommand
  | MetadataCommand
  | QuotaCommand
  | SearchingCommand;

export type CommandName = Command['name'];

/** One command of the union by its name, or by several. */
export type CommandOf<Name extends CommandName> = Named<Command, Name>;

type Named<One, Name> = One extends { readonly name: infer Own }
  ? [Extract<Own, Name>] extends [never]
    ? never
    : One & { readonly name: Extract<Own, Name> }
  : never;
