// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../platform/clock.ts';

/** An instant as people in Italy read it. */
export interface LocalTime {
  /** `dd/mm/yyyy` */
  readonly date: string;
  /** `hh:mm:ss` */
  readonly time: string;
  /** Local time minus UTC, `+hhmm`. */
  readonly zone: string;
  /** The same in minutes. */
  readonly offsetMinutes: number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

// TIME-3: the legal time of Italy.
const romanClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Rome',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

// Asking Intl costs more than the rest of a draft, and the offset only ever changes on a full hour.
let known = { hour: Number.NaN, offsetMinutes: 0 };

// All that one transaction writes says the same instant (TIME-1).
let last: { readonly instant: Instant; readonly time: LocalTime } | undefined;

/** Legal local time with its offset at that instant (TIME-3, TIME-4, TIME-5), to the second. */
export function localTime(instant: Instant): LocalTime {
  if (last?.instant !== instant) last = { instant, time: workOut(instant) };
  return last.time;
}

function workOut(instant: Instant): LocalTime {
  const offsetMinutes = offsetAt(instant);
  const local = new Date(instant + offsetMinutes * MINUTE_MS);
  const year = String(local.getUTCFullYear()).padStart(4, '0');
  return {
    date: `${twoDigits(local.getUTCDate())}/${twoDigits(local.getUTCMonth() + 1)}/${year}`,
    time: `${twoDigits(local.getUTCHours())}:${twoDigits(local.getUTCMinutes())}:${twoDigits(local.getUTCSeconds())}`,
    zone: formatZone(offsetMinutes),
    offsetMinutes,
  };
}

/** The instant that a date, a time and a zone written as above name; undefined when they name none. */
export function parseLocalTime(text: Omit<LocalTime, 'offsetMinutes'>): Instant | undefined {
  const date = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text.date);
  const time = /^(\d\d):(\d\d):(\d\d)$/.exec(text.time);
  const zone = /^([+-])(\d\d):?(\d\d)$/.exec(text.zone);
  if (date === null || time === null || zone === null) return undefined;
  const [day = 0, month = 0, year = 0] = date.slice(1).map(Number);
  const [hours = 0, minutes = 0, seconds = 0] = time.slice(1).map(Number);
  // TIME-5: a leap second is read as the second after it.
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  const offset = (Number(zone[2]) * 60 + Number(zone[3])) * (zone[1] === '-' ? -1 : 1);
  return midnight.getTime() + hours * HOUR_MS + (minutes - offset) * MINUTE_MS + seconds * 1000;
}

function offsetAt(instant: Instant): number {
  const hour = Math.floor(instant / HOUR_MS);
  if (known.hour !== hour) known = { hour, offsetMinutes: askOffset(hour * HOUR_MS) };
  return known.offsetMinutes;
}

function askOffset(instant: Instant): number {
  const parts = new Map(romanClock.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return Math.round((local - instant) / MINUTE_MS);
}

function formatZone(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}${twoDigits(minutes % 60)}`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
