// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { indexMessage, type MimeIndex, MimeIndexer, type MimePart } from './mime-index.ts';

/** What a generated entity looks like; boundaries are given when it is written, so that they nest. */
type Entity =
  | { kind: 'leaf'; fields: string[]; lines: string[]; cut: boolean }
  | { kind: 'message'; fields: string[]; inner: Entity }
  | {
      kind: 'multipart';
      fields: string[];
      preamble: string[];
      inner: Entity[];
      closed: boolean;
      epilogue: string[];
    };

/** The part that the index must find. */
interface Expected {
  headerStart: number;
  bodyStart: number;
  bodyEnd: number;
  type: string;
  parts: Expected[];
}

const text = fc.constantFrom(
  '',
  'x',
  '--',
  '--b',
  '--b0x',
  '--b0 x',
  ' --b0',
  'From me',
  '.',
  'perch\xe9',
  '\0',
  'a'.repeat(3000),
);
const lines = fc.array(text, { maxLength: 4 });
const fields = fc.array(
  fc.constantFrom('Subject: x', 'X-Long: a\n b\n\tc', 'content-id: <a@b>', 'To: =?x?='),
  { maxLength: 3 },
);

const { entity } = fc.letrec<{ entity: Entity; leaf: Entity; message: Entity; multipart: Entity }>((tie) => ({
  entity: fc.oneof({ maxDepth: 5, withCrossShrink: true }, tie('leaf'), tie('message'), tie('multipart')),
  leaf: fc.record({ kind: fc.constant('leaf' as const), fields, lines, cut: fc.boolean() }),
  message: fc.record({ kind: fc.constant('message' as const), fields, inner: tie('entity') }),
  multipart: fc.record({
    kind: fc.constant('multipart' as const),
    fields,
    preamble: lines,
    inner: fc.array(tie('entity'), { minLength: 1, maxLength: 4 }),
    closed: fc.boolean(),
    epilogue: lines,
  }),
}));

/** Writes entities and notes by itself where everything lies. */
class Composer {
  text = '';
  readonly #eol: string;
  #boundaries = 0;
  /** Whether a boundary may stand right here. */
  #boundaryMayFollow = false;
  /** Embedded messages around what is being written. */
  #enclosing = 0;

  constructor(eol: string) {
    this.#eol = eol;
  }

  write(entity: Entity): Expected {
    const headerStart = this.text.length;
    for (const field of entity.fields) this.#line(field.replaceAll('\n', this.#eol));
    if (entity.kind === 'leaf') return this.#leaf(entity, headerStart);
    if (entity.kind === 'message') {
      this.#line('Content-Type: message/rfc822');
      this.#line('');
      const bodyStart = this.text.length;
      this.#enclosing++;
      const inner = this.write(entity.inner);
      this.#enclosing--;
      return { headerStart, bodyStart, bodyEnd: this.text.length, type: 'message', parts: [inner] };
    }
    return this.#multipart(entity, headerStart);
  }

  #leaf(entity: Entity & { kind: 'leaf' }, headerStart: number): Expected {
    // Without empty line, the last line end belongs to the boundary that follows; without fields, the line
    // end of the boundary before does.
    // Within two messages the latter would mean that the inner one lacks its empty line: another case.
    const cut = entity.cut && (this.text.length > headerStart || this.#enclosing < 2);
    if (!cut) this.#line('');
    else if (this.text.length > headerStart) this.text = this.text.slice(0, -this.#eol.length);
    else this.#boundaryMayFollow = true;
    const bodyStart = this.text.length;
    if (!cut) this.text += entity.lines.join(this.#eol);
    return { headerStart, bodyStart, bodyEnd: this.text.length, type: 'text', parts: [] };
  }

  #multipart(entity: Entity & { kind: 'multipart' }, headerStart: number): Expected {
    // b0, b00, b000 ...: each begins the next.
    const boundary = `b${'0'.repeat(++this.#boundaries)}`;
    this.#line(`Content-Type: multipart/mixed; boundary="${boundary}"`);
    this.#line('');
    const bodyStart = this.text.length;
    for (const line of entity.preamble) this.#line(line);
    const parts: Expected[] = [];
    this.#boundaryMayFollow = true;
    for (const inner of entity.inner) {
      this.#delimit();
      this.#line(`--${boundary}${' '.repeat(parts.length % 3)}`);
      parts.push(this.write(inner));
    }
    if (entity.closed) {
      this.#delimit();
      this.text += [`--${boundary}--`, ...entity.epilogue].join(this.#eol);
    }
    return { headerStart, bodyStart, bodyEnd: this.text.length, type: 'multipart', parts };
  }

  #line(line: string): void {
    this.text += line + this.#eol;
    this.#boundaryMayFollow = false;
  }

  /** The line end that belongs to the next boundary. */
  #delimit(): void {
    if (!this.#boundaryMayFollow) this.text += this.#eol;
    this.#boundaryMayFollow = false;
  }
}

function places(part: MimePart): Expected {
  const { headerStart, bodyStart, bodyEnd, type, parts } = part;
  return { headerStart, bodyStart, bodyEnd, type, parts: parts.map(places) };
}

function indexInChunks(message: Buffer, cuts: readonly number[]): MimeIndex {
  const indexer = new MimeIndexer({ watchPrefix: 'b' });
  let start = 0;
  for (const cut of [...cuts, message.length].sort((a, b) => a - b)) {
    // A copy that is overwritten afterwards: nothing may hold on to the chunk.
    const chunk = Buffer.from(message.subarray(start, Math.max(start, cut)));
    indexer.update(chunk);
    chunk.fill(0x2d);
    start = Math.max(start, cut);
  }
  return indexer.end();
}

function assertSound(message: Buffer, part: MimePart): void {
  assert.ok(
    part.headerStart <= part.bodyStart && part.bodyStart <= part.bodyEnd && part.bodyEnd <= message.length,
  );
  const body = message.toString('latin1', part.bodyStart, part.bodyEnd);
  assert.equal(part.bodyLines, body.split('\n').length - 1);
  let last = part.bodyStart;
  for (const child of part.parts) {
    assert.ok(child.headerStart >= last && child.bodyEnd <= part.bodyEnd);
    last = child.bodyEnd;
    assertSound(message, child);
  }
}

test('index: finds every part where the generator put it', () => {
  fc.assert(
    fc.property(entity, fc.constantFrom('\r\n', '\n'), (tree, eol) => {
      const composer = new Composer(eol);
      const expected = composer.write(tree);
      const message = Buffer.from(composer.text, 'latin1');
      const index = indexMessage(message);
      assert.deepEqual(places(index.root), expected);
      assertSound(message, index.root);
      assert.equal(index.bareLineEnds, eol === '\n' && composer.text.includes('\n'));
    }),
    { numRuns: 300 },
  );
});

const fragment = fc.constantFrom(
  '\r\n',
  '\r\n',
  '\n',
  '\r',
  '--b',
  '--b--',
  '--',
  '-',
  ' ',
  '\t',
  '\0',
  '\xff',
  ':',
  ';',
  '"',
  '(',
  'x',
  'Content-Type: multipart/mixed; boundary=b\r\n',
  'Content-Type: multipart/digest; boundary=c\r\n\r\n',
  '--c',
  '--c--',
  'Content-Type: message/rfc822\r\n\r\n',
  'Content-Transfer-Encoding: base64\r\n',
  "Content-Disposition: a; filename*0*=u''%",
);

test('index: takes any octets, in any chunks, with the same result, which JSON keeps', () => {
  fc.assert(
    fc.property(
      fc.array(fragment, { maxLength: 60 }),
      fc.array(fc.nat(400), { maxLength: 8 }),
      (fragments, cuts) => {
        const message = Buffer.from(fragments.join(''), 'latin1');
        const whole = indexInChunks(message, []);
        assert.equal(whole.size, message.length);
        assert.equal(whole.root.bodyEnd, message.length);
        assertSound(message, whole.root);
        const inside = cuts.filter((cut) => cut < message.length);
        assert.deepEqual(indexInChunks(message, inside), whole);
        assert.deepEqual(indexInChunks(message, Array.from(message.keys())), whole);
        assert.deepEqual(JSON.parse(JSON.stringify(whole)), whole);
      },
    ),
    { numRuns: 500 },
  );
});

test('index: takes random octets', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => {
      assertSound(Buffer.from(octets), indexMessage(octets).root);
    }),
  );
});
