// SPDX-License-Identifier: EUPL-1.2

import type { Decoder } from './decoder.ts';
import { ATOM_CHAR, DQUOTE } from './octet-classes.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DATE_TEXT = /^(\d{1,2})-([a-z]{3})-(\d{4})$/i;
/** The day is two characters wide; some clients forget the blank before a single digit. */
const DATE_TIME = /^( ?\d|\d\d)-([a-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/i;

export const DAY_MS = 86_400_000;

/** A calendar day without zone: days since 1 January 1970. */
export type CalendarDay = number;

/** The day in UTC of an instant (milliseconds since the epoch). */
export function calendarDay(instantMs: number): CalendarDay {
  return Math.floor(instantMs / DAY_MS);
}

function utcDay(parts: { year: number; month: number; day: number }): number | undefined {
  const { year, month, day } = parts;
  const date = new Date(0);
  // setUTCFullYear, since Date.UTC takes years below 100 for 1900 and more.
  date.setUTCFullYear(year, month, day);
  return month >= 0 && date.getUTCDate() === day && date.getUTCMonth() === month ? date.getTime() : undefined;
}

/** date = date-text / DQUOTE date-text DQUOTE */
export function date(decoder: Decoder): CalendarDay {
  const text =
    decoder.peek() === DQUOTE ? decoder.quoted().toString('latin1') : decoder.run(ATOM_CHAR, 'a date');
  const match = DATE_TEXT.exec(text);
  if (match === null) return decoder.fail('Malformed date');
  const [, day = '', month = '', year = ''] = match;
  const start = utcDay({ year: +year, month: MONTHS.indexOf(month.toLowerCase()), day: +day });
  return start === undefined ? decoder.fail('No such date') : calendarDay(start);
}

/** date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE, as an instant in ms. */
export function dateTime(decoder: Decoder): number {
  const instant = parseDateTime(decoder.quoted().toString('latin1'));
  return instant === undefined ? decoder.fail('Malformed date-time') : instant;
}

export function parseDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [
    ,
    day = '',
    month = '',
    year = '',
    hour = '',
    minute = '',
    second = '',
    sign,
    zoneHour = '',
    zoneMinute = '',
  ] = match;
  const start = utcDay({ year: +year, month: MONTHS.indexOf(month.toLowerCase()), day: +day });
  if (start === undefined || +hour > 23 || +minute > 59 || +second > 60 || +zoneMinute > 59) return undefined;
  const zoneMs = (sign === '-' ? -1 : 1) * (+zoneHour * 60 + +zoneMinute) * 60_000;
  return start + ((+hour * 60 + +minute) * 60 + +second) * 1000 - zoneMs;
}

/** `15-Nov-2024 09:04:05 +0000` in UTC, with the day padded by a blank; without quotes. */
export function formatDateTime(instantMs: number): string {
  const at = new Date(instantMs);
  const two = (number: number): string => (number < 10 ? `0${number}` : String(number));
  const day = String(at.getUTCDate()).padStart(2, ' ');
  const year = String(Math.max(0, at.getUTCFullYear())).padStart(4, '0');
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return `${day}-${MONTH_NAMES[at.getUTCMonth()]}-${year} ${time} +0000`;
}
