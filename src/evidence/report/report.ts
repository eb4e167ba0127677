// SPDX-License-Identifier: EUPL-1.2
import { createHash } from 'node:crypto';
import { EVIDENCE_FORMAT } from '../evidence-file/index-dtd.ts';
import { EVIDENCE_FILES, type EvidenceIndex, type EvidenceRecipient } from '../evidence-file/index-model.ts';
import { writeEvidenceIndex } from '../evidence-file/index-writer.ts';
import { pageOf, REPORT_HEADINGS } from '../wording/report.ts';
import { Paper } from './paper.ts';
import type { ReportFacts } from './report-facts.ts';
import { rowsAbove, rowsBelow } from './report-rows.ts';
import { timelineRows } from './report-timeline.ts';
import { type Fit, heightOf, type MeasureLook, placeRows, type Row, SHEET } from './sheet.ts';
import { storyOf } from './story.ts';
import { shortText } from './visible-text.ts';

const ROOM = SHEET.bottom - SHEET.top;
/** Larger letters are taken when everything still has room. */
const SCALES = [1.2, 1.1, 1] as const;
/** Timelines above it have no room in any size. */
const MAX_WHOLE_EVENTS = 60;

/**
 * The readable report of an evidence file (`report.pdf`): a PDF in Italian with one page for each recipient. The same
 * facts give the same octets. Texts that have no room are cut visibly; nothing makes a second page.
 */
export function drawReport(facts: ReportFacts): Uint8Array {
  const { index } = facts;
  const paper = new Paper({
    title: `${REPORT_HEADINGS.title.italian} ${plainText(index.identifier)}`,
    author: plainText(index.provider.name),
    keywords: reportKeywords(index),
    made: index.createdAt,
  });
  const foot = { measure: paper.measure, scale: 1 };
  index.recipients.forEach((recipient, page) => {
    const { rows, fit } = pageRows(facts, recipient, paper.measure);
    const footRows = placeRows([footRow(index, page + 1)], SHEET.bottom + 6, foot);
    paper.page(placeRows(rows, SHEET.top, fit), footRows);
  });
  return paper.end();
}

/** What ties a report to its index: `Keywords` of its information dictionary (docs/evidence-format.md, claim `report`). */
export function reportKeywords(index: EvidenceIndex): string {
  const others = index.files.filter(({ name }) => name !== EVIDENCE_FILES.report);
  const digest = createHash('sha256').update(writeEvidenceIndex({ ...index, files: others }));
  return `${EVIDENCE_FORMAT} ${digest.digest('hex')}`;
}

/** For the metadata, which pdfkit writes without escaping and verifiers search for `Keywords`. */
function plainText(text: string): string {
  return shortText(text.replace(/[^\p{L}\p{N}@., '_-]/gu, ' '), 200);
}

function pageRows(
  facts: ReportFacts,
  recipient: EvidenceRecipient,
  measure: MeasureLook,
): { readonly rows: readonly Row[]; readonly fit: Fit } {
  const { index } = facts;
  const story = storyOf(facts, recipient.address);
  const above = rowsAbove(index, recipient);
  const below = rowsBelow({ index, story, address: recipient.address });
  const height = (rows: readonly Row[], scale: number) => heightOf(rows, { measure, scale });
  const wholeFits = (scale: number) =>
    height([...above, ...timelineRows(story, { measure, scale, room: Infinity }), ...below], scale) <= ROOM;
  const scale = story.length <= MAX_WHOLE_EVENTS ? (SCALES.find(wholeFits) ?? 1) : 1;
  const room = ROOM - height([...above, ...below], scale);
  const fit = { measure, scale };
  return { rows: [...above, ...timelineRows(story, { ...fit, room }), ...below], fit };
}

function footRow({ identifier, recipients }: EvidenceIndex, page: number): Row {
  const text = `${shortText(identifier, 100)} · ${pageOf(page, recipients.length)}`;
  const cell = { left: SHEET.left, width: SHEET.right - SHEET.left };
  return {
    role: 'P',
    gapBefore: 0,
    cells: [{ ...cell, paragraphs: [{ text, look: 'small', maxLines: 1 }] }],
  };
}
