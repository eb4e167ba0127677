// SPDX-License-Identifier: EUPL-1.2
import type { Header } from './header.ts';

/**
 * Whether no program may answer a message: it comes from a program or a list (RFC 3834 sections 2 and 5, RFC
 * 2369, RFC 2919), or its path is null, empty here (RFC 5321 section 4.5.5).
 */
export function isAutomatic(header: Header, reversePath: string): boolean {
  if (reversePath === '') return true;
  const submitted = header.first('auto-submitted')?.value;
  if (submitted !== undefined && firstWord(submitted) !== 'no') return true;
  const precedence = header.first('precedence')?.value;
  if (precedence !== undefined && IMPERSONAL.has(firstWord(precedence))) return true;
  return header.fields.some(({ key }) => LIST_FIELDS.has(key));
}

/** What mail programs are told on top of such a message (RFC 3834 section 5). */
export const AUTOMATIC_LINE = 'Auto-Submitted: auto-generated';

const IMPERSONAL: ReadonlySet<string> = new Set(['bulk', 'junk', 'list']);
const LIST_FIELDS: ReadonlySet<string> = new Set([
  'list-id',
  'list-unsubscribe',
  'list-post',
  'list-help',
  'list-subscribe',
  'list-owner',
  'list-archive',
]);

function firstWord(value: string): string {
  return /^\s*([^\s;(]*)/.exec(value)?.[1]?.toLowerCase() ?? '';
}
