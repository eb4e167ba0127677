// SPDX-License-Identifier: EUPL-1.2
import type { LogEvent } from '../../evidence/certification-log/log-store.ts';
import type { Instant } from '../../platform/clock.ts';
import type { HouseRecords } from '../trace/houses.ts';
import { findTrail, type TrailRecord } from '../trace/trail.ts';
import type { Happening, HappeningKind, Sight, Watcher } from './happening.ts';

/** Between the start and the end of the submission, by the clock of the one who sends. */
export interface SubmissionTimes {
  readonly startedAt: Instant;
  readonly answeredAt: Instant;
}

export interface LogWatcherOptions {
  readonly houses: readonly HouseRecords[];
  /** Without angle brackets. */
  readonly messageId: string;
  readonly times: SubmissionTimes;
}

/** Sees what becomes of a message in the certification logs of the providers themselves. */
export class LogWatcher implements Watcher {
  readonly intervalMs = 40;
  readonly #options: LogWatcherOptions;
  readonly #seen = new Set<string>();
  /** How far the clock of the providers is ahead; a demo may have been sent to another day. */
  #aheadMs: number | undefined;

  constructor(options: LogWatcherOptions) {
    this.#options = options;
  }

  async look(): Promise<Sight> {
    const { houses, messageId } = this.#options;
    const trail = findTrail(houses, messageId);
    const first = trail.find(({ record }) => DECISIONS.has(record.event));
    if (first === undefined) return { happenings: [], certified: null, identifier: null, seesRelay: true };
    const fresh = trail.filter((found) => this.#isNew(found));
    const { identifier } = first.record;
    const home = houses.find(({ name }) => name === first.house);
    const trackings = home?.records.tracking.listTrackings(identifier) ?? [];
    this.#aheadMs ??= aheadMs(first.record.instant, this.#options.times);
    return {
      happenings: fresh.flatMap((found) => this.#happening(found, first.house)),
      certified: trackings.map(({ recipient }) => recipient),
      identifier,
      seesRelay: true,
    };
  }

  #isNew({ house, record }: TrailRecord): boolean {
    const key = `${house} ${record.sequence}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  #happening({ house, record }: TrailRecord, home: string | null): Happening[] {
    const found = readRecord({ house, record }, home);
    if (found === undefined) return [];
    const since = record.instant - (this.#aheadMs ?? 0) - this.#options.times.startedAt;
    return [{ ...found, instant: record.instant, sinceMs: Math.max(0, Math.round(since)), house }];
  }
}

const DECISIONS: ReadonlySet<LogEvent> = new Set<LogEvent>([
  'acceptance',
  'non-acceptance-formal',
  'non-acceptance-virus',
]);

/** The decision falls while the submission is under way: when it seems not to, the clocks differ. */
function aheadMs(decidedAt: Instant, { startedAt, answeredAt }: SubmissionTimes): number {
  return decidedAt >= startedAt && decidedAt <= answeredAt ? 0 : decidedAt - answeredAt;
}

/** What a record means to the sender; undefined for those that only repeat it. */
function readRecord(
  { house, record }: TrailRecord,
  home: string | null,
): Pick<Happening, 'kind' | 'recipients' | 'detail'> | undefined {
  const { event, detail = {} } = record;
  const about = (kind: HappeningKind, recipients: readonly string[], said = '') => {
    return { kind, recipients, detail: said };
  };
  const recipient = record.recipient === undefined ? [] : [record.recipient];
  const isEnvelope = detail.kind === 'transport-envelope';
  switch (event) {
    case 'acceptance':
      return about('accepted', []);
    case 'non-acceptance-formal':
    case 'non-acceptance-virus':
      return about('refused', [], detail.error ?? detail.virus ?? '');
    case 'envelope-sent':
      return isEnvelope ? about('relayed', words(detail.to), detail.destination) : undefined;
    case 'take-charge-emitted':
      return about('taken-in-charge', words(detail.covers));
    case 'delivered':
      return about('delivered', recipient);
    case 'notification-received':
      if (house !== home) return undefined;
      return detail.kind === 'avvenuta-consegna'
        ? about('receipt', recipient, detail.emitter)
        : about('failed', recipient, detail.error);
    case 'smtp-failure':
      return isEnvelope ? about('failed', recipient, detail.reply) : undefined;
    case 'virus-nondelivery-emitted':
      return about('failed', recipient, 'virus');
    case 'timeout-12h':
      return about('late', recipient);
    case 'timeout-24h':
      return about('failed', recipient, '24 h');
    default:
      return undefined;
  }
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(' ').filter((word) => word !== '');
}
