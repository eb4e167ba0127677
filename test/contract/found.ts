// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import type { ContentId, ContentReader } from '../../src/mailroom/contents/content-store.ts';
import type { MailboxId } from '../../src/mailroom/mailboxes/mailbox-store.ts';
import type {
  CardDerivation,
  ContentCard,
  SearchStore,
  TextFinding,
  TextQuery,
} from '../../src/mailroom/search/search-store.ts';

export interface Searched {
  readonly store: ContentReader;
  readonly search: SearchStore;
  readonly derive: CardDerivation;
}

/**
 * What somebody finds who asks the index and looks at the messages that it cannot tell about; unknown are those then
 * whose text cannot be kept.
 */
export async function findAll(
  { store, search, derive }: Searched,
  mailbox: MailboxId,
  query: TextQuery,
): Promise<TextFinding> {
  const finding = await search.search(mailbox, query);
  assert.ok(finding, 'the index can be read');
  const found = new Set(finding.found);
  const unknown = new Set<ContentId>();
  for (const id of finding.unknown) {
    assert.equal(found.has(id), false);
    const text = await textOf({ store, derive }, id);
    if (text === undefined) unknown.add(id);
    else if (holds(text, query)) found.add(id);
  }
  return { found, unknown };
}

async function textOf(
  { store, derive }: Omit<Searched, 'search'>,
  id: ContentId,
): Promise<ContentCard['text']> {
  const content = store.findContent(id);
  if (content === undefined) return undefined;
  return derive(content).then(
    ({ text }) => text,
    () => undefined,
  );
}

function holds({ header, body }: Exclude<ContentCard['text'], undefined>, query: TextQuery): boolean {
  const { text } = query;
  if (query.in !== 'field') return body.includes(text) || (query.in === 'anywhere' && header.includes(text));
  const start = `${query.field}: `;
  const values = header.split('\n').filter((line) => line.startsWith(start));
  return values.some((line) => line.slice(start.length).includes(text));
}
