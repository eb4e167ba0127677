// SPDX-License-Identifier: EUPL-1.2
import type { EvidenceKind } from '../../../evidence/evidence-file/index-model.ts';

/** What goes with a kind of message; the table in docs/evidence-format.md. */
interface KindRow {
  /** What its file is called, without number. */
  readonly stem: string;
  /** Whose provider alone may say so; either where it is left out. */
  readonly speaksFor?: 'sender' | 'recipient';
}

export const KIND_TABLE: Readonly<Record<EvidenceKind, KindRow>> = {
  acceptance: {
    stem: 'acceptance',
    speaksFor: 'sender',
  },
  'non-acceptance': {
    stem: 'non-acceptance',
    speaksFor: 'sender',
  },
  'non-acceptance-virus': {
    stem: 'non-acceptance',
    speaksFor: 'sender',
  },
  'transport-envelope': {
    stem: 'envelope',
    speaksFor: 'sender',
  },
  'take-charge': {
    stem: 'take-charge',
    speaksFor: 'recipient',
  },
  'delivery-complete': delivery(),
  'delivery-brief': delivery(),
  'delivery-concise': delivery(),
  'non-delivery': {
    stem: 'non-delivery',
  },
  'virus-non-delivery': {
    stem: 'non-delivery',
    speaksFor: 'sender',
  },
  'timeout-12h': {
    stem: 'notice',
    speaksFor: 'sender',
  },
  'timeout-24h': {
    stem: 'notice',
    speaksFor: 'sender',
  },
  'virus-detection': {
    stem: 'notice',
    speaksFor: 'recipient',
  },
};

function delivery(): KindRow {
  return {
    stem: 'delivery',
    speaksFor: 'recipient',
  };
}
