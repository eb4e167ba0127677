// SPDX-License-Identifier: EUPL-1.2
import { localTime } from '../evidence/local-time.ts';
import type { Instant } from '../platform/clock.ts';

/** Columns a text is laid out in. */
const WIDTH = 88;
/** Characters of one foreign value that are shown. */
const MAX_VALUE = 500;

/** A label and what it says, one or several lines of it. */
export type Row = readonly [label: string, value: string | readonly string[]];

/**
 * Text that others wrote, made safe for a terminal: control characters, which could move the cursor or
 * rewrite what was printed, and marks that turn the direction of writing become a visible sign.
 */
export function printable(text: string): string {
  const safe = text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu, '\u00b7');
  return safe.length <= MAX_VALUE ? safe : `${safe.slice(0, MAX_VALUE)}...`;
}

/** `22/11/2026 06:17:01 (+0100)`, the legal time of Italy. */
export function printInstant(instant: Instant): string {
  const { date, time, zone } = localTime(instant);
  return `${date} ${time} (${zone})`;
}

/** `06:17:01.250` of the same day's legal time, to the millisecond. */
export function printTimeOfDay(instant: Instant): string {
  const milliseconds = String(((instant % 1000) + 1000) % 1000).padStart(3, '0');
  return `${localTime(instant).time}.${milliseconds}`;
}

/** `820 byte`, `12,3 KB`; powers of 1024. */
export function printSize(sizeBytes: number, decimalMark = ','): string {
  if (sizeBytes < 1024) return `${sizeBytes} byte`;
  const power = sizeBytes < 1024 ** 2 ? 1 : sizeBytes < 1024 ** 3 ? 2 : 3;
  const [size, unit] = [sizeBytes / 1024 ** power, ['byte', 'KB', 'MB', 'GB'][power]];
  return `${size.toFixed(1).replace('.', decimalMark)} ${unit}`;
}

/** Rows with their values in one column, wrapped; rows without a value are left out. */
export function layRows(rows: readonly Row[]): string[] {
  const shown = rows.map(([label, value]) => [label, typeof value === 'string' ? [value] : value] as const);
  const full = shown.filter(([, values]) => values.some((value) => value !== ''));
  const column = Math.max(0, ...full.map(([label]) => label.length)) + 4;
  return full.flatMap(([label, values]) => {
    const lines = values.flatMap((value) => wrap(value, WIDTH - column));
    return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(column - 2)}${line}`);
  });
}

/** Columns as wide as their widest cell; the last one is free. */
export function layTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const last = head.length - 1;
  const widths = head.map((title, at) =>
    at === last ? title.length : Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === last ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

/** Lines of at most so many columns, broken at blanks; a longer word stays whole, to be copied. */
export function wrap(text: string, width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
