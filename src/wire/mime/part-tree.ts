// SPDX-License-Identifier: EUPL-1.2
import { type ContentFields, type DefaultType, readContentFields } from './content-fields.ts';
import { LINE_HEAD_OCTETS, type LineSink, type ScannedLine } from './line-scanner.ts';
import type { MimeDefect, MimeLimits, MimePart } from './mime-part.ts';

/** A place between two lines. */
interface Place {
  readonly offset: number;
  /** Line feeds before it. */
  readonly lineFeeds: number;
}

/** An entity whose end has not come yet. */
interface OpenPart {
  headerStart: number;
  readonly depth: number;
  /** Within an embedded message. */
  readonly embedded: boolean;
  readonly defaultType: DefaultType;
  bodyStart: Place;
  fields: ContentFields | undefined;
  /** Set while this multipart's boundary is looked for. */
  boundary: string | undefined;
  readonly parts: MimePart[];
}

/** Gives the octets of a header, as far as they were kept. */
export type HeaderSource = (
  start: number,
  end: number,
) => { readonly block: Buffer; readonly whole: boolean };

/** RFC 2045 section 6.4: encodings that leave the octets as they are. */
const IDENTITY_ENCODINGS: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary']);

/** Builds the tree of entities out of the lines that matter: those of headers, and boundaries. */
export class PartTree implements LineSink {
  readonly defects = new Set<MimeDefect>();
  readonly #limits: MimeLimits;
  readonly #headerSource: HeaderSource;
  /** The entities that are open, outermost first. */
  readonly #open: OpenPart[] = [];
  /** Who waits for a boundary, outermost first: the innermost of the same name wins. */
  readonly #waiting = new Map<string, OpenPart[]>();
  #inHeader = false;
  #partCount = 0;
  #fieldBytes = 0;

  constructor(limits: MimeLimits, headerSource: HeaderSource) {
    this.#limits = limits;
    this.#headerSource = headerSource;
    this.#begin({ headerStart: 0, defaultType: 'text/plain', embedded: false });
  }

  /** An empty line ends a header; in bodies only what may be a boundary counts. */
  get emptyLines(): boolean {
    return this.#inHeader;
  }

  /** Where the header starts that is being read; undefined in a body. */
  get headerStart(): number | undefined {
    return this.#inHeader ? this.#open.at(-1)?.headerStart : undefined;
  }

  line(line: ScannedLine): void {
    if (line.head.length > 0) {
      if (line.whole) this.#boundaryLine(line);
    } else if (this.#inHeader) {
      this.#endHeader({ offset: line.end, lineFeeds: line.lineFeedsBefore + 1 }, line.start);
    }
  }

  /** The root, everything being closed where the octets end. */
  end(end: Place): MimePart {
    return (
      this.#close(0, end) ??
      finishPart(newPart({ headerStart: 0, depth: 1, embedded: false, defaultType: 'text/plain' }), end)
    );
  }

  #begin(place: Pick<OpenPart, 'headerStart' | 'defaultType' | 'embedded'>): void {
    this.#partCount++;
    this.#inHeader = true;
    this.#open.push(newPart({ ...place, depth: this.#open.length + 1 }));
  }

  #isRoomForPart(embedded: boolean): boolean {
    return this.#partCount < allowance(this.#limits.parts, embedded);
  }

  /** A line that may be a delimiter of an open multipart. */
  #boundaryLine(line: ScannedLine): void {
    // RFC 2046 section 5.1.1: blanks may follow. The line must be the boundary and nothing more, so that
    // one boundary may be the beginning of another.
    const text = trimBlanksEnd(line.head.toString('latin1', 2));
    let owner = this.#waiting.get(text)?.at(-1);
    const closing = owner === undefined && text.endsWith('--');
    if (closing) owner = this.#waiting.get(text.slice(0, -2))?.at(-1);
    if (owner === undefined) return;
    const lineFeeds = line.endingBefore > 0 ? line.lineFeedsBefore - 1 : 0;
    const closed = this.#close(owner.depth, { offset: line.start - line.endingBefore, lineFeeds });
    if (closed !== undefined) owner.parts.push(closed);
    if (closing) this.#stopWaiting(owner);
    else this.#beginPart(owner, line.end);
  }

  #beginPart(owner: OpenPart, headerStart: number): void {
    const { embedded } = owner;
    const defaultType = owner.fields?.subtype === 'digest' ? 'message/rfc822' : 'text/plain';
    if (this.#isRoomForPart(embedded)) this.#begin({ headerStart, defaultType, embedded });
    else this.defects.add('too-many-parts');
  }

  /** The header of the innermost entity is over, its body begins at `bodyStart`. */
  #endHeader(bodyStart: Place, headerEnd: number): void {
    const part = this.#open.at(-1);
    if (part === undefined) return;
    this.#inHeader = false;
    part.bodyStart = bodyStart;
    const { block, whole } = this.#headerSource(part.headerStart, headerEnd);
    const { fields, sizeBytes } = readContentFields(block, part.defaultType, this.defects);
    part.fields = fields;
    const fieldBytes = this.#fieldBytes + sizeBytes;
    if (fieldBytes > allowance(this.#limits.fieldBytes, part.embedded)) {
      this.defects.add('content-fields-too-large');
      part.fields = UNKNOWN_CONTENT;
      return;
    }
    this.#fieldBytes = fieldBytes;
    if (whole) {
      this.#openContainer(part, fields);
    } else {
      this.defects.add('header-too-large');
    }
  }

  #openContainer(part: OpenPart, fields: ContentFields): void {
    const multipart = fields.type === 'multipart';
    const message = fields.type === 'message' && /^(?:rfc822|global)$/.test(fields.subtype);
    if (!multipart && !message) return;
    const identity = IDENTITY_ENCODINGS.has(fields.encoding);
    if (!identity) this.defects.add('encoded-container');
    if (part.depth >= this.#limits.depth) {
      this.defects.add('too-deep');
    } else if (multipart) {
      // Multiparts that claim an encoding are common and never encoded.
      this.#waitFor(part, fields.params.boundary);
    } else if (!this.#isRoomForPart(true)) {
      this.defects.add('too-many-parts');
    } else if (identity) {
      this.#begin({ headerStart: part.bodyStart.offset, defaultType: 'text/plain', embedded: true });
    }
  }

  #waitFor(part: OpenPart, boundary: string | undefined): void {
    const name = trimBlanksEnd(asOctets(boundary ?? ''));
    if (name === '' || name.length > MAX_BOUNDARY) {
      this.defects.add('multipart-without-boundary');
      return;
    }
    part.boundary = name;
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) this.#waiting.set(name, [part]);
    else waiting.push(part);
  }

  /** From here on the part's boundary means nothing to it: its epilogue begins, or it is over. */
  #stopWaiting(part: OpenPart): void {
    if (part.boundary === undefined) return;
    const waiting = this.#waiting.get(part.boundary);
    waiting?.pop();
    if (waiting?.length === 0) this.#waiting.delete(part.boundary);
    part.boundary = undefined;
    if (part.parts.length === 0) this.defects.add('multipart-without-parts');
  }

  /** Closes the entities beyond the outermost `keep` ones at `end`, and gives the outermost of those. */
  #close(keep: number, end: Place): MimePart | undefined {
    while (this.#inHeader) this.#cutHeader(end);
    let closed: MimePart | undefined;
    while (this.#open.length > keep) {
      const part = this.#open.pop();
      if (part === undefined) break;
      if (closed !== undefined) part.parts.push(closed);
      if (part.boundary !== undefined) this.defects.add('closing-boundary-missing');
      this.#stopWaiting(part);
      endWithin(part, { end, enclosing: this.#open.slice(keep) });
      closed = finishPart(part, end);
    }
    return closed;
  }

  /** A header that a boundary or the end of the octets cuts off has no body. */
  #cutHeader(end: Place): void {
    const start = this.#open.at(-1)?.headerStart ?? 0;
    if (end.offset > start) this.defects.add('header-without-end');
    const bodyStart = notBefore(end, start);
    this.#endHeader(bodyStart, bodyStart.offset);
  }
}

/**
 * What embedded messages may take of a limit: a twentieth is the message's own, so that a signature that
 * stands behind an enclosed message is found however many parts that has.
 */
function allowance(limit: number, embedded: boolean): number {
  return embedded ? limit - Math.floor(limit / 20) : limit;
}

/** What is said of a part whose header could not be read. */
const UNKNOWN_CONTENT: ContentFields = {
  type: 'application',
  subtype: 'octet-stream',
  params: {},
  encoding: 'binary',
};

/**
 * An embedded message that is nothing but fields ends where they end: the line end that looks like its
 * empty line is that of the boundary, and no octet of the message it was made from.
 */
function endWithin(
  part: OpenPart,
  where: { readonly end: Place; readonly enclosing: readonly OpenPart[] },
): void {
  const { end, enclosing } = where;
  if (part.bodyStart.offset <= end.offset) return;
  const messages = enclosing.filter((other) => other.fields?.type === 'message').length;
  // The outermost of them may itself have no more than its empty line: then all begin after it.
  if (messages === 0 || (messages === 1 && part.headerStart > end.offset)) return;
  part.headerStart = Math.min(part.headerStart, end.offset);
  part.bodyStart = end;
}

/** Lines are compared as octets, each a character. */
function asOctets(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}

/** RFC 2046 section 5.1.1 allows 70; longer ones are met, but none can be longer than what is seen of a line. */
const MAX_BOUNDARY = LINE_HEAD_OCTETS - 4;

function newPart({
  headerStart,
  depth,
  embedded,
  defaultType,
}: Pick<OpenPart, 'headerStart' | 'depth' | 'embedded' | 'defaultType'>): OpenPart {
  const bodyStart = { offset: headerStart, lineFeeds: 0 };
  return {
    headerStart,
    depth,
    embedded,
    defaultType,
    bodyStart,
    fields: undefined,
    boundary: undefined,
    parts: [],
  };
}

function finishPart(part: OpenPart, limit: Place): MimePart {
  const bodyEnd = notBefore(limit, Math.max(part.bodyStart.offset, part.parts.at(-1)?.bodyEnd ?? 0));
  return {
    headerStart: part.headerStart,
    bodyStart: part.bodyStart.offset,
    bodyEnd: bodyEnd.offset,
    bodyLines: bodyEnd.lineFeeds - part.bodyStart.lineFeeds,
    ...(part.fields ?? UNKNOWN_CONTENT),
    parts: part.parts,
  };
}

/**
 * The place, or the one given if that is later. It can only be later by the line end that belongs to a
 * boundary, when an empty line ends a header and the boundary follows at once: the line end counts for both.
 */
function notBefore(place: Place, offset: number): Place {
  return offset > place.offset ? { offset, lineFeeds: place.lineFeeds + 1 } : place;
}

function trimBlanksEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(0, end);
}
