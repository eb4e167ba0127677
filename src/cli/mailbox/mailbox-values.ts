// SPDX-License-Identifier: EUPL-1.2

/** How `--files-receipts` is said. */
export const SWITCHES = { on: true, off: false } as const;

/** How `--ordinary` is said. */
export const ORDINARY_CHOICES = ['refuse', 'deliver', 'discard', 'provider'] as const;

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** `500M`, `2G`, `1000` as octets, in powers of 1024; undefined for anything else, and for none at all. */
export function readSize(text: string): number | undefined {
  const match = /^(\d{1,15})([KMGT]?)$/i.exec(text.trim());
  const sizeBytes = Number(match?.[1]) * (UNITS[match?.[2]?.toUpperCase() ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(sizeBytes) && sizeBytes > 0 ? sizeBytes : undefined;
}
