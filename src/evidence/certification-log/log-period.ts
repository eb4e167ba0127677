// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { endOfDay, startOfDay } from './log-days.ts';
import type { LogReader } from './log-store.ts';
import type { RecordText, SealedLogReader } from './sealed-log-store.ts';

/** Days of Italian legal time, `yyyy-mm-dd`, both included; all there are when left out. */
export interface Period {
  readonly from?: string;
  readonly to?: string;
}

export interface PeriodLogs {
  readonly sealedLog: Pick<SealedLogReader, 'listRecordTexts' | 'forgottenUpTo'>;
  readonly log: Pick<LogReader, 'lastSequence'>;
}

const AT_ONCE = 1000;
/** Records stand nearly in the order of their instants; none is so far from its place. */
const DISORDER_MS = 86_400_000;

/** The records of a period, in order, read in small pieces. */
export function* recordsOf(logs: PeriodLogs, { from, to }: Period): Generator<RecordText> {
  const begin = from === undefined ? Number.NEGATIVE_INFINITY : startOfDay(from);
  const end = to === undefined ? Number.POSITIVE_INFINITY : endOfDay(to);
  for (let next = firstFrom(logs, begin - DISORDER_MS); ; ) {
    const some = logs.sealedLog.listRecordTexts(next, AT_ONCE);
    for (const record of some) {
      if (record.instant >= end + DISORDER_MS) return;
      if (record.instant >= begin && record.instant < end) yield record;
    }
    const last = some.at(-1);
    if (last === undefined) return;
    next = last.sequence + 1;
  }
}

/** The first record that is not older, by halving. */
function firstFrom(logs: PeriodLogs, instant: Instant): number {
  let [low, high] = [logs.sealedLog.forgottenUpTo() + 1, logs.log.lastSequence() + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [record] = logs.sealedLog.listRecordTexts(middle, 1);
    if (record !== undefined && record.instant < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
