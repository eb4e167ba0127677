// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { localTime } from '../local-time.ts';
import { NO_EVENTS, skippedEvents, TIMELINE_COLUMNS } from '../wording/report.ts';
import {
  MESSAGE_EVENTS,
  messagePlace,
  recordEvent,
  recordPlace,
  sealEvent,
  sealPlace,
} from '../wording/report-events.ts';
import { type Fit, heightOf, type Look, type Row, SHEET } from './sheet.ts';
import type { StoryEvent } from './story.ts';
import { shortText, visibleText } from './visible-text.ts';

const COLUMNS = [
  { left: SHEET.left, width: 120 },
  { left: SHEET.left + 122, width: 184 },
  { left: SHEET.left + 314, width: SHEET.right - SHEET.left - 314 },
] as const;

/** The timeline as rows that are not higher than `room`; what does not fit is left out of the midst and counted. */
export function timelineRows(
  timeline: readonly StoryEvent[],
  fit: Fit & { readonly room: number },
): readonly Row[] {
  const head = tableRow(Object.values(TIMELINE_COLUMNS), 'strong');
  if (timeline.length === 0) return [head, tableRow(['', NO_EVENTS, ''], 'body')];
  const rows = timeline.map(eventRow);
  const heights = rows.map((row) => heightOf([row], fit));
  const left = fit.room - heightOf([head], fit);
  if (sum(heights) <= left) return [head, ...rows];
  const skipped = heightOf([tableRow(['', skippedEvents(rows.length), ''], 'body')], fit);
  let kept = 0;
  while (kept + 1 < rows.length && sum(withoutMidst(heights, kept + 1).flat()) + skipped <= left) kept += 1;
  const [first, last] = withoutMidst(rows, kept);
  return [head, ...first, tableRow(['', skippedEvents(rows.length - kept), ''], 'body'), ...last];
}

/** As many as said, of the beginning and of the end alike. */
function withoutMidst<T>(all: readonly T[], kept: number): readonly [readonly T[], readonly T[]] {
  const first = Math.ceil(kept / 2);
  return [all.slice(0, first), all.slice(all.length - (kept - first))];
}

function sum(heights: readonly number[]): number {
  return heights.reduce((all, height) => all + height, 0);
}

function eventRow(event: StoryEvent): Row {
  return tableRow([instantWords(event.instant), ...wordsOf(event)], 'body');
}

function wordsOf(event: StoryEvent): readonly [string, string] {
  const provider = shortText(event.provider, 60);
  switch (event.what) {
    case 'message':
      return [MESSAGE_EVENTS[event.kind], messagePlace({ ...event, provider })];
    case 'record':
      return [recordEvent(event.event, event.relayed), recordPlace(event.record, provider)];
    case 'seal':
      return [sealEvent(event), sealPlace(event.number, provider)];
  }
}

function instantWords(instant: Instant): string {
  const { date, time, zone } = localTime(instant);
  return `${date} ${time} ${zone}`;
}

function tableRow(texts: readonly string[], look: Look): Row {
  return {
    role: 'TR',
    gapBefore: 0.8,
    ornament: 'hairline-below',
    cells: COLUMNS.map((column, index) => ({
      ...column,
      paragraphs: [{ text: visibleText(texts[index] ?? ''), look, maxLines: 3 }],
    })),
  };
}
