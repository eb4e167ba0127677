// SPDX-License-Identifier: EUPL-1.2
import type { ReceiptType } from '../certification-data/certification-data.ts';

export interface ReceiptQuestion {
  /** X-TipoRicevuta of the envelope, as read by `readReceiptType`. */
  readonly requested: ReceiptType;
  readonly recipient: string;
  /** Values of the envelope's To fields. */
  readonly to: readonly string[];
  /** Values of the envelope's Cc fields. */
  readonly cc: readonly string[];
}

/** Which form of delivery receipt a recipient gives rise to (DP-6 to DP-9). */
export function chooseReceipt(_question: ReceiptQuestion): ReceiptType {
  throw new Error('not written yet');
}

/** X-TipoRicevuta as asked: `completa` when absent or unknown (AP-28). */
export function readReceiptType(_value: string | undefined): ReceiptType {
  throw new Error('not written yet');
}
