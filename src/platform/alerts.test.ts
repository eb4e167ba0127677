// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertBoard } from './alerts.ts';
import { silentJournal } from './journal.ts';

test('an alert is told once when it begins and once when it ends', () => {
  const told: string[] = [];
  const board = new AlertBoard({
    ...silentJournal,
    error: (facts, sentence) => told.push(`${facts.alert} ${sentence}`),
    info: (facts, sentence) => told.push(`${facts.alert} ${sentence}`),
  });
  const changes: string[] = [];
  board.listen((alert, state) => changes.push(`${alert.code} ${state}`));
  const down = { code: 'scanner-down', sentence: 'the scanner does not answer', facts: {} };
  board.raise(down);
  board.raise({ ...down, facts: { again: true } });
  assert.deepEqual(
    board.current().map(({ facts }) => facts),
    [{ again: true }],
  );
  board.clear('scanner-down');
  board.clear('scanner-down');
  assert.deepEqual(board.current(), []);
  assert.deepEqual(changes, ['scanner-down raised', 'scanner-down cleared']);
  assert.deepEqual(told, [
    'scanner-down ALARM: the scanner does not answer',
    'scanner-down alarm over: the scanner does not answer',
  ]);
});
