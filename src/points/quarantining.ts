// SPDX-License-Identifier: EUPL-1.2
import { compose } from '../mailroom/contents/composition.ts';
import type { ContentNumbers, NewBlob, SlicedOctets } from '../mailroom/contents/content-store.ts';
import type { NewQuarantined } from '../mailroom/quarantine/quarantine-store.ts';
import { quarantineEnd } from '../mailroom/quarantine/quarantine-sweep.ts';
import type { StepDraft } from '../mailroom/steps/step-draft.ts';
import type { Act } from '../mailroom/steps/step-store.ts';
import type { MimeIndex } from '../wire/mime/mime-index.ts';

export interface InfectedFacts extends Omit<NewQuarantined, 'content' | 'keepUntil'> {
  readonly message: {
    readonly octets: SlicedOctets;
    readonly size: number;
    readonly index: MimeIndex;
    readonly blob?: NewBlob;
  };
}

/** LOG-9: the act that keeps an infected message, not one octet changed; the step carries the octets. */
export function quarantineAct(
  step: StepDraft,
  { message, ...infected }: InfectedFacts,
  numbers: ContentNumbers,
): Act {
  const { octets, size, index, blob } = message;
  const kept = compose([{ octets, start: 0, end: size }], { numbers, index });
  step.keepBlob(blob).keep(kept);
  return {
    do: 'quarantine',
    infected: { ...infected, content: kept.content.id, keepUntil: quarantineEnd(infected.at) },
  };
}
