// SPDX-License-Identifier: EUPL-1.2
import { printable, wrap } from '../../text-layout.ts';
import type { FileWords } from '../../wording/file-words.ts';
import { type AttachmentComparison, type FileComparison, holds } from './file-comparison.ts';

/** The comparison as people read it, lines without line ends; null is a message without an original. */
export function printFiles(
  comparison: FileComparison | null,
  { words, proven }: { readonly words: FileWords; readonly proven: boolean },
): string[] {
  const head = ['', words.title];
  if (comparison === null) return [...head, ...wrap(words.nothingToCompare)];
  const { attachments, messages, strangers } = comparison;
  const line = (mark: string, name: string, said: string) => `  [${mark}] ${printable(name)}: ${said}`;
  const doubtful = attachments.some(({ known, result }) => known === 'hash' && result === 'differs');
  return [
    ...head,
    ...attachments.map((each) =>
      line(words.marks[each.result], each.name, words.attachment(each, placeOf(each, words))),
    ),
    ...messages.map(({ file, difference }) =>
      difference === null
        ? line(words.marks.matches, file, words.sameMessage)
        : line(words.marks.differs, file, printable(words.otherMessage(difference))),
    ),
    ...strangers.map((file) => line(words.marks.differs, file, words.stranger)),
    ...(doubtful || strangers.length > 0 ? wrap(words.adviseMessage) : []),
    ...(proven ? [] : wrap(words.unproven)),
  ];
}

/** As docs/operating/command-line.md describes it. */
export function filesJson(comparison: FileComparison | null): Record<string, unknown> {
  if (comparison === null)
    return { result: 'nothing-to-compare', attachments: [], messages: [], strangers: [] };
  return { result: holds(comparison) ? 'matches' : 'differs', ...comparison };
}

function placeOf({ file, part }: AttachmentComparison, words: FileWords): string {
  if (file === null) return '';
  return part === null ? printable(file) : words.inMessage(printable(part), printable(file));
}
