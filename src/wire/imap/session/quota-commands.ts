// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import { type QuotaRoot, Refusal } from '../imap-backend.ts';
import { no, ok, type StatusResponse } from '../responses/statuses.ts';
import { astring, mailboxName } from '../responses/strings.ts';
import { refused } from './mailbox-commands.ts';
import { accountOf, type SessionContext } from './session-context.ts';

/** RFC 9208. */
export async function getQuota(
  context: SessionContext,
  command: CommandOf<'GETQUOTA'>,
): Promise<StatusResponse> {
  const root = await accountOf(context).quotaRoot(command.root);
  if (root instanceof Refusal) return refused(root);
  tellQuota(context, root);
  return ok('Quota told');
}

export async function getQuotaRoot(
  context: SessionContext,
  command: CommandOf<'GETQUOTAROOT'>,
): Promise<StatusResponse> {
  const roots = await accountOf(context).quotaRoots(command.mailbox);
  if (roots instanceof Refusal) return refused(roots);
  const names = roots.map((root) => ` ${astring(root.name, context.style)}`).join('');
  context.untagged(`QUOTAROOT ${mailboxName(command.mailbox, context.style)}${names}`);
  for (const root of roots) tellQuota(context, root);
  return ok('Quota told');
}

/** Quotas are set by who runs the server; QUOTASET is not advertised. */
export function setQuota(): StatusResponse {
  return no('Quotas cannot be changed here', 'NOPERM');
}

function tellQuota(context: SessionContext, root: QuotaRoot): void {
  const resources = root.resources.map(({ name, usage, limit }) => `${name} ${usage} ${limit}`);
  context.untagged(`QUOTA ${astring(root.name, context.style)} (${resources.join(' ')})`);
}
