// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { MemoryOctets } from '../mime/octets.ts';
import { multilineBody } from './multiline.ts';

async function body(
  message: Buffer,
  options: { lines?: number; cuts?: readonly number[] } = {},
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of multilineBody(inPieces(message, options.cuts ?? []), options.lines))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inPieces(message: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const length of cuts) {
    yield message.subarray(at, at + length);
    at += length;
  }
  yield message.subarray(at);
}

/** What a client makes of a response: its lines up to the one with the dot, dots taken off. */
function unstuffed(response: Buffer): string {
  const lines = response.toString('latin1').split('\r\n');
  assert.deepEqual(lines.slice(-2), ['.', '']);
  return lines
    .slice(0, -2)
    .map((line) => `${line.startsWith('.') ? line.slice(1) : line}\r\n`)
    .join('');
}

const CASES: readonly (readonly [string, string, string])[] = [
  ['a plain message', 'A: b\r\n\r\nc\r\n', 'A: b\r\n\r\nc\r\n.\r\n'],
  ['no octets at all', '', '.\r\n'],
  ['a dot alone on a line', 'a\r\n.\r\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
  ['a dot at the very start', '.a\r\n', '..a\r\n.\r\n'],
  ['dots on every line', '.\r\n..\r\n...\r\n', '..\r\n...\r\n....\r\n.\r\n'],
  ['dots elsewhere', 'a.b\r\nc.\r\n', 'a.b\r\nc.\r\n.\r\n'],
  ['no line end at the end', 'a', 'a\r\n.\r\n'],
  ['a last line of a dot without line end', 'a\r\n.', 'a\r\n..\r\n.\r\n'],
  ['a CR at the end', 'a\r', 'a\r\r\n.\r\n'],
  ['a bare LF at the end', 'a\n', 'a\n\r\n.\r\n'],
  ['a dot after a bare LF or CR is inside its line', 'a\n.b\r.c\r\n', 'a\n.b\r.c\r\n.\r\n'],
];

suite('multi-line responses', () => {
  for (const [title, message, expected] of CASES) {
    test(`RFC 1939 section 3 ${title}`, async () => {
      assert.equal((await body(Buffer.from(message))).toString(), expected);
      const octetByOctet = { cuts: Array<number>(message.length).fill(1) };
      assert.equal((await body(Buffer.from(message), octetByOctet)).toString(), expected);
    });
  }

  test('RFC 1939 section 7 TOP gives the header, the empty line and so many lines of the body', async () => {
    const message = Buffer.from('A: b\r\n c\r\n\r\none\r\n\r\n.three\r\nfour');
    const top = async (lines: number) => (await body(message, { lines })).toString();
    assert.equal(await top(0), 'A: b\r\n c\r\n\r\n.\r\n');
    assert.equal(await top(1), 'A: b\r\n c\r\n\r\none\r\n.\r\n');
    assert.equal(await top(3), 'A: b\r\n c\r\n\r\none\r\n\r\n..three\r\n.\r\n');
    assert.equal(await top(4), 'A: b\r\n c\r\n\r\none\r\n\r\n..three\r\nfour\r\n.\r\n');
    assert.equal(await top(9_999_999_999), await top(4));
    assert.equal((await body(Buffer.from('A: b\r\n'), { lines: 0 })).toString(), 'A: b\r\n.\r\n');
    assert.equal((await body(Buffer.from('\r\nbody\r\n'), { lines: 0 })).toString(), '\r\n.\r\n');
  });

  test('TOP stops reading where it ends', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        read++;
        yield Buffer.from('A: b\r\n\r\nbody\r\n');
      }
    }
    const chunks: Buffer[] = [];
    for await (const chunk of multilineBody(endless(), 2)) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), 'A: b\r\n\r\nbody\r\nA: b\r\n.\r\n');
    assert.equal(read, 2);
  });

  test('what a client takes apart is what was stored, in whatever pieces it is read', async () => {
    const line = fc.constantFrom('', '.', '..', 'a', '.a', '\r', '\n', 'a\r', '\n.', '\r.', 'è');
    const cuts = fc.array(fc.nat(5), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        cuts,
        fc.boolean(),
        async (lines, lengths, ended) => {
          const message = Buffer.from(lines.join('\r\n') + (ended ? '\r\n' : ''));
          const response = await body(message, { cuts: lengths });
          const text = message.toString('latin1');
          const completed = text === '' || text.endsWith('\r\n') ? text : `${text}\r\n`;
          assert.equal(unstuffed(response), completed);
          for (const bodyLines of [0, 1, 3]) {
            const top = await body(message, { lines: bodyLines, cuts: lengths });
            assert.deepEqual(top, await body(message, { lines: bodyLines }));
            assert.ok(completed.startsWith(unstuffed(top).slice(0, -2)));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a hundred megabytes pass with one chunk in memory, and a chunk without dots is not copied', async () => {
    const chunk = Buffer.from('x'.repeat(62 * 1024).concat('\r\n'));
    let passed = 0;
    async function* large(): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < 100 * 1024 * 1024; sent += chunk.length) yield chunk;
    }
    for await (const out of multilineBody(large())) {
      if (out.length > 3) assert.equal(out, chunk);
      passed += out.length;
    }
    assert.ok(passed > 100 * 1024 * 1024);
  });

  test('octets of a run in memory are read through the same face', async () => {
    const octets = new MemoryOctets(Buffer.from('a\r\n'));
    const chunks: Buffer[] = [];
    for await (const chunk of multilineBody(octets.stream())) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), 'a\r\n.\r\n');
  });
});
