// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { localTime } from '../local-time.ts';

/** How long the law wants the log, and messages with a virus, to be kept (LOG-3, LOG-9). */
export const RETENTION_MONTHS = 30;

const MINUTE_MS = 60_000;
const HALF_DAY_MS = 43_200_000;

/** The day of an instant in Italian legal time, `yyyy-mm-dd`. */
export function dayOf(instant: Instant): string {
  const [day, month, year] = localTime(instant).date.split('/');
  return `${year}-${month}-${day}`;
}

/** The day after, of a day written as above. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + 2 * HALF_DAY_MS).toISOString().slice(0, 10);
}

/** The instant at which a day ends: the midnight after it, in Italian legal time. */
export function endOfDay(day: string): Instant {
  const midnight = Date.parse(`${dayAfter(day)}T00:00:00Z`);
  // Clocks are moved at 1:00 UTC, never at midnight: the offset is that of the hour before.
  return midnight - localTime(midnight - 2 * 60 * MINUTE_MS).offsetMinutes * MINUTE_MS;
}

/** The instant at which a day begins, in Italian legal time. */
export function startOfDay(day: string): Instant {
  return endOfDay(new Date(Date.parse(`${day}T12:00:00Z`) - 2 * HALF_DAY_MS).toISOString().slice(0, 10));
}

/** Whether a text is a day of the calendar, written as above. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const instant = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}

/** The instant so many months earlier; the last day of a month where that month is shorter. */
export function monthsBefore(instant: Instant, months: number): Instant {
  const date = new Date(instant);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, days));
  return date.getTime();
}
