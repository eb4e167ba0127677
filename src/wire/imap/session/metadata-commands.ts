// SPDX-License-Identifier: EUPL-1.2
import type { CommandOf } from '../commands/command.ts';
import { Refusal } from '../imap-backend.ts';
import { bad, ok, type StatusResponse } from '../responses/statuses.ts';
import { astring, mailboxName } from '../responses/strings.ts';
import { refused } from './mailbox-commands.ts';
import { accountOf, type SessionContext } from './session-context.ts';

/** RFC 5464 section 4.2. */
export async function getMetadata(
  context: SessionContext,
  command: CommandOf<'GETMETADATA'>,
): Promise<StatusResponse> {
  const { metadata } = accountOf(context);
  if (metadata === undefined) return bad('Metadata is not kept here');
  const all = await metadata.get(command.mailbox);
  if (all instanceof Refusal) return refused(all);
  const wanted = [...all].filter(([entry]) =>
    command.entries.some((root) => isWithin(entry, root, command.depth)),
  );
  const limit = command.maxSizeBytes ?? Number.POSITIVE_INFINITY;
  const small = wanted.filter(([, value]) => value.length <= limit);
  if (small.length > 0) {
    const values = small.map(
      ([entry, value]) =>
        `${astring(entry, context.style)} ~{${value.length}}\r\n${value.toString('latin1')}`,
    );
    context.untagged(`METADATA ${mailboxName(command.mailbox, context.style)} (${values.join(' ')})`);
  }
  // RFC 5464 section 4.2.1: how large the largest entry left out is
  const longest = Math.max(0, ...wanted.map(([, value]) => value.length));
  return longest > limit
    ? ok('Some values are longer', `METADATA LONGENTRIES ${longest}`)
    : ok('Metadata told');
}

function isWithin(entry: string, root: string, depth: 0 | 1 | 'infinity'): boolean {
  if (entry === root) return true;
  if (depth === 0 || !entry.startsWith(`${root}/`)) return false;
  return depth === 'infinity' || !entry.slice(root.length + 1).includes('/');
}

/** RFC 5464 section 4.3. */
export async function setMetadata(
  context: SessionContext,
  command: CommandOf<'SETMETADATA'>,
): Promise<StatusResponse> {
  const { metadata } = accountOf(context);
  if (metadata === undefined) return bad('Metadata is not kept here');
  const refusal = await metadata.set(command.mailbox, command.values);
  return refusal === undefined ? ok('Metadata kept') : refused(refusal);
}
