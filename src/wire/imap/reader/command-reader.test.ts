// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { CommandReader } from './command-reader.ts';
import type { ReaderEvent } from './reader-event.ts';
import { AUTHENTICATED_READER_LIMITS, type ReaderLimits } from './reader-limits.ts';

const LIMITS: ReaderLimits = {
  lineBytes: 200,
  literalBytes: 100,
  literalsPerCommand: 3,
  swallowBytes: 1000,
  waitingBytes: 300,
  nestingDepth: 4,
  setRanges: 5,
};

/** Feeds octets in the given pieces and accepts every APPEND; octets of messages are joined. */
function readAll(pieces: readonly (string | Buffer)[], limits: ReaderLimits = LIMITS): ReaderEvent[] {
  const reader = new CommandReader(limits);
  const events: ReaderEvent[] = [];
  for (const piece of pieces) {
    reader.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    for (let event = reader.next(); event !== undefined; event = reader.next()) {
      const last = events.at(-1);
      if (event.event === 'octets' && last?.event === 'octets') {
        events[events.length - 1] = { ...last, octets: Buffer.concat([last.octets, event.octets]) };
      } else events.push(event);
      if (event.event === 'append' || event.event === 'append-next') reader.acceptLiteral();
    }
  }
  return events;
}

function brief(event: ReaderEvent): string {
  switch (event.event) {
    case 'command':
      return `${event.tag} ${event.command.name}`;
    case 'append':
      return `${event.tag} APPEND ${event.command.message.literal.sizeBytes}`;
    case 'append-next':
      return `next ${event.message.literal.sizeBytes}`;
    case 'octets':
      return `octets ${event.octets.toString('latin1')}`;
    case 'line':
      return `line ${event.octets?.toString('latin1') ?? 'too long'}`;
    case 'refused':
      return `${event.tag} ${event.refusal.status} ${event.refusal.code ?? '-'} ${event.refusal.text}`;
    case 'fatal':
      return `fatal ${event.code ?? '-'}`;
    default:
      return event.event;
  }
}

const told = (...pieces: (string | Buffer)[]): string[] => readAll(pieces).map(brief);

test('reads a command however it is cut into pieces', () => {
  const whole =
    'a LOGIN {4}\r\nuser {3+}\r\nabc\r\nb APPEND x (\\Seen) {5+}\r\nhello {2}\r\nyo\r\nc NOOP\r\nbad\r\nd SEARCH SUBJECT {2+}\r\n\xc3\xa0\r\n';
  const wanted = told(whole);
  assert.deepEqual(wanted, [
    'continue',
    'a LOGIN',
    'b APPEND 5',
    'octets hello',
    'literal-end',
    'next 2',
    'octets yo',
    'literal-end',
    'append-end',
    'c NOOP',
    'bad BAD - Expected a space',
    'd SEARCH',
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: whole.length })), (cuts) => {
      const places = [0, ...[...cuts].sort((a, b) => a - b), whole.length];
      const pieces = places.slice(1).map((end, i) => whole.slice(places[i], end));
      assert.deepEqual(told(...pieces), wanted);
    }),
  );
});

test('takes a line as long as the limit and refuses one octet more', () => {
  const line = (length: number): string => `a LOGIN u ${'x'.repeat(length - 12)}\r\n`;
  assert.deepEqual(told(line(200)), ['a LOGIN']);
  assert.deepEqual(told(line(201), 'b NOOP\r\n'), ['a BAD - Command line too long', 'b NOOP']);
  assert.deepEqual(told('c X'.padEnd(600, 'x'), '\r\nd NOOP\r\n'), [
    'c BAD - Command line too long',
    'd NOOP',
  ]);
});

test('counts the lines of one command together', () => {
  const part = 'x'.repeat(90);
  assert.deepEqual(told(`a LIST ${part} {1+}\r\ny\r\n`), ['a LIST']);
  assert.deepEqual(told(`a SEARCH SUBJECT ${part} SUBJECT {1+}\r\ny SUBJECT ${part}\r\n`), [
    'a BAD - Command line too long',
  ]);
});

test('takes literals up to the limit and refuses one octet more before asking for it', () => {
  const name = 'x'.repeat(100);
  assert.deepEqual(told('a LOGIN {100}\r\n'), ['continue']);
  assert.deepEqual(told('a LOGIN {101}\r\nb NOOP\r\n'), ['a NO TOOBIG Literal too large', 'b NOOP']);
  assert.deepEqual(told(`a LOGIN {100+}\r\n${name} p\r\n`), ['a LOGIN']);
  assert.deepEqual(told(`a LOGIN {101+}\r\n${name}x p\r\nb NOOP\r\n`), [
    'a NO TOOBIG Literal too large',
    'b NOOP',
  ]);
  assert.deepEqual(told(`a LOGIN {50+}\r\n${'x'.repeat(50)} {51+}\r\n${'y'.repeat(51)}\r\nb NOOP\r\n`), [
    'a NO TOOBIG Literal too large',
    'b NOOP',
  ]);
});

test('limits the literals of a command', () => {
  const search = (count: number): string => `a SEARCH${' SUBJECT {1+}\r\nx'.repeat(count)}\r\n`;
  assert.deepEqual(told(search(3)), ['a SEARCH']);
  assert.deepEqual(told(search(4)), ['a NO TOOBIG Literal too large']);
});

test('ends the connection when what must be thrown away is too much (RFC 7888 section 4)', () => {
  assert.deepEqual(told(`a LOGIN {990+}\r\n${'x'.repeat(990)}\r\nb NOOP\r\n`), [
    'a NO TOOBIG Literal too large',
    'b NOOP',
  ]);
  assert.deepEqual(told('a LOGIN {1001+}\r\n'), ['fatal TOOBIG']);
  assert.deepEqual(told('a LOGIN {18446744073709551615+}\r\nx'), ['fatal TOOBIG']);
  assert.deepEqual(told(`a ${'x'.repeat(1300)}`), ['fatal -']);
  assert.deepEqual(told(`a NOOP {9+}\r\n${'{1+}\r\n12 '.repeat(300)}`), ['fatal TOOBIG']);
});

test('limits ranges and nesting', () => {
  assert.deepEqual(told('a FETCH 1,2,3,4,5 UID\r\n'), ['a FETCH']);
  assert.deepEqual(told('a FETCH 1,2,3,4,5,6 UID\r\n'), ['a NO LIMIT Too many ranges in a set']);
  assert.deepEqual(told('a SEARCH ((((ALL))))\r\n'), ['a SEARCH']);
  assert.deepEqual(told('a SEARCH (((((ALL)))))\r\n'), ['a NO LIMIT Nested too deeply']);
  assert.deepEqual(told('a SEARCH NOT NOT NOT NOT ALL\r\n'), ['a SEARCH']);
  assert.deepEqual(told('a SEARCH NOT OR ALL NOT OR ALL NOT ALL\r\n'), ['a NO LIMIT Nested too deeply']);
});

test('refuses what is wrong before a literal without asking for the literal', () => {
  assert.deepEqual(told('a NOSUCH {5}\r\nb NOOP\r\n'), ['a BAD - Unknown command', 'b NOOP']);
  assert.deepEqual(told('a NOSUCH {5+}\r\nb NOO {3+}\r\nabcP\r\nc NOOP\r\n'), [
    'a BAD - Unknown command',
    'c NOOP',
  ]);
  assert.deepEqual(told('a NOSUCH {1+}\r\nx {5}\r\nb NOOP\r\n'), ['a BAD - Unknown command', 'b NOOP']);
});

test('refuses an APPEND that the session does not want, and reads on', () => {
  const refusal = { status: 'NO', code: 'TRYCREATE', text: 'No such mailbox' } as const;
  for (const [octets, wanted] of [
    ['a APPEND x {3}\r\n', ['a NO TRYCREATE No such mailbox', 'b NOOP']],
    ['a APPEND x {3+}\r\nabc\r\n', ['a NO TRYCREATE No such mailbox', 'b NOOP']],
    ['a APPEND x {3+}\r\nabc (\\Seen) {2+}\r\nxy\r\n', ['a NO TRYCREATE No such mailbox', 'b NOOP']],
  ] as const) {
    const reader = new CommandReader(LIMITS);
    reader.push(Buffer.from(`${octets}b NOOP\r\n`));
    assert.equal(reader.next()?.event, 'append');
    assert.equal(reader.next(), undefined);
    reader.refuseLiteral(refusal);
    const events: string[] = [];
    for (let event = reader.next(); event !== undefined; event = reader.next()) events.push(brief(event));
    assert.deepEqual(events, wanted);
  }
});

test('passes the octets of a message through without gathering them', () => {
  const reader = new CommandReader(AUTHENTICATED_READER_LIMITS);
  const chunk = Buffer.alloc(64 * 1024, 'x');
  reader.push(Buffer.from(`a APPEND INBOX {${chunk.length * 100}+}\r\n`));
  reader.next();
  reader.acceptLiteral();
  for (let i = 0; i < 100; i++) {
    reader.push(chunk);
    const event = reader.next();
    assert.equal(event?.event === 'octets' && event.octets.buffer === chunk.buffer, true);
  }
  assert.equal(reader.next()?.event, 'literal-end');
});

test('asks for no more octets while too many wait, but always for those that a literal needs', () => {
  const reader = new CommandReader(LIMITS);
  reader.push(Buffer.from('a NOOP\r\n'.repeat(37)));
  assert.equal(reader.wantsOctets, true);
  reader.push(Buffer.from('a NOOP\r\n'));
  assert.equal(reader.wantsOctets, false);
  reader.next();
  assert.equal(reader.wantsOctets, true);
  const literal = new CommandReader({ ...LIMITS, literalBytes: 1000 });
  literal.push(Buffer.from('a LOGIN {1000+}\r\n'));
  literal.next();
  literal.push(Buffer.alloc(999, 'x'));
  assert.equal(literal.wantsOctets, true);
});

test('gives lines that are no commands when asked to', () => {
  const reader = new CommandReader(LIMITS);
  reader.expectLine(10);
  reader.push(Buffer.from('DONE\r\na NOOP\r\n'));
  assert.deepEqual(
    [reader.next(), reader.next()].map((event) => event && brief(event)),
    ['line DONE', 'a NOOP'],
  );
  reader.expectLine(10);
  reader.push(Buffer.from(`${'x'.repeat(9)}\r\n`));
  assert.equal(brief(reader.next() ?? { event: 'append-end' }), 'line too long');
});

/** Octets that look like commands, to get past the first checks. */
const almostCommand = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'a ',
        'LOGIN',
        'UID ',
        'FETCH',
        'SEARCH',
        'APPEND',
        'LIST',
        'STORE',
        ' ',
        '(',
        ')',
        '"',
        '\\',
        '{3}\r\n',
        '{3+}\r\n',
        '~{2+}\r\n',
        '{99999}\r\n',
        '1:*',
        '$',
        'BODY[',
        ']',
        '<0.1>',
        'HEADER.FIELDS',
        'RETURN (',
        'NOT ',
        'OR ',
        'UTF8 ',
        '\r\n',
        '\n',
        '\0',
        '\xff',
        'INBOX',
        '" 1-Jan-2024 00:00:00 +0000"',
        'FLAGS',
        '+FLAGS',
        'QRESYNC (',
        ',',
        ':',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

test('never throws, never loops and stays within its memory, whatever comes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(almostCommand, fc.uint8Array({ maxLength: 100 })), { maxLength: 10 }),
      (pieces) => {
        const events = readAll(pieces.map((piece) => Buffer.from(piece)));
        const octets = pieces.reduce((sum, piece) => sum + piece.length, 0);
        // Each event takes at least one octet, but for a literal of none and what an APPEND's end tells.
        assert.ok(events.length <= octets + 3);
      },
    ),
    { numRuns: 3000 },
  );
});

test('reads the corpus without a fault, whole and octet by octet', () => {
  const folder = join(import.meta.dirname, '../../../../test/corpus/imap');
  const files = readdirSync(folder);
  assert.ok(files.length >= 20);
  for (const file of files) {
    const octets = readFileSync(join(folder, file));
    const whole = readAll([octets]).map(brief);
    const single = readAll([...octets].map((octet) => Buffer.from([octet]))).map(brief);
    assert.deepEqual(single, whole, file);
  }
});
