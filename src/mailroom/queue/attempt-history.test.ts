// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HISTORY_LIMIT, withAttempt } from './attempt-history.ts';
import type { AttemptNote } from './queue-store.ts';

test('of many attempts the first four and the latest are remembered', () => {
  let history: readonly AttemptNote[] = [];
  const note = (at: number): AttemptNote => ({ at, met: `${at}`, peerSpoke: false, tried: [] });
  for (let at = 1; at <= HISTORY_LIMIT; at++) history = withAttempt(history, note(at));
  assert.deepEqual(
    history.map(({ at }) => at),
    Array.from({ length: HISTORY_LIMIT }, (_, at) => at + 1),
  );
  for (let at = HISTORY_LIMIT + 1; at <= 50; at++) history = withAttempt(history, note(at));
  assert.equal(history.length, HISTORY_LIMIT);
  assert.deepEqual(
    history.slice(0, 5).map(({ at }) => at),
    [1, 2, 3, 4, 35],
  );
  assert.equal(history.at(-1)?.at, 50);
});
