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

/** More turns of the event loop than the works of these tests need to begin. */
async function turnsOfTheLoop(): Promise<void> {
  for (let count = 0; count < 10; count++) await turn();
}

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
    await turnsOfTheLoop();
    assert.deepEqual([begun, turns.waiting, turns.isFull], [[0, 1], 2, true]);
    works[1]?.end();
    await turnsOfTheLoop();
    assert.deepEqual([begun, turns.waiting], [[0, 1, 2], 1]);
    for (const work of works) work.end();
    await Promise.all(all);
    assert.deepEqual([begun, turns.waiting, turns.isFull], [[0, 1, 2, 3], 0, false]);
  });

  test('between two beginnings the event loop goes round', async () => {
    const turns = new Turns(10);
    const seen: string[] = [];
    const works = [0, 1, 2].map((number) => turns.take(async () => void seen.push(`work ${number}`)));
    // Beats once in each turn of the loop for as long as works begin.
    let beating = true;
    const beat = async () => {
      while (beating) {
        await turn();
        seen.push('beat');
      }
    };
    const heart = beat();
    await Promise.all(works);
    beating = false;
    await heart;
    const begun = seen.flatMap((what, place) => (what.startsWith('work') ? [place] : []));
    assert.equal(begun.length, 3);
    for (const [number, place] of begun.entries()) {
      const before = begun[number - 1];
      if (before !== undefined) assert.ok(seen.slice(before, place).includes('beat'), seen.join(' '));
    }
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
