// SPDX-License-Identifier: EUPL-1.2
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ShiftedClock } from '../platform/clock.ts';

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `+13h`, `+90m`, `+2d`, `reset`: how far the clock is moved; undefined for anything else. */
export function parseShift(text: string): number | 'reset' | undefined {
  if (text === 'reset') return 'reset';
  const match = /^\+(\d{1,6})([smhd])$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
}

/**
 * The demo's clock with the offset it had when it last ran: what was certified yesterday at +13h must
 * not lie in the future today.
 */
export async function openDemoClock(folder: string): Promise<ShiftedClock> {
  const text = await readFile(offsetFile(folder), 'utf8').catch(() => '0');
  const offsetMs = Number.parseInt(text, 10);
  return new ShiftedClock(Number.isSafeInteger(offsetMs) ? offsetMs : 0);
}

export async function keepOffset(folder: string, clock: ShiftedClock): Promise<void> {
  await writeFile(offsetFile(folder), `${clock.offsetMs}\n`);
}

function offsetFile(folder: string): string {
  return join(folder, 'clock-offset-ms');
}
