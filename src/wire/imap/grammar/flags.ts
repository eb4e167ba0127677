// SPDX-License-Identifier: EUPL-1.2

import type { Decoder } from './decoder.ts';
import { BACKSLASH } from './octet-classes.ts';

/** The system flags a client may set, in their canonical case. */
export const SYSTEM_FLAGS = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'] as const;

const CANONICAL: ReadonlyMap<string, string> = new Map(
  [...SYSTEM_FLAGS, '\\Recent'].map((flag) => [flag.toUpperCase(), flag]),
);

/** Longest keyword taken; longer ones are refused. */
const FLAG_LENGTH_LIMIT = 255;
/** Most flags in one command. */
const FLAG_COUNT_LIMIT = 128;

/** flag = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" / flag-keyword / flag-extension */
export function flag(decoder: Decoder): string {
  const system = decoder.takes(BACKSLASH);
  const atom = decoder.atom();
  if (atom.length > FLAG_LENGTH_LIMIT) decoder.fail('Flag too long', { status: 'NO', code: 'LIMIT' });
  if (!system) return atom;
  const canonical = CANONICAL.get(`\\${atom.toUpperCase()}`);
  // RFC 9051 section 2.3.2: \Recent belongs to the server, flag extensions to future standards.
  if (canonical === undefined || canonical === '\\Recent') decoder.fail(`No such system flag: \\${atom}`);
  return canonical;
}

/** flag-list = "(" [flag *(SP flag)] ")" */
export function flagList(decoder: Decoder): readonly string[] {
  return distinctFlags(decoder.list(() => flag(decoder), { atMost: FLAG_COUNT_LIMIT }));
}

/** store-att-flags takes the list with or without its parentheses. */
export function storeFlags(decoder: Decoder): readonly string[] {
  if (decoder.atList) return flagList(decoder);
  const flags = [flag(decoder)];
  while (decoder.takes(0x20)) {
    if (flags.length === FLAG_COUNT_LIMIT) decoder.fail('List too long');
    flags.push(flag(decoder));
  }
  return distinctFlags(flags);
}

/** Each flag once: letter case does not make two of them (RFC 9051 section 2.3.2). */
export function distinctFlags(flags: readonly string[]): readonly string[] {
  if (flags.length < 2) return flags;
  const byFold = new Map<string, string>();
  for (const one of flags) if (!byFold.has(one.toLowerCase())) byFold.set(one.toLowerCase(), one);
  return [...byFold.values()];
}
