// SPDX-License-Identifier: EUPL-1.2
import { openStoredAvailability } from '../../engines/sqlite/stored-records.ts';
import {
  availabilityOf,
  type FourMonths,
  type Outage,
  REQUIRED_AVAILABILITY,
} from '../../evidence/availability/availability.ts';
import { endOfDay, startOfDay } from '../../evidence/certification-log/log-days.ts';
import type { Period } from '../../evidence/certification-log/log-period.ts';
import type { Instant } from '../../platform/clock.ts';
import { layTable, printable, printInstant, wrap } from '../text-layout.ts';
import type { AvailabilityWords } from '../wording/availability-words.ts';

/** Outages that are listed, the latest in JSON and the longest for people; all are counted. */
const MAX_LISTED = 1000;
const MAX_SHOWN = 10;

export interface Availability {
  readonly periods: readonly FourMonths[];
  readonly outages: readonly Outage[];
}

/** The availability of the periods of four months that the days touch, as the provider wrote it down. @throws Fault */
export function readAvailability(
  folder: string,
  { from, to, now }: Period & { readonly now: Instant },
): Availability {
  using store = openStoredAvailability(folder);
  const { periods, outages } = availabilityOf(store.availability.listServingSpans(), now);
  const shown = periods.filter(
    ({ firstDay, lastDay }) =>
      (to === undefined || firstDay <= to) && (from === undefined || lastDay >= from),
  );
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined) return { periods: [], outages: [] };
  const [start, end] = [startOfDay(first.firstDay), endOfDay(last.lastDay)];
  return { periods: shown, outages: outages.filter((each) => each.from < end && each.to > start) };
}

/** As docs/operating/command-line.md describes it. */
export function availabilityJson({ periods, outages }: Availability): Record<string, unknown> {
  return {
    required: REQUIRED_AVAILABILITY,
    periods: periods.map(
      ({ knownFrom, knownTo, outageMs, longestMs, allowedMs, longestAllowedMs, ...rest }) => ({
        ...rest,
        knownFrom: new Date(knownFrom).toISOString(),
        knownTo: new Date(knownTo).toISOString(),
        outageSeconds: seconds(outageMs),
        longestSeconds: seconds(longestMs),
        allowedSeconds: seconds(allowedMs),
        longestAllowedSeconds: seconds(longestAllowedMs),
      }),
    ),
    outages: outages.slice(-MAX_LISTED).map(({ from, to, causes, why }) => ({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      ...{ causes, why },
    })),
  };
}

/** For people, lines without line ends. */
export function availabilityLines({ periods, outages }: Availability, words: AvailabilityWords): string[] {
  if (periods.length === 0) return [words.nothing];
  const rows = periods.map((period) => [
    words.days(period.firstDay, period.lastDay),
    printInstant(period.knownFrom),
    `${(period.availability * 100).toFixed(3).replace('.', words.decimalMark)} %`,
    String(period.outages),
    `${words.duration(period.outageMs)} / ${words.duration(period.allowedMs)}`,
    `${words.duration(period.longestMs)} / ${words.duration(period.longestAllowedMs)}`,
    words.verdicts[period.verdict],
  ]);
  const longest = outages.toSorted((one, other) => other.to - other.from - (one.to - one.from));
  return [
    ...wrap(words.title),
    '',
    ...layTable(words.columns, rows),
    ...(longest.length === 0 ? [] : ['', words.longest]),
    ...longest.slice(0, MAX_SHOWN).map((outage) => {
      const causes = outage.causes.map((cause) => words.causes[cause]).join(', ');
      const why = outage.why.length === 0 ? '' : ` (${printable(outage.why.join(', '))})`;
      return `  ${printInstant(outage.from)} - ${printInstant(outage.to)}, ${words.duration(outage.to - outage.from)}: ${causes}${why}`;
    }),
    '',
    ...wrap(words.blindness),
  ];
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
