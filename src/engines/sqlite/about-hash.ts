// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import { BoundedMap } from '../../platform/bounded-map.ts';
import { bareMessageId } from '../store-rules.ts';

/** Ids of a passing message are hashed with each record about it. */
const KNOWN = new BoundedMap<string, number>(512);

/**
 * A number of 48 bits that stands for a Message-ID or PEC msgid in the log's indexes. Two ids may
 * share it, so readers compare the ids themselves as well. Null for the empty id.
 */
export function aboutHash(id: string): number | null {
  const bare = bareMessageId(id);
  if (bare === '') return null;
  let known = KNOWN.get(bare);
  if (known === undefined) {
    known = Number.parseInt(hash('sha1', bare, 'hex').slice(0, 12), 16);
    KNOWN.set(bare, known);
  }
  return known;
}
