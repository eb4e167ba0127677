// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Turns } from './turns.ts';

/** A work that ends when told to. */
function held() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { end, ended };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

suite('turns', () => {
  test('so many run at a time, the rest in the order they came', async () => {
    const turns = new Turns(2);
    const works = [held(), held(), held(), held()];
    const begun: number[] = [];
    const all = works.map(({ ended }, number) =>
      turns.take(async () => {
        begun.push(number);
        await ended;
      }),
    );
    await turn();
    assert.deepEqual([begun, turns.waiting, turns.isFull], [[0, 1], 2, true]);
    works[1]?.end();
    await turn();
    assert.deepEqual([begun, turns.waiting], [[0, 1, 2], 1]);
    for (const work of works) work.end();
    await Promise.all(all);
    assert.deepEqual([begun, turns.waiting, turns.isFull], [[0, 1, 2, 3], 0, false]);
  });

  test('a work that fails gives its turn on', async () => {
    const turns = new Turns(1);
    const failed = turns.take(() => Promise.reject(new Error('no')));
    const next = turns.take(async () => 'yes');
    await assert.rejects(failed, /no/);
    assert.equal(await next, 'yes');
    assert.equal(turns.isFull, false);
  });
});
