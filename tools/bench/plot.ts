// SPDX-License-Identifier: EUPL-1.2
import { figure } from './table.ts';

export interface BarGroup {
  readonly label: string;
  /** One value for each name of the legend; what was not measured is NaN. */
  readonly values: readonly number[];
}

export interface BarPlot {
  readonly title: string;
  readonly names: readonly string[];
  readonly groups: readonly BarGroup[];
}

const COLOURS = ['#8c1c13', '#7a8b99', '#c9a227', '#3f6c51'];
const BAR = 34;
const GAP = 36;
const HEIGHT = 220;
const TOP = 56;
const LEFT = 16;

/** Bars side by side in groups, as an SVG that needs nothing else; readable on light and dark pages. */
export function barPlot({ title, names, groups }: BarPlot): string {
  const most = Math.max(...groups.flatMap(({ values }) => values.filter(Number.isFinite)), 1);
  const groupWidth = names.length * BAR + GAP;
  const width = Math.max(LEFT * 2 + groups.length * groupWidth, 420);
  const base = TOP + HEIGHT;
  const parts = groups.flatMap(({ label, values }, at) => {
    const left = LEFT + GAP / 2 + at * groupWidth;
    const bars = values.flatMap((value, place) => {
      if (!Number.isFinite(value)) return [];
      const height = Math.round((value / most) * HEIGHT);
      const x = left + place * BAR;
      return [
        `<rect x="${x}" y="${base - height}" width="${BAR - 4}" height="${height}" fill="${COLOURS[place % COLOURS.length]}"/>`,
        text({ x: x + (BAR - 4) / 2, y: base - height - 4, anchor: 'middle', size: 11 }, figure(value)),
      ];
    });
    const middle = left + (names.length * BAR - 4) / 2;
    return [...bars, text({ x: middle, y: base + 18, anchor: 'middle', size: 12 }, label)];
  });
  const legend = names.flatMap((name, at) => [
    `<rect x="${LEFT + at * 190}" y="30" width="11" height="11" fill="${COLOURS[at % COLOURS.length]}"/>`,
    text({ x: LEFT + 16 + at * 190, y: 40, anchor: 'start', size: 12 }, name),
  ]);
  const frame = `<rect width="${width}" height="${base + 30}" fill="#ffffff"/>`;
  const heading = text({ x: LEFT, y: 20, anchor: 'start', size: 14 }, title);
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${base + 30}" width="${width}" font-family="sans-serif">`;
  return `${[open, frame, heading, ...legend, ...parts].join('\n')}\n</svg>\n`;
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle';
  readonly size: number;
}

function text({ x, y, anchor, size }: TextPlace, words: string): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="#222222">${escaped}</text>`;
}
