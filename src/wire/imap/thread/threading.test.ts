// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OrderingFacts } from '../imap-backend.ts';
import { threadOrderedSubject } from './ordered-subject.ts';
import { threadReferences } from './references.ts';
import { sortMessages } from './sort-messages.ts';
import { type ThreadNode, threadText } from './thread-node.ts';

/** A message by its UID, which is its date and its message id too unless told otherwise. */
function message(uid: number, given: Partial<OrderingFacts> = {}): OrderingFacts {
  return {
    uid,
    internalDate: uid,
    sizeBytes: 1,
    subject: `s${uid}`,
    from: '',
    to: '',
    cc: '',
    messageId: `m${uid}`,
    references: [],
    ...given,
  };
}

const refs = (...uids: number[]): { references: string[] } => ({ references: uids.map((uid) => `m${uid}`) });
const threads = (...messages: OrderingFacts[]): string =>
  threadText(threadReferences(messages), (uid) => uid);

test('THREAD REFERENCES builds the tree of RFC 5256 section 3', () => {
  assert.equal(threads(message(1), message(2, refs(1)), message(3, refs(1, 2)), message(4)), '(1 2 3)(4)');
  assert.equal(threads(message(1), message(2, refs(1)), message(3, refs(1))), '(1 (2)(3))');
  assert.equal(
    threads(
      message(3),
      message(6, refs(3)),
      message(4, refs(3, 6)),
      message(23, refs(4)),
      message(44, refs(6)),
      message(7, refs(44)),
      message(96, refs(7)),
    ),
    '(3 6 (4 23)(44 7 96))',
  );
});

test('THREAD REFERENCES holds the place of a missing message only where several answer it', () => {
  assert.equal(threads(message(2, refs(1)), message(3, refs(1))), '((2)(3))');
  assert.equal(threads(message(2, refs(1))), '(2)');
  assert.equal(threads(message(5, refs(1, 2, 3))), '(5)');
  assert.equal(threads(message(1), message(3, refs(1, 2)), message(4, refs(1, 2))), '(1 (3)(4))');
});

test('THREAD REFERENCES survives loops, doubles and missing ids', () => {
  assert.equal(threads(message(1, refs(2)), message(2, refs(1))), '(2 1)');
  assert.equal(threads(message(1, refs(1))), '(1)');
  assert.equal(threads(message(1), message(2, { messageId: 'm1' }), message(3, refs(1))), '(1 3)(2)');
  const without = { ...message(4) };
  assert.equal(threads(message(1), { ...without, references: ['m1'] }), '(1 4)');
});

test('THREAD REFERENCES gathers by base subject', () => {
  assert.equal(threads(message(1, { subject: 'x' }), message(2, { subject: 'Re: x' })), '(1 2)');
  assert.equal(threads(message(1, { subject: 'Re: x' }), message(2, { subject: 'x' })), '(2 1)');
  assert.equal(threads(message(1, { subject: 'x' }), message(2, { subject: 'x' })), '((1)(2))');
  assert.equal(
    threads(message(1, { subject: 'x' }), message(2, { subject: 'x' }), message(3, { subject: 'X' })),
    '((1)(2)(3))',
  );
  assert.equal(threads(message(1, { subject: '' }), message(2, { subject: 'Re:' })), '(1)(2)');
  const gone = { subject: 'x' };
  assert.equal(
    threads(message(2, { ...refs(9), ...gone }), message(3, { ...refs(9), ...gone }), message(4, gone)),
    '((2)(3)(4))',
  );
});

test('THREAD REFERENCES sorts siblings and threads by sent date', () => {
  assert.equal(
    threads(
      message(1, { sentDate: 50 }),
      message(2, { sentDate: 9, ...refs(1) }),
      message(3, { sentDate: 5, ...refs(1) }),
      message(4, { sentDate: 1 }),
    ),
    '(4)(1 (3)(2))',
  );
});

test('a thread as deep as a mailbox is long is no trouble', () => {
  const count = 20_000;
  const chain = Array.from({ length: count }, (_, i) =>
    message(i + 1, { subject: '', ...(i > 0 ? refs(i) : {}) }),
  );
  const text = threads(...chain);
  assert.equal(text, `(${chain.map(({ uid }) => uid).join(' ')})`);
  assert.equal(threads(...chain.toReversed()), text);
});

test('each message is in exactly one thread, whatever the references say', () => {
  const arbitrary = fc.array(
    fc.record({
      references: fc.array(fc.nat({ max: 12 }), { maxLength: 4 }),
      subject: fc.constantFrom('', 'x', 'Re: x', 'y'),
      id: fc.nat({ max: 12 }),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(arbitrary, (given) => {
      const messages = given.map(({ references, subject, id }, i) =>
        message(i + 1, { subject, messageId: `m${id}`, ...refs(...references) }),
      );
      const uidsOf = (nodes: readonly ThreadNode[]): number[] =>
        nodes.flatMap(({ uid, children }) => [...(uid === undefined ? [] : [uid]), ...uidsOf(children)]);
      const found = uidsOf(threadReferences(messages)).sort((a, b) => a - b);
      assert.deepEqual(
        found,
        messages.map(({ uid }) => uid),
      );
    }),
    { numRuns: 2000 },
  );
});

test('THREAD ORDEREDSUBJECT puts the first of a subject above the others', () => {
  const messages = [
    message(1, { subject: 'b' }),
    message(2, { subject: 'a' }),
    message(3, { subject: 'Re: b' }),
    message(4, { subject: 'B' }),
  ];
  assert.equal(
    threadText(threadOrderedSubject(messages), (uid) => uid),
    '(1 (3)(4))(2)',
  );
});

test('SORT compares as RFC 5256 says, equals in mailbox order', () => {
  const messages = [
    message(1, { subject: 'Re: Zeta', from: 'b', sizeBytes: 5 }),
    message(2, { subject: 'alfa', from: 'A', sizeBytes: 9, sentDate: 0 }),
    message(3, { subject: 'zeta', from: 'B', sizeBytes: 5 }),
  ];
  assert.deepEqual(sortMessages(messages, [{ field: 'SUBJECT', reverse: false }]), [2, 1, 3]);
  assert.deepEqual(sortMessages(messages, [{ field: 'SUBJECT', reverse: true }]), [1, 3, 2]);
  assert.deepEqual(
    sortMessages(messages, [
      { field: 'SIZE', reverse: true },
      { field: 'FROM', reverse: false },
    ]),
    [2, 1, 3],
  );
  assert.deepEqual(sortMessages(messages, [{ field: 'DATE', reverse: false }]), [2, 1, 3]);
  assert.deepEqual(sortMessages(messages, [{ field: 'ARRIVAL', reverse: true }]), [3, 2, 1]);
  assert.deepEqual(sortMessages(messages, [{ field: 'CC', reverse: true }]), [1, 2, 3]);
});
