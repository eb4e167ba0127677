// SPDX-License-Identifier: EUPL-1.2
import { setFlagsFromString } from 'node:v8';

/**
 * Pools that the C library takes memory from. By default it has eight for each processor, and what one thread frees in
 * its pool is of no use to the others.
 */
const ARENAS = '2';
/** Megabytes for young objects, twice; by default it is 32, all of it in use whenever there is much to do. */
const YOUNG = '--max-semi-space-size=16';
/** Without it nobody can ask that garbage be collected, in threads that rest. */
const COLLECTABLE = '--expose-gc';
/**
 * V8 begins to mark the whole heap when little more than the young objects' room is left of what it allows; where little
 * is allocated it allows little, so that a calm provider would stand still for 40 ms every two seconds. Percent of what is
 * allowed beyond the last collection, at which marking begins beside the work, and at which it may not wait any longer.
 */
const MARKED_LATE = ['--incremental-marking-soft-trigger=70', '--incremental-marking-hard-trigger=90'];

/**
 * Starts this process again in its own place, same number and same arguments, with settings of memory that can be made
 * at the start of a process only: about a quarter less for one that has ten threads and much to do. Whoever set
 * `MALLOC_ARENA_MAX` is left with what he set. To be called before anything is open; returns where nothing is to do.
 */
export function restartLean(): void {
  const { env, execArgv, execPath, argv } = process;
  // It is taken for every thread that starts, whatever that was given; the one that runs has what it has.
  if (execArgv.includes(YOUNG)) setFlagsFromString('--max-semi-space-size=0');
  if (process.platform !== 'linux' || env.MALLOC_ARENA_MAX !== undefined) return;
  // A channel to the parent would not survive it.
  if (process.connected === true || process.execve === undefined) return;
  const given = `${execArgv.join(' ')} ${env.NODE_OPTIONS ?? ''}`.includes('semi-space-size');
  const options = [...execArgv, COLLECTABLE, ...MARKED_LATE, ...(given ? [] : [YOUNG])];
  process.execve(execPath, [execPath, ...options, ...argv.slice(1)], { ...env, MALLOC_ARENA_MAX: ARENAS });
}
