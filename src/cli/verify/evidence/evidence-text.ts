// SPDX-License-Identifier: EUPL-1.2
import { layRows, printable, printInstant, wrap } from '../../text-layout.ts';
import type { EvidenceWords } from '../../wording/evidence-words.ts';
import type { ClaimProblem } from './claims.ts';
import type { EvidenceFindings } from './evidence-report.ts';

/** Unproved things that are listed one by one; of more the first are. */
const MAX_OPEN = 40;

/** The findings as people read them, lines without line ends; what comes from the file is made printable. */
export function printEvidence(findings: EvidenceFindings, words: EvidenceWords): string[] {
  const { verdict, wrong, open } = findings;
  const { sections } = words;
  return [
    words.headlines[verdict],
    ...wrap(words.meaning[verdict]),
    ...(wrong === null ? [] : section(sections.wrong, problemLines(wrong, words))),
    ...section(
      sections.claims,
      findings.claims.map(({ claim, result }) => `  [${words.marks[result]}] ${words.claims[claim]}`),
    ),
    ...(open.length === 0 ? [] : section(sections.open, openLines(open, words))),
    // Of a file that is not valid nothing is repeated: somebody might read only that.
    ...(wrong === null ? [...saysLines(findings, words), ...provedLines(findings, words)] : []),
    ...noteLines(findings, words),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return ['', title, ...lines];
}

function problemLines({ claim, code, file, detail }: ClaimProblem, words: EvidenceWords): string[] {
  const where = file === null ? '' : `${printable(file)}: `;
  return wrap(`${where}${words.reasons[code]} (${claim}: ${printable(detail)})`).map((line) => `  ${line}`);
}

function openLines(open: EvidenceFindings['open'], words: EvidenceWords): string[] {
  const shown = open.slice(0, MAX_OPEN).flatMap((problem) => problemLines(problem, words));
  return open.length > MAX_OPEN ? [...shown, `  ... (${open.length - MAX_OPEN})`] : shown;
}

function saysLines({ says, stampedAt }: EvidenceFindings, words: EvidenceWords): string[] {
  if (says === null) return [];
  const { labels } = words;
  const recipients = says.recipients.map(({ address, outcome, instant }) => {
    const when = instant === undefined ? '' : `, ${printInstant(instant)}`;
    return `${printable(address)}: ${words.outcomes[outcome]}${when}`;
  });
  return section(
    words.sections.says,
    layRows([
      [labels.identifier, printable(says.identifier)],
      [labels.messageId, printable(says.messageId ?? '')],
      [labels.sender, printable(says.sender)],
      [labels.subject, printable(says.subject ?? '')],
      [labels.recipients, recipients],
      [labels.provider, printable(says.provider.name)],
      [labels.made, printInstant(says.createdAt)],
      [labels.stamped, stampedAt === null ? '' : printInstant(stampedAt)],
    ]),
  );
}

function provedLines({ messages }: EvidenceFindings, words: EvidenceWords): string[] {
  if (messages.length === 0) return [];
  const rows = messages.map(({ file, provedAt, provedBy }) => {
    const when = provedAt === null ? '' : `${printInstant(provedAt)}, `;
    return [printable(file), `${when}${words.provedBy[provedBy ?? 'nothing']}`] as const;
  });
  return section(words.sections.proved, layRows(rows));
}

function noteLines({ ended, weak }: EvidenceFindings, words: EvidenceWords): string[] {
  const notes = [
    ...ended.map((one) => words.ended({ ...one, name: printable(one.name) }, printInstant(one.endedAt))),
    ...weak.map((file) => words.weak(printable(file))),
  ];
  if (notes.length === 0) return [];
  return section(
    words.sections.notes,
    notes.flatMap((note) => wrap(note).map((line) => `  ${line}`)),
  );
}
