// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { ENTRY } from '../../../test/queue/queue-in-memory.ts';
import { type AttemptResult, DEFAULT_RETRY_WAITS_MS, judgeAttempt, replyLine } from './attempt-verdict.ts';
import { refusal, refuseAll } from './courier.ts';
import type { QueueEntry } from './queue-store.ts';

const entry: QueueEntry = {
  ...ENTRY,
  id: 1,
  forwardPaths: ['a@beta.test', 'b@beta.test', 'c@beta.test'],
  attempts: 0,
  notBefore: 0,
  history: [],
  held: false,
  expiresAt: 100_000,
};

function judge(result: AttemptResult, change: Partial<QueueEntry> = {}, now = 1000) {
  return judgeAttempt({ entry: { ...entry, ...change }, result, now, waitsMs: [10, 20, 40] });
}

suite('attempt verdict', () => {
  test('each recipient goes its own way: taken, refused for good, tried again', () => {
    const verdict = judge({
      answered: true,
      outcome: {
        accepted: ['a@beta.test', 'x@elsewhere.test'],
        refused: [
          refusal({ peerSpoke: true, address: 'b@beta.test', code: 550, enhanced: '5.1.1', text: 'chi è?' }),
          refusal({ peerSpoke: true, address: 'c@beta.test', code: 451, enhanced: '4.2.2', text: 'piena' }),
        ],
      },
    });
    assert.deepEqual(verdict.relayed, ['a@beta.test']);
    assert.deepEqual(
      verdict.refused.map(({ address, reason }) => [address, reason]),
      [['b@beta.test', 'unknown-mailbox']],
    );
    assert.deepEqual(verdict.retry, {
      forwardPaths: ['c@beta.test'],
      notBefore: 1010,
      error: '451 4.2.2 piena',
      note: { at: 1000, met: '451 4.2.2 piena', peerSpoke: true, tried: [] },
    });
  });

  test('a recipient nothing was said about is tried again', () => {
    const { retry } = judge({
      answered: true,
      outcome: { accepted: ['a@beta.test', 'b@beta.test'], refused: [] },
    });
    assert.deepEqual(retry?.forwardPaths, ['c@beta.test']);
    assert.equal(retry?.error, 'no answer about some recipients');
  });

  test('when all is said there is nothing to try again', () => {
    const outcome = { accepted: [], refused: refuseAll(entry, { code: 554, text: 'no' }) };
    const verdict = judge({ answered: true, outcome });
    assert.equal(verdict.refused.length, 3);
    assert.equal(verdict.retry, undefined);
  });

  test('waits grow with the attempts, and the last one is repeated', () => {
    const waits = [0, 1, 2, 3, 50].map(
      (attempts) => judge({ answered: false, error: 'x' }, { attempts }).retry,
    );
    assert.deepEqual(
      waits.map((retry) => (retry?.notBefore ?? 0) - 1000),
      [10, 20, 40, 40, 40],
    );
    assert.deepEqual(
      DEFAULT_RETRY_WAITS_MS,
      [...DEFAULT_RETRY_WAITS_MS].sort((a, b) => a - b),
    );
  });

  test('AP-33 the next look is never later than the end of life', () => {
    const { retry } = judge({ answered: false, error: 'x' }, { expiresAt: 1005 });
    assert.equal(retry?.notBefore, 1005);
    assert.equal(judge({ answered: false, error: 'x' }, { expiresAt: 900 }).retry?.notBefore, 1000);
  });

  test('AP-34 the reason follows from the enhanced code of a permanent refusal only', () => {
    const reason = (code: number, enhanced?: string) =>
      refusal({ peerSpoke: true, address: 'a', code, enhanced, text: '' }).reason;
    assert.equal(reason(550, '5.1.1'), 'unknown-mailbox');
    assert.equal(reason(550, '5.1.2'), 'unroutable-domain');
    assert.equal(reason(556, '5.1.10'), 'unroutable-domain');
    assert.equal(reason(550, '5.4.4'), 'unroutable-domain');
    assert.equal(reason(550), 'other');
    assert.equal(reason(450, '4.1.1'), 'other');
    assert.equal(
      replyLine(refusal({ peerSpoke: true, address: 'a', code: 550, text: ' due\n righe ' })),
      '550 due righe',
    );
  });

  test('whatever a courier says, every forward path lands in exactly one place', () => {
    const paths = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 });
    const refusals = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'z'), fc.constantFrom(450, 550)),
    );
    fc.assert(
      fc.property(
        paths,
        fc.array(fc.constantFrom('a', 'b', 'z')),
        refusals,
        (forwardPaths, accepted, said) => {
          const refused = said.map(([address, code]) =>
            refusal({ peerSpoke: true, address, code, text: '' }),
          );
          const verdict = judge({ answered: true, outcome: { accepted, refused } }, { forwardPaths });
          const placed = [
            ...verdict.relayed,
            ...verdict.refused.map(({ address }) => address),
            ...(verdict.retry?.forwardPaths ?? []),
          ];
          assert.deepEqual(placed.sort(), [...forwardPaths].sort());
        },
      ),
    );
  });
});
