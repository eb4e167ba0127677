// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { readScanReply, readVersionReply } from './clamd-reply.ts';

/** What a probe learnt: the replies, or why there is none. */
export type Probe =
  | { readonly answered: true; readonly version: string; readonly scan: string }
  | { readonly answered: false; readonly why: string };

/** Whether a scanner can be relied on. */
export type ScannerHealth =
  | { readonly is: 'up'; readonly engine: string; readonly signaturesAt?: Instant }
  | { readonly is: 'down'; readonly why: string }
  | { readonly is: 'outdated'; readonly engine: string; readonly signaturesAt?: Instant };

/**
 * SEC-8: a scanner is relied on when it scans, and its signatures are no older than `maximumAgeMs`. One that
 * does not tell how old they are is relied on only where no age is asked for (`maximumAgeMs` null).
 */
export function judgeScanner(
  probe: Probe,
  { now, maximumAgeMs }: { readonly now: Instant; readonly maximumAgeMs: number | null },
): ScannerHealth {
  if (!probe.answered) return { is: 'down', why: probe.why };
  const version = readVersionReply(probe.version);
  if (version === undefined) return { is: 'down', why: 'it answers VERSION with something else' };
  const scan = readScanReply(probe.scan);
  if (scan.said !== 'clean') {
    const words = scan.said === 'nothing' ? scan.words : scan.said;
    return { is: 'down', why: `it says of a harmless text: ${words}` };
  }
  const { signaturesAt } = version;
  const fresh = maximumAgeMs === null || (signaturesAt !== undefined && now - signaturesAt <= maximumAgeMs);
  return { is: fresh ? 'up' : 'outdated', ...version };
}
