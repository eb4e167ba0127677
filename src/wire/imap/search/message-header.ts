// SPDX-License-Identifier: EUPL-1.2
import { parseDate } from '../../mime/dates.ts';
import { decodeWords } from '../../mime/encoded-words.ts';
import type { Header } from '../../mime/header.ts';
import { type SearchHeader, writtenDay } from './search-evaluation.ts';

/** A message's header as SEARCH looks at it. */
export function searchHeader(header: Header): SearchHeader {
  const date = parseDate(header.first('date')?.value ?? '');
  const values = (name: string): readonly string[] => header.all(name).map(({ value }) => decodeWords(value));
  return date === undefined ? { values } : { values, sentDay: writtenDay(date) };
}

/** All of a header as text, encoded-words decoded: for TEXT. */
export function headerText({ fields }: Header): string {
  return fields.map(({ name, value }) => `${name}: ${decodeWords(value)}`).join('\n');
}
