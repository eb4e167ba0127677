// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { dayOf, startOfDay } from '../certification-log/log-days.ts';
import type { ServingSpan } from './availability-store.ts';
import { SILENT_MS } from './serving-watch.ts';

/** SRV-3: the share of four months in which a provider must serve, and the share of the rest one outage may take. */
export const REQUIRED_AVAILABILITY = 0.998;
const LONGEST_SHARE = 0.5;
const MONTHS = 4;

/** `stopped`: in an orderly way. `silent`: nothing was written down. `held`: it was there, and certified nothing. */
export type OutageCause = 'stopped' | 'silent' | 'held';

/** A time without service, from the last sign of it to the next. */
export interface Outage {
  readonly from: Instant;
  readonly to: Instant;
  /** In the order they came: a provider may hold back, then stop. */
  readonly causes: readonly OutageCause[];
  /** What was not well while it was held. */
  readonly why: readonly string[];
}

/** How four months went, as far as is known. */
export interface FourMonths {
  /** First day and last day, `yyyy-mm-dd`, Italian legal time. */
  readonly firstDay: string;
  readonly lastDay: string;
  /** What is known of them: from the first span on, up to now. */
  readonly knownFrom: Instant;
  readonly knownTo: Instant;
  readonly outages: number;
  readonly outageMs: number;
  /** The longest outage, with what of it lies outside. */
  readonly longestMs: number;
  /** What the law leaves for all outages of the whole four months, and for one of them. */
  readonly allowedMs: number;
  readonly longestAllowedMs: number;
  /** Share of the time that is known in which it served, 0 to 1. */
  readonly availability: number;
  /** `broken` is certain; `running` may still break; `partly-known`: nothing is known of the first days. */
  readonly verdict: 'kept' | 'broken' | 'running' | 'partly-known';
}

/** What the spans say until now: outages in order, and the periods of four months (January, May, September). */
export function availabilityOf(
  spans: readonly ServingSpan[],
  now: Instant,
): { readonly outages: readonly Outage[]; readonly periods: readonly FourMonths[] } {
  const [first] = spans;
  if (first === undefined) return { outages: [], periods: [] };
  // A provider whose clock is ahead of the one that asks.
  const upTo = Math.max(now, ...spans.slice(-1).map(({ until }) => until));
  const outages = outagesIn(spans, upTo);
  const periods: FourMonths[] = [];
  for (let start = periodStart(first.since); start < upTo; start = nextStart(start)) {
    periods.push(judge({ start, end: nextStart(start), known: first.since, now: upTo }, outages));
  }
  return { outages, periods };
}

/** Times that no span says it served in. */
function outagesIn(spans: readonly ServingSpan[], now: Instant): readonly Outage[] {
  const outages: Outage[] = [];
  const add = (outage: Outage) => {
    if (outage.to <= outage.from) return;
    const last = outages.at(-1);
    if (last?.to === outage.from) outages[outages.length - 1] = joined(last, outage);
    else outages.push(outage);
  };
  let last = spans[0];
  for (const span of spans) {
    if (last !== undefined) add(gap(last, span.since));
    const from = Math.max(span.since, last === undefined || last === span ? span.since : last.until);
    if (span.state === 'held') {
      add({ from, to: span.until, causes: ['held'], why: span.why === undefined ? [] : [span.why] });
    }
    if (last === undefined || span.until >= last.until) last = span;
  }
  // Up to now too, unless the next beat may still come.
  if (last !== undefined && (last.ended || now - last.until > SILENT_MS)) add(gap(last, now));
  return outages;
}

function gap(last: ServingSpan, to: Instant): Outage {
  return { from: last.until, to, causes: [last.ended ? 'stopped' : 'silent'], why: [] };
}

function joined(one: Outage, other: Outage): Outage {
  return {
    from: one.from,
    to: other.to,
    causes: [...new Set([...one.causes, ...other.causes])],
    why: [...new Set([...one.why, ...other.why])],
  };
}

interface Period {
  readonly start: Instant;
  readonly end: Instant;
  readonly known: Instant;
  readonly now: Instant;
}

function judge({ start, end, known, now }: Period, outages: readonly Outage[]): FourMonths {
  const [knownFrom, knownTo] = [Math.max(start, known), Math.min(end, now)];
  const inside = outages.filter(({ from, to }) => from < knownTo && to > knownFrom);
  const outageMs = inside.reduce(
    (sum, { from, to }) => sum + Math.min(to, knownTo) - Math.max(from, knownFrom),
    0,
  );
  const longestMs = Math.max(0, ...inside.map(({ from, to }) => to - from));
  const allowedMs = (1 - REQUIRED_AVAILABILITY) * (end - start);
  const longestAllowedMs = allowedMs * LONGEST_SHARE;
  const broken = outageMs > allowedMs || longestMs > longestAllowedMs;
  const kept = known > start ? 'partly-known' : now < end ? 'running' : 'kept';
  return {
    firstDay: dayOf(start),
    lastDay: dayOf(end - 1),
    ...{ knownFrom, knownTo, outages: inside.length, outageMs, longestMs, allowedMs, longestAllowedMs },
    availability: knownTo > knownFrom ? 1 - outageMs / (knownTo - knownFrom) : 1,
    verdict: broken ? 'broken' : kept,
  };
}

/** The beginning of the four months that an instant lies in. */
function periodStart(instant: Instant): Instant {
  const [year = '', month = ''] = dayOf(instant).split('-');
  return startOf(Number(year), Math.floor((Number(month) - 1) / MONTHS) * MONTHS);
}

function nextStart(start: Instant): Instant {
  const [year = '', month = ''] = dayOf(start).split('-');
  return startOf(Number(year), Number(month) - 1 + MONTHS);
}

/** Months count from 0 and may go on into the next year. */
function startOf(year: number, month: number): Instant {
  return startOfDay(new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10));
}
