// SPDX-License-Identifier: EUPL-1.2

/** Width of a text on paper, in points. */
export type Measure = (text: string) => number;

export interface LineLimits {
  readonly width: number;
  readonly maxLines: number;
  /** Stands at the end of the last line when something was cut. */
  readonly cut: string;
}

/**
 * The lines a text takes, broken at blanks and, where a word is wider than a line, inside it. Of a text that
 * needs more than `maxLines` the rest is cut, and the last line ends with `cut`.
 */
export function breakLines(text: string, limits: LineLimits, measure: Measure): readonly string[] {
  const { width, maxLines, cut } = limits;
  const lines: string[] = [];
  let rest = text.trim();
  while (rest !== '' && lines.length < maxLines) {
    const end = lineEnd(rest, width, measure);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  const last = lines.at(-1);
  if (rest !== '' && last !== undefined) lines[lines.length - 1] = shorten(last, limits, measure) + cut;
  return lines;
}

/** How many code units of a text fit into a line. */
function lineEnd(text: string, width: number, measure: Measure): number {
  const fitting = fittingLength(text, width, measure);
  if (fitting === text.length) return fitting;
  if (text[fitting] === ' ') return fitting;
  const blank = text.lastIndexOf(' ', fitting - 1);
  return blank > 0 ? blank : Math.max(1, fitting);
}

/** The longest beginning that is not wider than a line; no text is measured far beyond it. */
function fittingLength(text: string, width: number, measure: Measure): number {
  let low = 0;
  let high = Math.min(text.length, 16);
  while (high < text.length && measure(text.slice(0, high)) <= width) {
    low = high;
    high = Math.min(text.length, 2 * high);
  }
  if (measure(text.slice(0, high)) <= width) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (measure(text.slice(0, middle)) <= width) low = middle;
    else high = middle;
  }
  return low;
}

function shorten(line: string, { width, cut }: LineLimits, measure: Measure): string {
  return line.slice(0, fittingLength(line, width - measure(cut), measure)).trimEnd();
}
