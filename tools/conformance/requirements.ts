// SPDX-License-Identifier: EUPL-1.2

/** One requirement of spec/pec.md. */
export interface Requirement {
  /** e.g. `AP-23`. */
  readonly id: string;
  /** As written: `MUST`, `MUST NOT`, `SHOULD`, `MAY`, `MUST (brief)`; empty when the line has none. */
  readonly level: string;
  /** The first sentence, without the tags of its sources, cut to about a line. */
  readonly text: string;
}

/** Families of requirements, in the order of the specification. */
const FAMILIES = 'GEN|AP|IP|DP|SRV|TIME|LOG|SIG|DIR|SEC';
const LINE = new RegExp(`^- \\*\\*((?:${FAMILIES})-\\d+)\\*\\*(.*)$`);
const LEVEL = /^ ((?:MUST|SHOULD|MAY)(?: NOT)?(?: \([a-z]+\))?): /;
const TEXT_LENGTH = 120;

/** An id wherever it stands in a comment. */
export const ID = new RegExp(`\\b(?:${FAMILIES})-\\d+\\b`, 'g');
/** The ids a title begins with, one or several: `AP-12 AP-13 ...`, `AP-12, AP-13: ...`. */
export const LEADING_IDS = new RegExp(`^(?:(?:${FAMILIES})-\\d+[,:]? (?:and )?)+`);

/** The requirements of a specification, in its order of lines, each once. */
export function readRequirements(specification: string): Requirement[] {
  const requirements: Requirement[] = [];
  for (const line of specification.split('\n')) {
    const [, id, rest = ''] = LINE.exec(line) ?? [];
    if (id === undefined) continue;
    const level = LEVEL.exec(rest)?.[1] ?? '';
    const text = rest.replace(LEVEL, '').replace(/\s*`\[[^\]]*\]`/g, '');
    requirements.push({ id, level, text: shorten(text.replace(/^[\s:]+/, '').trim()) });
  }
  return requirements;
}

function shorten(text: string): string {
  const sentence = /^(.+?[.;])\s+(?=[A-Z(])/.exec(text)?.[1] ?? text;
  if (sentence.length <= TEXT_LENGTH) return balanced(sentence);
  const cut = sentence.lastIndexOf(' ', TEXT_LENGTH);
  return `${balanced(sentence.slice(0, cut > 0 ? cut : TEXT_LENGTH))} ...`;
}

/** A cut must not leave a code span open: it would swallow the rest of the row. */
function balanced(text: string): string {
  const marks = text.split('`').length - 1;
  return marks % 2 === 0 ? text : text.slice(0, text.lastIndexOf('`')).trimEnd();
}
