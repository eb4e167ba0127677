// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { temporaryFolder } from '../../contract/engines.ts';
import { holdsAll, StoreProcess, type Told } from './store-process.ts';

const kept = (line: Told | string) => typeof line !== 'string' && line.kept !== undefined;
const refused = (line: Told | string) => typeof line !== 'string' && line.refused !== undefined;

/** Each fault, and what steps are refused with while it lasts. */
const FAULTS = [
  { order: 'full', is: 'a full disk', codes: ['store-full', 'store-unavailable'] },
  { order: 'fsync', is: 'a failing fsync', codes: ['store-unavailable'] },
  { order: 'read-only', is: 'a disk that became read-only', codes: ['store-unavailable'] },
] as const;

suite('a disk that fails', { concurrency: false }, () => {
  for (const { order, is, codes } of FAULTS) {
    test(`${is}: steps are refused for now, nothing kept is lost, and it goes on by itself`, async (t) => {
      const folder = await temporaryFolder(t);
      const child = new StoreProcess(t, { task: 'load', folder });
      await child.hears(kept, 6);
      child.order(order);
      await child.hears(refused, 10);
      child.forget();
      const before = child.told.length;
      await child.hears(refused, 6);
      const during = child.told.slice(before);
      assert.ok(
        during.every(({ kept: sequence }) => sequence === undefined),
        'nothing is kept on such a disk',
      );
      for (const { refused: code = '', fault, temporary } of during.filter((line) => line.fault))
        assert.ok(codes.some((each) => each === code) && fault && temporary, code);
      child.order('nothing');
      await child.hears(kept, 6);
      await child.ends('SIGKILL');
      await holdsAll(folder, child.told);
    });

    test(`${is}: a start is refused with a fault that says so`, async (t) => {
      const folder = await temporaryFolder(t);
      const first = new StoreProcess(t, { task: 'load', folder });
      await first.hears(kept, 4);
      await first.ends('SIGKILL');
      first.order(order);
      const second = new StoreProcess(t, { task: 'opening', folder });
      await second.hears(() => true);
      const [told] = second.told;
      await second.ends();
      // A process that cannot write may have nothing to write: then it starts, and steps are refused.
      if (told !== undefined)
        assert.ok(told.fault && codes.some((code) => code === told.refused), JSON.stringify(told));
      else assert.notEqual(order, 'read-only');
      first.order('nothing');
      await holdsAll(folder, first.told);
    });
  }

  test('no file descriptor left: large messages are refused for now, small ones are kept', async (t) => {
    const folder = await temporaryFolder(t);
    const child = new StoreProcess(t, { task: 'hungry', folder, files: 120 });
    await child.hears(kept, 6);
    child.signal('SIGUSR2');
    await child.hears((line) => typeof line !== 'string' && line.starved !== undefined);
    await child.hears(refused, 5);
    const small = child.told.filter((line) => line.refused !== undefined && line.large !== true);
    assert.deepEqual(small, [], 'a commit among the rows opens no file');
    child.signal('SIGHUP');
    await child.hears((line) => kept(line) && (line as Told).large === true, 3);
    await child.ends('SIGKILL');
    await holdsAll(folder, child.told);
  });

  test('no file descriptor left: a start is refused with a fault that says so', async (t) => {
    const folder = await temporaryFolder(t);
    mkdirSync(join(folder, 'store'));
    const child = new StoreProcess(t, { task: 'starving', folder, files: 120 });
    await child.hears(() => true);
    const [told] = child.told;
    assert.ok(told?.fault && told.temporary && told.refused === 'store-unavailable', JSON.stringify(told));
  });
});
