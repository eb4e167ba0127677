// SPDX-License-Identifier: EUPL-1.2
import type { ContentId } from '../../../mailroom/contents/content-store.ts';
import type { MailboxId } from '../../../mailroom/mailboxes/mailbox-store.ts';
import type { FactName, TextFinding, TextQuery } from '../../../mailroom/search/search-store.ts';
import type { Database } from '../driver.ts';
import { contentOf, firstRow, lastRow, rowOf } from './search-schema.ts';
import { trigramQuery } from './trigrams.ts';

interface HeaderRow {
  readonly id: number;
  readonly header: string;
}

/** Headers compared before others have their turn. */
const COMPARED_AT_ONCE = 500;
/** Octets of headers held at once, and compared before others have their turn; one alone may be longer. */
const OCTETS_AT_ONCE = 4 * 1024 * 1024;
/** Contents of a batch that lie further apart than this many numbers for each are looked up one by one. */
const SPREAD = 8;

/** The index, read on the caller's thread. */
export class SearchReader {
  readonly #upTo;
  readonly #indexed;
  readonly #unknown;
  readonly #candidates;
  readonly #header;
  readonly #sizes;
  readonly #headers;
  readonly #fact;
  readonly #facts;

  constructor(db: Database) {
    this.#upTo = db.prepare<{ upTo: number }>('SELECT indexedUpTo AS upTo FROM mailboxes WHERE mailbox = ?');
    this.#indexed = db.prepare<{ id: number }>('SELECT id FROM facts WHERE id = ?');
    this.#unknown = db.prepareTuples<readonly [id: number]>(
      'SELECT id FROM details INDEXED BY textsUnknown WHERE header IS NULL AND id BETWEEN ? AND ?',
    );
    // Numbers come as reals, and FTS5 passes over everybody's rows where a bound of them is no integer.
    this.#candidates = db.prepareTuples<readonly [id: number]>(
      `SELECT rowid FROM trigrams
       WHERE trigrams MATCH ? AND rowid BETWEEN CAST(? AS INTEGER) AND CAST(? AS INTEGER)`,
    );
    this.#header = db.prepare<HeaderRow>(
      'SELECT id, header FROM details WHERE id = ? AND header IS NOT NULL',
    );
    // How long a header is stands in the head of its row: nothing of it is read.
    this.#sizes = db.prepareTuples<readonly [id: number, octets: number]>(
      `SELECT id, octet_length(header) FROM details
       WHERE id BETWEEN ? AND ? AND header IS NOT NULL ORDER BY id LIMIT ${COMPARED_AT_ONCE}`,
    );
    this.#headers = db.prepare<HeaderRow>(
      `SELECT id, header FROM details
       WHERE id BETWEEN ? AND ? AND header IS NOT NULL ORDER BY id`,
    );
    const fact = (name: FactName, table = 'facts') => ({
      one: db.prepareTuples<readonly [id: number, fact: string | null]>(
        `SELECT id, ${name} FROM ${table} WHERE id = ?`,
      ),
      range: db.prepareTuples<readonly [id: number, fact: string | null]>(
        `SELECT id, ${name} FROM ${table} WHERE id BETWEEN ? AND ?`,
      ),
    });
    const names = {
      envelope: fact('envelope'),
      structure: fact('structure', 'details'),
      ordering: fact('ordering'),
      preview: fact('preview'),
    };
    this.#fact = (name: FactName) => names[name].one;
    this.#facts = (name: FactName) => names[name].range;
  }

  indexedUpTo(mailbox: MailboxId): number {
    return this.#upTo.get(mailbox)?.upTo ?? 0;
  }

  isIndexed(mailbox: MailboxId, content: ContentId): boolean {
    return this.#indexed.get(rowOf(mailbox, content)) !== undefined;
  }

  async search(mailbox: MailboxId, query: TextQuery): Promise<TextFinding> {
    const rows: readonly [number, number] = [firstRow(mailbox), lastRow(mailbox)];
    const unknown = new Set(this.#unknown.all(...rows).map(([id]) => contentOf(id)));
    const found = new Set<ContentId>();
    const judge = judgement(query);
    const look = ({ id, header }: HeaderRow): void => {
      const holds = judge(header);
      if (holds !== false) (holds ? found : unknown).add(contentOf(id));
    };
    const sought = query.in === 'field' && query.text === '' ? `${query.field}: ` : query.text;
    const trigrams = trigramQuery(sought);
    if (trigrams === undefined) {
      for await (const row of this.#all(rows)) look(row);
    } else {
      const candidates = this.#candidates.all(trigrams, ...rows);
      let octets = 0;
      for (const [at, [id]] of candidates.entries()) {
        const row = this.#header.get(id);
        if (row === undefined) continue;
        look(row);
        octets += row.header.length;
        if (octets < OCTETS_AT_ONCE && at % COMPARED_AT_ONCE < COMPARED_AT_ONCE - 1) continue;
        octets = 0;
        await turnOfOthers();
      }
    }
    return { found, unknown };
  }

  async *#all([first, last]: readonly [number, number]): AsyncGenerator<HeaderRow> {
    for (let from = first; ; ) {
      const upTo = this.#atOnce(from, last);
      if (upTo === undefined) return;
      yield* this.#headers.all(from, upTo);
      from = upTo + 1;
      await turnOfOthers();
    }
  }

  /** The last of the rows from `from` on that may be held together; undefined when there are none. */
  #atOnce(from: number, last: number): number | undefined {
    let upTo: number | undefined;
    let sum = 0;
    for (const [id, octets] of this.#sizes.all(from, last)) {
      sum += octets;
      if (upTo !== undefined && sum > OCTETS_AT_ONCE) break;
      upTo = id;
    }
    return upTo;
  }

  listFacts(
    mailbox: MailboxId,
    name: FactName,
    contents: readonly ContentId[],
  ): readonly (string | undefined)[] {
    let [lowest, highest] = [Number.POSITIVE_INFINITY, 0];
    for (const content of contents) {
      lowest = Math.min(lowest, content);
      highest = Math.max(highest, content);
    }
    if (highest - lowest > contents.length * SPREAD) {
      const one = this.#fact(name);
      return contents.map((content) => one.all(rowOf(mailbox, content))[0]?.[1] ?? undefined);
    }
    const found = new Map<ContentId, string | null>();
    for (const [id, fact] of this.#facts(name).all(rowOf(mailbox, lowest), rowOf(mailbox, highest)))
      found.set(contentOf(id), fact);
    return contents.map((content) => found.get(content) ?? undefined);
  }
}

/** Whether a message holds what is sought, by its header; undefined when only its body can tell. */
function judgement({ text, ...query }: TextQuery): (header: string) => boolean | undefined {
  if (query.in === 'field') {
    const start = `${query.field}: `;
    return (header) =>
      header.includes(text) &&
      header.split('\n').some((line) => line.startsWith(start) && line.includes(text, start.length));
  }
  if (text === '') return () => true;
  if (query.in === 'body') return () => undefined;
  return (header) => header.includes(text) || undefined;
}

function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
