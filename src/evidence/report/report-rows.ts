// SPDX-License-Identifier: EUPL-1.2
import { sameAddress } from '../../wire/mime/addresses.ts';
import { EVIDENCE_FILES, type EvidenceIndex, type EvidenceRecipient } from '../evidence-file/index-model.ts';
import { localTime } from '../local-time.ts';
import {
  CHECKING_COMMANDS,
  CHECKING_TEXT,
  type Heading,
  moreRecipients,
  NO_MESSAGE_ID,
  NO_ORIGINAL,
  NO_SUBJECT,
  outcomeSentence,
  REPORT_HEADINGS,
  REPORT_LABELS,
  reportPurpose,
  signerWords,
  sizeWords,
  viewWords,
} from '../wording/report.ts';
import { type ProvedPage, provedParagraphs, unprovedParagraphs } from './report-proofs.ts';
import { type Look, type Paragraph, type Row, SHEET } from './sheet.ts';
import { shortText, visibleText } from './visible-text.ts';

const WIDTH = SHEET.right - SHEET.left;
const LABEL_WIDTH = 124;
const GUTTER = 16;
/** Other recipients and signers that are named; the rest is counted. */
const MAX_NAMED = 12;

/** What stands above the timeline. */
export function rowsAbove(index: EvidenceIndex, recipient: EvidenceRecipient): readonly Row[] {
  const { provider, createdAt } = index;
  const purpose = reportPurpose({ provider: shortText(provider.name), made: localTime(createdAt) });
  return [
    { ...headingRow(REPORT_HEADINGS.title, 'title'), role: 'H1', gapBefore: 0, ornament: 'rule-below' },
    { role: 'P', gapBefore: 3, cells: [wide([{ text: purpose, look: 'body', maxLines: 4 }])] },
    headingRow(REPORT_HEADINGS.message),
    ...messageRows(index, recipient),
    headingRow(REPORT_HEADINGS.outcome),
    outcomeRow(recipient),
    headingRow(REPORT_HEADINGS.timeline),
  ];
}

/** What stands below it. */
export function rowsBelow(page: ProvedPage): readonly Row[] {
  const { proved, notProved, checking } = REPORT_HEADINGS;
  const titles = [proved, notProved].map((heading): Paragraph[] => [
    { text: headingText(heading), look: 'heading', maxLines: 1 },
  ]);
  const commands = CHECKING_COMMANDS.map((text): Paragraph => ({ text, look: 'code', maxLines: 1 }));
  return [
    { role: 'TR', gapBefore: 7, cells: columns(titles) },
    { role: 'TR', gapBefore: 0, cells: columns([provedParagraphs(page), unprovedParagraphs(page)]) },
    headingRow(checking),
    {
      role: 'P',
      gapBefore: 0,
      cells: [wide([{ text: CHECKING_TEXT, look: 'body', maxLines: 3 }, ...commands])],
    },
  ];
}

function messageRows(index: EvidenceIndex, recipient: EvidenceRecipient): readonly Row[] {
  const { identifier, messageId, sender, subject, view } = index;
  const { of, holder } = view;
  return [
    labelRow(REPORT_LABELS.identifier, { text: identifier, maxLines: 2, look: 'strong' }),
    labelRow(REPORT_LABELS.messageId, { text: messageId ?? NO_MESSAGE_ID, maxLines: 2 }),
    labelRow(REPORT_LABELS.sender, { text: sender, maxLines: 2 }),
    labelRow(REPORT_LABELS.subject, { text: subject ?? NO_SUBJECT, maxLines: 3 }),
    labelRow(REPORT_LABELS.recipient, { text: recipient.address, maxLines: 2, look: 'strong' }),
    labelRow(REPORT_LABELS.others, { text: others(index, recipient), maxLines: 3 }),
    labelRow(REPORT_LABELS.original, { text: originalWords(index), maxLines: 1 }),
    labelRow(REPORT_LABELS.signers, { text: signers(index), maxLines: 3 }),
    labelRow(REPORT_LABELS.view, { text: viewWords(of, shortText(holder)), maxLines: 2 }),
  ].flat();
}

/** None when there is nothing to say. */
function labelRow(
  label: string,
  { text, maxLines, look = 'body' }: { text: string; maxLines: number; look?: Look },
): readonly Row[] {
  if (text === '') return [];
  const name: Paragraph = { text: label, look: 'body', maxLines: 1 };
  const value: Paragraph = { text: visibleText(text), look, maxLines };
  return [
    {
      role: 'TR',
      gapBefore: 0.8,
      ornament: 'hairline-below',
      cells: [
        { left: SHEET.left, width: LABEL_WIDTH, paragraphs: [name] },
        { left: SHEET.left + LABEL_WIDTH, width: WIDTH - LABEL_WIDTH, paragraphs: [value] },
      ],
    },
  ];
}

function others({ recipients }: EvidenceIndex, { address }: EvidenceRecipient): string {
  const all = recipients.filter((each) => !sameAddress(each.address, address));
  const named = all.slice(0, MAX_NAMED).map((each) => shortText(each.address, 120));
  return named.join(', ') + (all.length > named.length ? moreRecipients(all.length - named.length) : '');
}

function originalWords({ files }: EvidenceIndex): string {
  const original = files.find(({ name }) => name === EVIDENCE_FILES.original);
  return original === undefined ? NO_ORIGINAL : `${original.sha256} (${sizeWords(original.sizeBytes)})`;
}

function signers({ messages }: EvidenceIndex): string {
  const counts = new Map<string, { provider: string; address: string; messages: number }>();
  for (const { provider, signer } of messages) {
    const known = counts.get(signer) ?? {
      provider: shortText(provider),
      address: shortText(signer),
      messages: 0,
    };
    counts.set(signer, { ...known, messages: known.messages + 1 });
  }
  return [...counts.values()].slice(0, MAX_NAMED).map(signerWords).join('; ');
}

function outcomeRow({ address, outcome, certified, instant, source }: EvidenceRecipient): Row {
  const text = outcomeSentence({
    outcome,
    ordinary: certified === false,
    recipient: shortText(address),
    ...(instant !== undefined && { at: localTime(instant) }),
    ...(source !== undefined && { source: shortText(source) }),
  });
  const cell = { left: SHEET.left + 9, width: WIDTH - 16 };
  return {
    role: 'P',
    gapBefore: 1,
    ornament: 'box',
    cells: [{ ...cell, paragraphs: [{ text, look: 'verdict', maxLines: 5 }] }],
  };
}

function headingRow(heading: Heading, look: Look = 'heading'): Row {
  return { role: 'H2', gapBefore: 7, cells: [wide([{ text: headingText(heading), look, maxLines: 1 }])] };
}

function headingText({ italian, english }: Heading): string {
  return `${italian} · ${english}`;
}

function wide(paragraphs: readonly Paragraph[]): Row['cells'][number] {
  return { left: SHEET.left, width: WIDTH, paragraphs };
}

function columns(contents: readonly (readonly Paragraph[])[]): Row['cells'] {
  const width = (WIDTH - GUTTER) / 2;
  return contents.map((paragraphs, index) => ({
    left: SHEET.left + index * (width + GUTTER),
    width,
    paragraphs,
  }));
}
