// SPDX-License-Identifier: EUPL-1.2

/** Something tidy has to say about one place of the tree, and what to do instead. */
export interface Finding {
  /** Path from the top of the project, `/` between its parts. */
  readonly path: string;
  /** Line, from 1; absent when the finding is about the whole file or folder. */
  readonly line?: number;
  /** Short name of the rule, e.g. `import-table`. */
  readonly rule: string;
  /** What is wrong. */
  readonly problem: string;
  /** What to write instead. */
  readonly instead: string;
  /** A warning is printed and lets the run pass. */
  readonly level: 'error' | 'warning';
}

/** One line for a terminal: `path:line rule: problem; instead: ...`. */
export function describeFinding(finding: Finding): string {
  const place = finding.line === undefined ? finding.path : `${finding.path}:${finding.line}`;
  const mark = finding.level === 'warning' ? 'warning ' : '';
  return `${place} ${mark}${finding.rule}: ${finding.problem}\n    instead: ${finding.instead}`;
}
