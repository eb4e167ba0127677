// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_MIME_LIMITS,
  indexMessage,
  type MimeIndex,
  MimeIndexer,
  type MimePart,
} from './mime-index.ts';
import { walkParts } from './mime-tree.ts';

const HEADER = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n';
const PART = '--b\r\n\r\nx\r\n';

// SEC-13: what hostile messages cost stays bounded. The time limit is far above what linear work takes.
const patience = { timeout: 60_000 };

function count(index: MimeIndex): number {
  return [...walkParts(index.root)].length;
}

function deepest(part: MimePart): MimePart {
  const [only] = part.parts;
  return only === undefined ? part : deepest(only);
}

function assertBounded(index: MimeIndex): void {
  assert.ok(count(index) <= DEFAULT_MIME_LIMITS.parts);
  assert.ok(JSON.stringify(index).length < 4 * 1024 * 1024);
}

test('SEC-13 parts: the limit itself passes, one more is not listed', () => {
  const limits = { parts: 4 };
  const three = indexMessage(Buffer.from(`${HEADER}${PART.repeat(3)}--b--`), { limits });
  assert.equal(count(three), 4);
  assert.deepEqual(three.defects, []);
  const four = indexMessage(Buffer.from(`${HEADER}${PART.repeat(4)}--b--`), { limits });
  assert.equal(count(four), 4);
  assert.deepEqual(four.defects, ['too-many-parts']);
  assert.deepEqual(
    four.root.parts.at(-1),
    three.root.parts.at(-1),
    'the last listed part still ends at its boundary',
  );
});

test('SEC-13 parts: an embedded message above the limit stays closed', () => {
  const index = indexMessage(Buffer.from('Content-Type: message/rfc822\r\n\r\nA: b\r\n\r\nx'), {
    limits: { parts: 1 },
  });
  assert.equal(index.root.parts.length, 0);
  assert.deepEqual(index.defects, ['too-many-parts']);
});

test('SEC-13 SIG-4 an enclosed message of too many parts, or too large fields, hides no part behind it', () => {
  const envelope = (enclosed: string) =>
    indexMessage(
      Buffer.from(
        `Content-Type: multipart/signed; boundary=out\r\n\r\n--out\r\nContent-Type: message/rfc822\r\n\r\n${enclosed}` +
          '--out\r\nContent-Type: application/pkcs7-signature; name="smime.p7s"\r\n\r\nx\r\n--out--\r\n',
      ),
      { limits: { parts: 40, fieldBytes: 4000 } },
    );
  const named = `--b\r\nContent-Description: ${'d'.repeat(300)}\r\n\r\nx\r\n`;
  for (const [enclosed, defect] of [
    [HEADER + PART.repeat(200), 'too-many-parts'],
    [HEADER + named.repeat(30), 'content-fields-too-large'],
    [`Content-Type: message/rfc822\r\n\r\n${HEADER}${PART.repeat(200)}`, 'too-many-parts'],
  ] as const) {
    const { root, defects } = envelope(enclosed);
    assert.ok(defects.includes(defect), defect);
    const [, signature] = root.parts;
    assert.equal(signature?.subtype, 'pkcs7-signature', defect);
    assert.equal(signature.params.name, 'smime.p7s');
  }
});

for (const [what, level] of [
  ['multiparts', (n: number) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`],
  ['messages', () => 'Content-Type: message/rfc822\r\n\r\n'],
] as const) {
  test(`SEC-13 depth of ${what}: the limit itself passes, one more stays closed`, () => {
    const nested = (depth: number) => Array.from({ length: depth - 1 }, (_, n) => level(n)).join('');
    const limits = { depth: 5 };
    const five = indexMessage(Buffer.from(`${nested(5)}Subject: x\r\n\r\nend`), { limits });
    assert.equal(deepest(five.root).type, 'text');
    assert.ok(!five.defects.includes('too-deep'));
    const six = indexMessage(Buffer.from(`${nested(6)}Subject: x\r\n\r\nend`), { limits });
    assert.equal(count(six), 5);
    assert.equal(deepest(six.root).parts.length, 0);
    assert.notEqual(deepest(six.root).type, 'text');
    assert.ok(six.defects.includes('too-deep'));
  });
}

test('SEC-13 header: the limit itself passes, one octet more leaves the part closed', () => {
  const header = `${HEADER.slice(0, -2)}X: y\r\n\r\n`;
  const message = Buffer.from(`${header}${PART}--b--`);
  for (const chunk of [message.length, 7]) {
    const read = (headerBytes: number) => {
      const indexer = new MimeIndexer({ limits: { headerBytes } });
      for (let at = 0; at < message.length; at += chunk) indexer.update(message.subarray(at, at + chunk));
      return indexer.end();
    };
    assert.equal(read(header.length - 2).root.parts.length, 1);
    const cut = read(header.length - 3);
    assert.deepEqual(cut.root.parts, []);
    assert.deepEqual(cut.defects, ['header-too-large']);
    assert.equal(cut.root.bodyStart, header.length, 'offsets stay right');
  }
});

test('SEC-13 content fields of all parts together: above the limit a part is opaque', () => {
  const part = '--b\r\nContent-Description: 0123456789\r\n\r\nx\r\n';
  const index = indexMessage(Buffer.from(`${HEADER}${part.repeat(50)}--b--`), {
    limits: { fieldBytes: 1000 },
  });
  assert.equal(index.root.parts.length, 50);
  assert.equal(index.root.parts[0]?.description, '0123456789');
  assert.equal(index.root.parts[49]?.type, 'application');
  assert.deepEqual(index.defects, ['content-fields-too-large']);
});

test('SEC-13 watched lines: the limit itself passes, one more is noted', () => {
  const lines = (n: number) =>
    Buffer.from(`\r\n${Array.from({ length: n }, (_, i) => `--w${i}\r\n--w${i}\r\n`).join('')}`);
  const three = indexMessage(lines(3), { watchPrefix: 'w', limits: { watched: 3 } });
  assert.deepEqual([three.watched.length, three.defects], [3, []]);
  const four = indexMessage(lines(4), { watchPrefix: 'w', limits: { watched: 3 } });
  assert.deepEqual([four.watched.length, four.defects], [3, ['too-many-watched']]);
  const long = indexMessage(Buffer.from(`\r\n--w${'x'.repeat(5000)}`), { watchPrefix: 'w' });
  assert.equal(long.watched[0]?.length, 200);
});

const hostile: readonly (readonly [string, string])[] = [
  ['100,000 parts', HEADER + PART.repeat(100_000)],
  [
    '100,000 parts with large fields',
    HEADER + `--b\r\nContent-Description: ${'x'.repeat(200)}\r\n\r\n`.repeat(100_000),
  ],
  [
    '10,000 nested multiparts',
    Array.from(
      { length: 10_000 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
    ).join(''),
  ],
  ['10,000 nested messages', 'Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)],
  ['100,000 header fields', `${'X: y\r\n'.repeat(100_000)}\r\n`],
  ['100,000 content types', `${'Content-Type: text/plain\r\n'.repeat(100_000)}\r\n`],
  ['100,000 folded lines', `Content-Type: text/plain;\n${' x=y\n'.repeat(100_000)}\n`],
  ['a header line of 1 MB', `Subject: ${'x'.repeat(1_000_000)}\r\n\r\nbody`],
  ['a content type of 1 MB of comments', `Content-Type: text/plain${'('.repeat(1_000_000)}\r\n\r\nbody`],
  ['a header that never ends', 'X: y\r\n'.repeat(500_000)],
  ['a million empty lines', '\n'.repeat(1_000_000)],
  ['a million lines like boundaries', HEADER + '--\r\n'.repeat(1_000_000)],
  ['a line of 5 MB like a boundary', `${HEADER}--${'b'.repeat(5_000_000)}`],
];

for (const [what, text] of hostile) {
  test(`SEC-13 hostile: ${what}`, patience, () => {
    const message = Buffer.from(text);
    const index = indexMessage(message);
    assertBounded(index);
    assert.equal(index.size, message.length);
    const indexer = new MimeIndexer();
    for (let at = 0; at < message.length; at += 4093) indexer.update(message.subarray(at, at + 4093));
    assert.deepEqual(indexer.end(), index);
  });
}
