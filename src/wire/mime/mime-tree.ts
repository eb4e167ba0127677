// SPDX-License-Identifier: EUPL-1.2
import type { MimePart } from './mime-index.ts';

/** A part, with the entities it lies in (outermost first). */
export interface PartVisit {
  readonly part: MimePart;
  readonly ancestors: readonly MimePart[];
}

/**
 * The part and everything inside it, depth first, in the order of the message; `enter` may refuse to
 * look into a part (a message/rfc822, say).
 */
export function walkParts(
  root: MimePart,
  enter: (part: MimePart) => boolean = () => true,
): readonly PartVisit[] {
  const visits: PartVisit[] = [];
  const visit = (part: MimePart, ancestors: readonly MimePart[]): void => {
    visits.push({ part, ancestors });
    if (part.parts.length === 0 || !enter(part)) return;
    const around = [...ancestors, part];
    for (const child of part.parts) visit(child, around);
  };
  visit(root, []);
  return visits;
}

/** The first part, in the order of the message, that the test accepts. */
export function findPart(root: MimePart, test: (part: MimePart) => boolean): MimePart | undefined {
  for (const { part } of walkParts(root)) if (test(part)) return part;
  return undefined;
}

/** `type/subtype` in lower case. */
export function mediaType(part: MimePart): string {
  return `${part.type}/${part.subtype}`;
}

/** Whether the part holds a message that has been opened. */
export function isEmbeddedMessage(part: MimePart): boolean {
  return part.type === 'message' && part.parts.length === 1;
}

/** The name the sender gave the part: `filename` of the disposition, else `name` of the type. */
export function partFileName(part: MimePart): string | undefined {
  return part.disposition?.params.filename ?? part.params.name;
}
