// SPDX-License-Identifier: EUPL-1.2

/** What every result holds: the circumstances that its figures are worth nothing without. */
export interface Measurement {
  readonly around: Readonly<Record<string, string>>;
  /** Load averages when it was over. */
  readonly loadAfter: string;
}

export function circumstancesList({ around, loadAfter }: Measurement): string {
  const all = Object.entries({ ...around, 'load afterwards': loadAfter });
  return all.map(([key, value]) => `- ${key}: ${value}`).join('\n');
}

export const MEBIBYTE = 1024 * 1024;
