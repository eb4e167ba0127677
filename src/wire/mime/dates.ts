// SPDX-License-Identifier: EUPL-1.2
import { FieldCursor } from './field-cursor.ts';

export interface MailDate {
  /** Milliseconds since the Unix epoch. */
  readonly instant: number;
  /** How far the sender's clock was ahead of UTC, in minutes; 0 where the zone says nothing. */
  readonly offsetMinutes: number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322 section 4.3, in hours; other letters and names say nothing. */
const ZONE_HOURS: Readonly<Record<string, number>> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  // Not in the RFC, but written by old Italian and German mailers.
  MET: 1,
  CET: 1,
  MEST: 2,
  CEST: 2,
};

const MAX_LENGTH = 300;
const DATE_TIME = new RegExp(
  '^(?:[a-z]{3,9} ?,? ?)?' + // day of week, whatever it is
    '([0-9]{1,2})[ -]([a-z]{3})[a-z]{0,6}[ -]([0-9]{2,4}),?' + // day, month, year
    ' ([0-9]{1,2}) ?[:.] ?([0-9]{2})(?: ?[:.] ?([0-9]{2})(?:\\.[0-9]{1,9})?)?' + // time
    '(?: ?(?:(?:gmt|utc?)?([+-])([0-9]{2}):?([0-9]{2})|"?([a-z]{1,5})"?))?$', // zone
  'i',
);

/**
 * Reads an RFC 5322 date-time (section 3.3), comments and the obsolete forms of section 4.3 included, and a
 * few that are seen (no zone, zone with colon, dashes in the date); undefined when it is none or names no
 * day of the calendar. The day of the week is not checked. Never throws.
 */
export function parseDate(text: string): MailDate | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const match = DATE_TIME.exec(
    withoutComments(text)
      .replace(/[ \t\r\n]+/g, ' ')
      .trim(),
  );
  if (match === null) return undefined;
  const [, day, monthName = '', year = '', hour, minute, second = '0', sign, zoneHour, zoneMinute, zone] =
    match;
  const month = MONTHS.findIndex((name) => name.toLowerCase() === monthName.toLowerCase());
  const fields = [fullYear(year), month, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const local = utcInstant(fields);
  if (local === undefined) return undefined;
  if (Number(zoneMinute ?? 0) > 59 || Number(zoneHour ?? 0) > 23) return undefined;
  const offsetMinutes =
    sign === undefined
      ? zoneOffset(zone)
      : (Number(zoneHour) * 60 + Number(zoneMinute)) * (sign === '-' ? -1 : 1) || 0;
  return { instant: local - offsetMinutes * 60_000, offsetMinutes };
}

/** `Fri, 15 Nov 2024 10:04:05 +0100` (RFC 5322 section 3.3); milliseconds are cut off. */
export function formatDate(instantMs: number, offsetMinutes: number): string {
  const local = new Date(instantMs + offsetMinutes * 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  const ahead = Math.abs(offsetMinutes);
  const zone = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}${two(ahead % 60)}`;
  const date = `${two(local.getUTCDate())} ${MONTHS[local.getUTCMonth()]} ${String(local.getUTCFullYear()).padStart(4, '0')}`;
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
  return `${DAYS[local.getUTCDay()]}, ${date} ${time} ${zone}`;
}

/** RFC 5322 section 4.3: two digits below 50 are of this century, three count from 1900. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return text.length === 3 ? 1900 + year : year;
}

type DateFields = readonly [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];

function utcInstant([year, month, day, hour, minute, second]: DateFields): number | undefined {
  // A leap second counts as the first of the next minute, as the clock has no room for it.
  if (month < 0 || hour > 23 || minute > 59 || second > 60) return undefined;
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month, day);
  if (midnight.getUTCMonth() !== month || midnight.getUTCDate() !== day) return undefined;
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}

function zoneOffset(zone: string | undefined): number {
  const name = (zone ?? '').toUpperCase();
  return Object.hasOwn(ZONE_HOURS, name) ? (ZONE_HOURS[name] ?? 0) * 60 : 0;
}

/** Comments may stand everywhere and nest; an open one reaches to the end. */
function withoutComments(text: string): string {
  const cursor = new FieldCursor(text);
  let kept = '';
  while (!cursor.atEnd) {
    kept += cursor.take(/[^(]+/y);
    if (cursor.peek() !== '(') continue;
    cursor.comment();
    kept += ' ';
  }
  return kept;
}
