// SPDX-License-Identifier: EUPL-1.2
import { ServingWatch } from '../evidence/availability/serving-watch.ts';
import type { Health } from '../fronts/watch/health.ts';
import type { StepStore } from '../mailroom/steps/step-store.ts';
import type { Around } from './surroundings.ts';

/** An old index of providers is an alert; messages are taken all the same. */
const NO_OBSTACLE: ReadonlySet<string> = new Set(['index']);

/** SRV-3: what writes down when the provider serves: when it is well enough to certify. */
export function openServingWatch({
  health,
  store,
  around,
}: {
  readonly health: Health;
  readonly store: StepStore;
  readonly around: Around;
}): ServingWatch {
  return new ServingWatch({
    look: async () => {
      const { checks } = await health.report();
      return checks.find(({ name, well }) => !well && !NO_OBSTACLE.has(name))?.name;
    },
    commit: (acts) => store.commit({ blobs: [], contents: [], parts: [{ acts }] }),
    ...around,
  });
}
