// SPDX-License-Identifier: EUPL-1.2
import { CUT } from '../wording/report.ts';
import { breakLines } from './text-lines.ts';

/** Looks of a text; sizes and distances are points, multiplied by the scale of the page unless they are fixed. */
export type Look = 'title' | 'english' | 'heading' | 'body' | 'strong' | 'verdict' | 'small' | 'code';

const LOOKS: Readonly<
  Record<Look, { readonly size: number; readonly leading: number; readonly fixed?: true }>
> = {
  title: { size: 14, leading: 17, fixed: true },
  english: { size: 7, leading: 9 },
  heading: { size: 9, leading: 11.5 },
  body: { size: 7.6, leading: 9.2 },
  strong: { size: 7.6, leading: 9.2 },
  verdict: { size: 9, leading: 11.5 },
  small: { size: 6.6, leading: 8, fixed: true },
  code: { size: 7, leading: 9 },
};

export interface Paragraph {
  readonly text: string;
  readonly look: Look;
  readonly maxLines: number;
  /** Stands before the first line; the others are indented as far. */
  readonly mark?: string;
}

export interface Cell {
  readonly left: number;
  readonly width: number;
  readonly paragraphs: readonly Paragraph[];
}

/** Cells beside one another. */
export interface Row {
  /** What it is to who has the paper read aloud: a role of PDF's standard structure types. */
  readonly role: 'H1' | 'H2' | 'P' | 'TR';
  readonly cells: readonly Cell[];
  readonly gapBefore: number;
  readonly ornament?: 'rule-below' | 'hairline-below' | 'box';
}

export interface PlacedLine {
  readonly text: string;
  readonly look: Look;
  readonly size: number;
  readonly left: number;
  readonly top: number;
}

export interface PlacedRow {
  readonly row: Row;
  readonly top: number;
  readonly height: number;
  /** The lines of each cell. */
  readonly cells: readonly (readonly PlacedLine[])[];
}

/** Width of a text of that size. */
export type MeasureLook = (text: string, look: Look, size: number) => number;

/** How large the letters are drawn. */
export interface Fit {
  readonly measure: MeasureLook;
  /** Sizes of the looks are multiplied by it. */
  readonly scale: number;
}

/** A4 in portrait, and the room for rows. */
export const SHEET = {
  width: 595.28,
  height: 841.89,
  left: 42,
  top: 34,
  right: 553.28,
  bottom: 806,
} as const;

const MARK_INDENT = 8;
const BOX_PADDING = 5;

/** The lines of rows under one another, from `top` on. */
export function placeRows(rows: readonly Row[], top: number, fit: Fit): readonly PlacedRow[] {
  let next = top;
  return rows.map((row) => {
    const placed = placeRow(row, next + row.gapBefore, fit);
    next = placed.top + placed.height;
    return placed;
  });
}

/** How far rows reach down. */
export function heightOf(rows: readonly Row[], fit: Fit): number {
  const last = placeRows(rows, 0, fit).at(-1);
  return last === undefined ? 0 : last.top + last.height;
}

function placeRow(row: Row, top: number, fit: Fit): PlacedRow {
  const padding = row.ornament === 'box' ? BOX_PADDING : 0;
  const cells = row.cells.map((cell) => placeCell(cell, top + padding, fit));
  const height = Math.max(0, ...cells.map(({ bottom }) => bottom - top)) + padding;
  return {
    row,
    top,
    height: height + (row.ornament?.endsWith('below') ? 2 : 0),
    cells: cells.map(({ lines }) => lines),
  };
}

function placeCell(
  cell: Cell,
  top: number,
  { measure, scale }: Fit,
): { lines: PlacedLine[]; bottom: number } {
  const lines: PlacedLine[] = [];
  let next = top;
  for (const { text, look, maxLines, mark } of cell.paragraphs) {
    const { size: plainSize, leading, fixed } = LOOKS[look];
    const factor = fixed === true ? 1 : scale;
    const size = plainSize * factor;
    const indent = mark === undefined ? 0 : MARK_INDENT;
    const limits = { width: cell.width - indent, maxLines, cut: CUT };
    if (mark !== undefined) lines.push({ text: mark, look, size, left: cell.left, top: next });
    for (const line of breakLines(text, limits, (piece) => measure(piece, look, size))) {
      lines.push({ text: line, look, size, left: cell.left + indent, top: next });
      next += leading * factor;
    }
  }
  return { lines, bottom: next };
}
