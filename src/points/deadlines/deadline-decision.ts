// SPDX-License-Identifier: EUPL-1.2
import type { Tracking } from '../../mailroom/tracking/tracking-store.ts';
import type { Instant } from '../../platform/clock.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** AP-37: the first notice is due after 12 hours. */
export const FIRST_NOTICE_MS = 12 * HOUR_MS;
/**
 * AP-38: the second goes out between 22 and 24 hours, and as near to 24 as operations allow: a quarter of
 * an hour is left for whatever may be slow.
 */
export const SECOND_NOTICE_MS = 24 * HOUR_MS - 15 * MINUTE_MS;

export type TimeoutNotice = 'first' | 'second';

/**
 * The notices due for a recipient (spec 4.8). Take-charge stops the first one only; an end, whichever,
 * stops both. A provider that was down owes both when it comes back late.
 */
export function decideNotices(tracking: Tracking, now: Instant): readonly TimeoutNotice[] {
  // AP-39, AP-40
  if (tracking.outcome !== undefined || tracking.secondNoticeAt !== undefined) return [];
  const ageMs = now - tracking.dispatchedAt;
  const notices: TimeoutNotice[] = [];
  const silent = tracking.takenInChargeAt === undefined && tracking.firstNoticeAt === undefined;
  if (ageMs >= FIRST_NOTICE_MS && silent) notices.push('first');
  if (ageMs >= SECOND_NOTICE_MS) notices.push('second');
  return notices;
}
