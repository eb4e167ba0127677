// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const MEGABYTE = 1024 ** 2;
const LINUX = process.platform === 'linux';

suite('a lean process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lean-'));
  const program = join(folder, 'program.mjs');
  const module = new URL('./lean-process.ts', import.meta.url).href;
  writeFileSync(
    program,
    `import { restartLean } from ${JSON.stringify(module)};
     restartLean();
     const told = { pid: process.pid, arenas: process.env.MALLOC_ARENA_MAX, args: process.argv.slice(2), options: process.execArgv };
     if (process.send) { process.send(told); process.disconnect(); } else console.log(JSON.stringify(told));`,
  );
  test.after(() => rmSync(folder, { recursive: true }));

  async function run(env: Record<string, string>, options: readonly string[] = []) {
    const { MALLOC_ARENA_MAX: _, ...clean } = process.env;
    const child = spawn(process.execPath, [...options, program, 'serve', '--config', 'a b'], {
      env: { ...clean, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const text = Buffer.concat(await child.stdout.toArray()).toString();
    return {
      child,
      told: JSON.parse(text) as { pid: number; arenas?: string; args: string[]; options: string[] },
    };
  }

  const SETTINGS = [
    '--expose-gc',
    '--incremental-marking-soft-trigger=70',
    '--incremental-marking-hard-trigger=90',
  ];

  test('the process starts again in its own place, with its arguments', async () => {
    const { child, told } = await run({});
    assert.equal(told.pid, child.pid);
    assert.deepEqual(told.args, ['serve', '--config', 'a b']);
    assert.equal(told.arenas, LINUX ? '2' : undefined);
    assert.deepEqual(told.options, LINUX ? [...SETTINGS, '--max-semi-space-size=16'] : []);
  });

  test('an operator who knows better is left alone', async () => {
    assert.equal((await run({ MALLOC_ARENA_MAX: '7' })).told.arenas, '7');
    const options = ['--max-semi-space-size=24'];
    assert.deepEqual((await run({}, options)).told.options, LINUX ? [...options, ...SETTINGS] : options);
  });

  test('a thread has the memory for young objects that it was given', async () => {
    const threaded = join(folder, 'threaded.mjs');
    // Both keep the same objects as long; the thread may have 1 MB of young ones, twice.
    writeFileSync(
      threaded,
      `import { once } from 'node:events';
       import { getHeapSpaceStatistics } from 'node:v8';
       import { isMainThread, parentPort, Worker } from 'node:worker_threads';
       import { restartLean } from ${JSON.stringify(module)};
       if (isMainThread) restartLean();
       const kept = [];
       for (let at = 0; at < 1e6; at++) kept[at % 60_000] = { at, text: 'x' + at };
       const young = getHeapSpaceStatistics().find((one) => one.space_name === 'new_space').space_size;
       if (!isMainThread) parentPort.postMessage(young);
       else {
         const thread = new Worker(new URL(import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: 3 } });
         const [ofThread] = await once(thread, 'message');
         console.log(JSON.stringify({ young, ofThread }));
       }`,
    );
    const { MALLOC_ARENA_MAX: _, ...env } = process.env;
    const child = spawn(process.execPath, [threaded], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const told = JSON.parse(Buffer.concat(await child.stdout.toArray()).toString());
    assert.ok(told.ofThread <= 4 * MEGABYTE, `${told.ofThread} octets in the thread`);
    assert.ok(told.young > 4 * MEGABYTE, `${told.young} octets in the process`);
  });

  test('a process with a channel to its parent goes on as it is', async () => {
    const { MALLOC_ARENA_MAX: _, ...env } = process.env;
    const child = fork(program, { env });
    const [told] = (await once(child, 'message')) as [{ arenas?: string }];
    assert.equal(told.arenas, undefined);
  });
});
