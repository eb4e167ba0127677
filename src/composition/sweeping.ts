// SPDX-License-Identifier: EUPL-1.2
import { monthsBefore, RETENTION_MONTHS } from '../evidence/certification-log/log-days.ts';
import { FrameSweep } from '../mailroom/frames/frame-sweep.ts';
import { QuarantineSweep } from '../mailroom/quarantine/quarantine-sweep.ts';
import type { HouseStore } from '../mailroom/steps/house-store.ts';
import { RevocationSweep } from '../trust/signing/revocation-sweep.ts';
import type { Around } from './surroundings.ts';

/** What removes every day what the law does not ask to be kept any longer (LOG-3, LOG-9). Returns how to begin. */
export function openSweeps(
  { store, around }: { readonly store: HouseStore; readonly around: Around },
  stack: AsyncDisposableStack,
): () => void {
  const quarantine = stack.use(new QuarantineSweep({ ...around, store }));
  const keptFrom = (now: number) => monthsBefore(now, RETENTION_MONTHS);
  const frames = stack.use(new FrameSweep({ ...around, store, keptFrom }));
  const revocation = stack.use(
    new RevocationSweep({
      ...around,
      reader: store,
      commit: (acts) => store.commit({ blobs: [], contents: [], parts: [{ acts }] }),
      // Records are removed by whole seals, some days later than they might be.
      keptFrom: (now) => Math.min(keptFrom(now), store.listRecordTexts(1, 1)[0]?.instant ?? now),
    }),
  );
  return () => {
    void quarantine.start();
    void frames.start();
    void revocation.start();
  };
}
