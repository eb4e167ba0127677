// SPDX-License-Identifier: EUPL-1.2
import { parseAddressList, sameAddress } from '../../wire/mime/addresses.ts';
import { RECEIPT_TYPES, type ReceiptType } from '../certification-data/certification-data.ts';

export interface ReceiptQuestion {
  /** X-TipoRicevuta of the envelope, as read by `readReceiptType`. */
  readonly requested: ReceiptType;
  readonly recipient: string;
  /** Values of the envelope's To fields. */
  readonly to: readonly string[];
  /** Values of the envelope's Cc fields. */
  readonly cc: readonly string[];
}

/**
 * Which form of delivery receipt a recipient gives rise to. Copy recipients get the concise one (DP-7),
 * whoever is in both fields, in neither or in one that cannot be read counts as primary (DP-9, U-5).
 */
export function chooseReceipt({ requested, recipient, to, cc }: ReceiptQuestion): ReceiptType {
  if (requested === 'sintetica') return 'sintetica'; // DP-8
  return names(cc, recipient) === 'yes' && names(to, recipient) === 'no' ? 'sintetica' : requested;
}

function names(fields: readonly string[], recipient: string): 'yes' | 'no' | 'unreadable' {
  const lists = fields.map((field) => parseAddressList(field));
  const found = lists.some((list) => list.mailboxes.some(({ address }) => sameAddress(address, recipient)));
  if (found) return 'yes';
  return lists.every((list, at) => list.valid || fields[at]?.trim() === '') ? 'no' : 'unreadable';
}

/** X-TipoRicevuta as asked: `completa` when absent or unknown (AP-28, DP-6). */
export function readReceiptType(value: string | undefined): ReceiptType {
  const asked = value?.trim().toLowerCase();
  return RECEIPT_TYPES.find((type) => type === asked) ?? 'completa';
}
