// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import { bareMessageId } from '../store-rules.ts';

/**
 * A number of 48 bits that stands for a Message-ID or PEC msgid in the log's indexes. Two ids may
 * share it, so readers compare the ids themselves as well. Null for the empty id.
 */
export function aboutHash(id: string): number | null {
  const bare = bareMessageId(id);
  return bare === '' ? null : Number.parseInt(hash('sha1', bare, 'hex').slice(0, 12), 16);
}
