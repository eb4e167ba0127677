// SPDX-License-Identifier: EUPL-1.2
import type { StatusReport } from '../../composition/status-report.ts';
import { layRows, printable, printInstant, printSize, type Row } from '../text-layout.ts';
import type { StatusWords } from '../wording/status-words.ts';

/** A provider's status for a person: what is wrong first. */
export function printStatus(report: StatusReport, words: StatusWords): string[] {
  const { labels } = words;
  const rows: Row[] = [
    [labels.since, printInstant(Date.parse(report.startedAt))],
    [labels.checks, report.checks.filter(({ well }) => !well).map((check) => checkText(check, words))],
    [labels.alerts, alertTexts(report, words)],
    [
      labels.doors,
      Object.entries(report.doors)
        .map(([name, port]) => `${name} ${port}`)
        .join(', '),
    ],
    [labels.queue, queueTexts(report, words)],
    [labels.clock, clockTexts(report, words)],
    [labels.index, words.index(report.index.providers, words.age(report.index.ageSeconds))],
    [labels.scanner, report.scanner === 'none' ? words.noScanner : report.scanner],
    [labels.store, storeText(report, words)],
  ];
  const head = `${printable(report.provider)}: ${report.ready ? words.ready : words.notReady}`;
  return [head, ...layRows(rows)];
}

function checkText({ name, why = '' }: StatusReport['checks'][number], words: StatusWords): string {
  return `${words.checks[name] ?? name}: ${printable(why)}`;
}

function alertTexts({ alerts }: StatusReport, words: StatusWords): string[] {
  if (alerts.length === 0) return [words.none];
  return alerts.map(({ code, sentence }) => `${printable(code)}: ${printable(sentence)}`);
}

function queueTexts({ queue }: StatusReport, words: StatusWords): string[] {
  const texts = queue
    .filter(({ entries }) => entries > 0)
    .map(({ state, entries, oldestSeconds }) => {
      const oldest = words.oldest(words.age(oldestSeconds));
      return `${entries} ${words.queue[state] ?? state}, ${oldest}`;
    });
  return texts.length === 0 ? [words.empty] : texts;
}

function clockTexts({ clock }: StatusReport, words: StatusWords): string[] {
  if (clock === null) return [words.clockUnwatched];
  const servers = clock.servers.map(({ name, answer }) => `${printable(name)}: ${printable(answer)}`);
  if (clock.hold !== undefined) return [words.clockHeld[clock.hold] ?? clock.hold, ...servers];
  const { offsetMs } = clock;
  return [offsetMs === undefined ? '' : words.offset((offsetMs / 1000).toFixed(3)), ...servers];
}

function storeText({ store }: StatusReport, words: StatusWords): string {
  return words.store(printSize(store.databaseBytes), printSize(store.freeBytes), store.records);
}
