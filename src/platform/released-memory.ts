// SPDX-License-Identifier: EUPL-1.2

/**
 * Collects all garbage of this thread and gives the emptied pages back; some tens of milliseconds in which the thread does
 * nothing else. V8 would do it when its heap is full again, and a thread that rests does not fill it. Does nothing in a
 * process that was not started with `--expose-gc`, as `restartLean` does it.
 */
export function collectAllGarbage(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Collects the young garbage of this thread, in a millisecond or two; with the same condition. */
export function collectYoungGarbage(): void {
  globalThis.gc?.({ type: 'minor', execution: 'sync' });
}

/**
 * Gives back what the C library keeps of memory that was freed: by itself it does so only at the end of its heap, above
 * which something always stays. Resolves to false where the C library has no such function: it is glibc's.
 */
export async function trimFreedMemory(): Promise<boolean> {
  try {
    // Only now: most commands never need it.
    const { loadLibrary } = await import('./native-library.ts');
    const trim = loadLibrary(null)('malloc_trim', { gives: 'int', takes: ['size_t'] });
    trim(0);
    return true;
  } catch {
    return false;
  }
}
