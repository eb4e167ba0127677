// SPDX-License-Identifier: EUPL-1.2
import type { StoredContent } from '../../../mailroom/contents/content-store.ts';
import type { Finding } from '../../../platform/findings.ts';
import { type MimeIndex, MimeIndexer, type MimePart } from '../../../wire/mime/mime-index.ts';
import type { Database } from '../driver.ts';
import type { SqliteReaders } from '../readers/sqlite-readers.ts';

export interface ContentCheck {
  readonly database: Database;
  readonly readers: SqliteReaders;
  /** The MIME index is looked at alone, not compared with the octets. */
  readonly quick: boolean;
}

/** Each content's MIME index fits its octets. */
export async function* checkContents({ database, readers, quick }: ContentCheck): AsyncGenerator<Finding> {
  const page = database.prepare<{ id: number }>(
    `SELECT id FROM contents WHERE id > ? ORDER BY id LIMIT ${PAGE}`,
  );
  for (let after = 0; ; ) {
    const rows = page.all(after);
    for (const { id } of rows) {
      after = id;
      const content = contentOf(readers, id);
      const what = content === undefined ? UNREADABLE : await faultOf(content, quick);
      if (what !== undefined) yield { code: 'mime-index-wrong', what, where: `content ${id}` };
    }
    if (rows.length < PAGE) return;
  }
}

const PAGE = 1000;
const UNREADABLE = 'its slices or its MIME index cannot be read';

function contentOf(readers: SqliteReaders, id: number): StoredContent | undefined {
  try {
    const content = readers.findContent(id);
    return content?.index === undefined ? undefined : content;
  } catch {
    return undefined;
  }
}

async function faultOf({ index, octets, size }: StoredContent, quick: boolean): Promise<string | undefined> {
  if (index.size !== size) return `the MIME index is of ${index.size} octets, the content has ${size}`;
  if (!lies(index.root, { start: 0, end: size })) return 'parts of the MIME index lie outside of one another';
  if (quick) return undefined;
  const found = new MimeIndexer();
  try {
    for await (const chunk of octets.stream()) found.update(chunk);
  } catch {
    // The blob is told of by its own check.
    return undefined;
  }
  return fits(index, found.end()) ? undefined : 'the MIME index is not that of the octets';
}

function lies(part: MimePart, within: { start: number; end: number }): boolean {
  const { headerStart, bodyStart, bodyEnd } = part;
  if (headerStart < within.start || bodyStart < headerStart || bodyEnd < bodyStart || bodyEnd > within.end)
    return false;
  return part.parts.every((child) => lies(child, { start: bodyStart, end: bodyEnd }));
}

/** Watched lines are left out: what was watched for is not kept. */
function fits(index: MimeIndex, found: MimeIndex): boolean {
  // Fields put on top afterwards may bring a header, or all of them, beyond a limit that the message kept to.
  if ([...index.defects, ...found.defects].some((defect) => LIMITED.has(defect))) return true;
  return (
    index.eightBit === found.eightBit &&
    index.nul === found.nul &&
    index.bareLineEnds === found.bareLineEnds &&
    samePart(index.root, found.root)
  );
}

const LIMITED: ReadonlySet<string> = new Set(['header-too-large', 'content-fields-too-large']);

function samePart(one: MimePart, other: MimePart): boolean {
  return (
    one.headerStart === other.headerStart &&
    one.bodyStart === other.bodyStart &&
    one.bodyEnd === other.bodyEnd &&
    one.type === other.type &&
    one.subtype === other.subtype &&
    one.parts.length === other.parts.length &&
    one.parts.every((part, at) => {
      const same = other.parts[at];
      return same !== undefined && samePart(part, same);
    })
  );
}
