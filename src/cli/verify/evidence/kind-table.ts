// SPDX-License-Identifier: EUPL-1.2
import type { EvidenceKind } from '../../../evidence/evidence-file/index-model.ts';

/** What goes with a kind of message; the table in docs/evidence-format.md. */
interface KindRow {
  /** `tipo` of its certification data. */
  readonly certifies: string;
  /** Events of the record of whoever emitted it. */
  readonly emission: readonly string[];
  /** Event of the record of whoever received it. */
  readonly arrival?: string;
  /** What its file is called, without number. */
  readonly stem: string;
  /** Whose provider alone may say so; either where it is left out. */
  readonly speaksFor?: 'sender' | 'recipient';
}

const ARRIVAL = 'notification-received';

export const KIND_TABLE: Readonly<Record<EvidenceKind, KindRow>> = {
  acceptance: {
    certifies: 'accettazione',
    emission: ['acceptance'],
    stem: 'acceptance',
    speaksFor: 'sender',
  },
  'non-acceptance': {
    certifies: 'non-accettazione',
    emission: ['non-acceptance-formal'],
    stem: 'non-acceptance',
    speaksFor: 'sender',
  },
  'non-acceptance-virus': {
    certifies: 'non-accettazione',
    emission: ['non-acceptance-virus'],
    stem: 'non-acceptance',
    speaksFor: 'sender',
  },
  'transport-envelope': {
    certifies: 'posta-certificata',
    emission: ['acceptance'],
    arrival: 'envelope-received',
    stem: 'envelope',
    speaksFor: 'sender',
  },
  'take-charge': {
    certifies: 'presa-in-carico',
    emission: ['take-charge-emitted'],
    arrival: 'take-charge-received',
    stem: 'take-charge',
    speaksFor: 'recipient',
  },
  'delivery-complete': delivery(),
  'delivery-brief': delivery(),
  'delivery-concise': delivery(),
  'non-delivery': {
    certifies: 'errore-consegna',
    emission: ['nondelivery-emitted'],
    arrival: ARRIVAL,
    stem: 'non-delivery',
  },
  'virus-non-delivery': {
    certifies: 'errore-consegna',
    emission: ['virus-nondelivery-emitted'],
    arrival: ARRIVAL,
    stem: 'non-delivery',
    speaksFor: 'sender',
  },
  'timeout-12h': {
    certifies: 'preavviso-errore-consegna',
    emission: ['timeout-12h'],
    stem: 'notice',
    speaksFor: 'sender',
  },
  'timeout-24h': {
    certifies: 'preavviso-errore-consegna',
    emission: ['timeout-24h'],
    stem: 'notice',
    speaksFor: 'sender',
  },
  'virus-detection': {
    certifies: 'rilevazione-virus',
    emission: ['virus-detected'],
    arrival: 'virus-notice-received',
    stem: 'notice',
    speaksFor: 'recipient',
  },
};

function delivery(): KindRow {
  return {
    certifies: 'avvenuta-consegna',
    emission: ['delivery-receipt-emitted'],
    arrival: ARRIVAL,
    stem: 'delivery',
    speaksFor: 'recipient',
  };
}
