// SPDX-License-Identifier: EUPL-1.2

/** Something that does not hold where it must, as a check of a store found it. */
export interface Finding {
  /** Stable, kebab-case, e.g. `blob-damaged`; listed in docs/operating/backup.md. */
  readonly code: string;
  /** One sentence, for operators. */
  readonly what: string;
  /** What it is about: a table and a number, a file, a PEC msgid and a recipient. */
  readonly where: string;
  /** No damage: what a crash may leave, and what goes away by itself. */
  readonly passing?: true;
}
