// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { sameAddress } from '../../wire/mime/addresses.ts';
import type { LogEvent, LogRecord } from '../certification-log/log-store.ts';
import type { EvidenceKind, EvidenceMessage } from '../evidence-file/index-model.ts';
import type { ReportFacts } from './report-facts.ts';

/** Where a record stands in the log. */
export interface RecordPlace {
  readonly sequence: number;
  /** Number of the seal over it; null while its day is open. */
  readonly seal: number | null;
}

/** One line of a timeline: a message with the record that names it, a record alone, or a seal. */
export type StoryEvent =
  | {
      readonly what: 'message';
      readonly instant: Instant;
      readonly kind: EvidenceKind;
      readonly file: string;
      /** Who certifies it. */
      readonly provider: string;
      readonly record: RecordPlace | null;
    }
  | {
      readonly what: 'record';
      readonly instant: Instant;
      readonly event: LogEvent;
      /** What was relayed, where the record is about that. */
      readonly relayed?: string;
      /** Whose log it is. */
      readonly provider: string;
      readonly record: RecordPlace;
    }
  | {
      readonly what: 'seal';
      /** Of the time stamp; of the closing where there is none. */
      readonly instant: Instant;
      readonly number: number;
      readonly provider: string;
      readonly stamped: boolean;
    };

/** What concerns the message as a whole or this recipient, in order of instants; seals after what they close. */
export function storyOf(facts: ReportFacts, address: string): readonly StoryEvent[] {
  const { index, records, seals } = facts;
  const provider = index.provider.name;
  const placeOf = placesOf(facts);
  const messages = index.messages.filter((message) => concernsMessage(message, address));
  const named = new Set(messages.flatMap(({ record }) => (record === undefined ? [] : [record])));
  const alone = records.filter(
    (record) => !named.has(record.sequence) && placeOf.has(record.sequence) && concerns(record, address),
  );
  const told = [...named, ...alone.map(({ sequence }) => sequence)];
  const closing = new Set(told.map((sequence) => placeOf.get(sequence)?.seal));
  const events: StoryEvent[] = [
    ...messages.map(({ instant, kind, file, provider: signer, record }) => ({
      ...{ what: 'message' as const, instant, kind, file, provider: signer },
      record: record === undefined ? null : (placeOf.get(record) ?? null),
    })),
    ...alone.map(({ instant, event, sequence, detail }) => ({
      ...{ what: 'record' as const, instant, event, provider },
      ...(event === 'envelope-sent' && detail?.kind !== undefined && { relayed: detail.kind }),
      record: placeOf.get(sequence) ?? { sequence, seal: null },
    })),
    ...seals
      .filter(({ number }) => closing.has(number))
      .map(({ number, closedAt, stampedAt }) => ({
        ...{ what: 'seal' as const, instant: stampedAt ?? closedAt, number, provider },
        stamped: stampedAt !== undefined,
      })),
  ];
  return events.sort(byTime);
}

/** To the second, as messages tell it; within one as the log has it, seals last. */
function byTime(one: StoryEvent, other: StoryEvent): number {
  const seconds = Math.floor(one.instant / 1000) - Math.floor(other.instant / 1000);
  if (seconds !== 0) return seconds;
  const place = (event: StoryEvent) =>
    event.what === 'seal' ? Number.MAX_SAFE_INTEGER : (event.record?.sequence ?? 0);
  return place(one) - place(other);
}

function placesOf({ index }: ReportFacts): ReadonlyMap<number, RecordPlace> {
  return new Map(index.records.map(({ sequence, seal = null }) => [sequence, { sequence, seal }]));
}

function concernsMessage({ about }: EvidenceMessage, address: string): boolean {
  return about.length === 0 || about.some((each) => sameAddress(each, address));
}

/** A record about a recipient, or that names some of them, is about no other. */
function concerns({ event, recipient, detail }: LogRecord, address: string): boolean {
  if (recipient !== undefined) return sameAddress(recipient, address);
  const relayedTo =
    event === 'envelope-sent' && detail?.kind === 'transport-envelope' ? detail.to : undefined;
  const named = detail?.covers ?? relayedTo;
  return named === undefined || named.split(' ').some((each) => sameAddress(each, address));
}
