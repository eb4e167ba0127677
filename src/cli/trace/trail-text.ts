// SPDX-License-Identifier: EUPL-1.2
import type { LogRecord } from '../../evidence/certification-log/log-store.ts';
import type { MessageKind } from '../../evidence/draft.ts';
import { localTime } from '../../evidence/local-time.ts';
import { layRows, layTable, printable, printTimeOfDay } from '../text-layout.ts';
import type { RecordWords } from '../wording/record-words.ts';
import type { TrailRecord } from './trail.ts';

/** Details that tell people something, in the order they are shown. */
const SHOWN_DETAILS = ['destination', 'form', 'cause', 'error', 'reply'] as const;
const MAX_DETAIL = 160;

/** The trail as people read it: what it is about, and a table; one of each for every message found. */
export function printTrail(trail: readonly TrailRecord[], words: RecordWords): string[] {
  const messages = new Map<string, TrailRecord[]>();
  for (const found of trail) {
    const { identifier } = found.record;
    messages.set(identifier, [...(messages.get(identifier) ?? []), found]);
  }
  const texts = [...messages.values()].map((records) => printMessage(records, words));
  return texts.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

function printMessage(trail: readonly TrailRecord[], words: RecordWords): string[] {
  const { columns } = words;
  const named = trail.some(({ house }) => house !== null);
  const head = [
    columns.when,
    ...(named ? [columns.house] : []),
    columns.event,
    columns.recipient,
    columns.detail,
  ];
  const rows = trail.map(({ house, record }) => [
    `${localTime(record.instant).date} ${printTimeOfDay(record.instant)}`,
    ...(named ? [printable(house ?? '')] : []),
    eventWords(record, words),
    printable(record.recipient ?? ''),
    detailOf(record),
  ]);
  return [...aboutLines(trail, words), '', ...layTable(head, rows)];
}

/** What happened, in words; of what was received or relayed, what it was. */
function eventWords({ event, detail }: LogRecord, words: RecordWords): string {
  const kind = detail?.kind ?? '';
  const received = event === 'notification-received' ? words.received[kind] : undefined;
  const relayed = event === 'envelope-sent' ? words.relayed[kind as MessageKind] : undefined;
  return received ?? relayed ?? words.events[event];
}

function aboutLines(trail: readonly TrailRecord[], { labels }: RecordWords): string[] {
  const records = trail.map(({ record }) => record);
  const first = (name: 'messageId' | 'sender' | 'subject') =>
    printable(records.find((record) => record[name])?.[name] ?? '');
  const recipients = new Set(records.flatMap((record) => record.recipients));
  return layRows([
    [labels.identifier, printable(records[0]?.identifier ?? '')],
    [labels.messageId, first('messageId')],
    [labels.sender, first('sender')],
    [labels.subject, first('subject')],
    [labels.recipients, [...recipients].map(printable)],
  ]);
}

function detailOf({ detail }: LogRecord): string {
  const values = SHOWN_DETAILS.map((name) => detail?.[name] ?? '').filter((value) => value !== '');
  return printable(values.join(', ')).slice(0, MAX_DETAIL);
}
