// SPDX-License-Identifier: EUPL-1.2
/**
 * The tables of docs/architecture.md that come from tools/tidy/import-table.ts. Run as a program it writes
 * them into the page; architecture.test.ts says when that is due.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImportTable, importTable } from '../../tools/tidy/import-table.ts';
import { ROOT, readText } from './project.ts';

export const PAGE = 'docs/architecture.md';
const BEGIN = '<!-- from tools/tidy/import-table.ts: begin -->';
const END = '<!-- from tools/tidy/import-table.ts: end -->';

/** The page with fresh tables. */
export function refreshed(page: string, table: ImportTable): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${PAGE} has lost the marks of its tables`);
  return `${before}${BEGIN}\n\n${importRows(table)}\n\n${memberRows(table)}\n\n${END}${after}`;
}

function importRows({ groups, topFiles }: ImportTable): string {
  const rows = Object.entries(groups).map(([name, { mayImport, portsOnly, because }]) => {
    const ports = portsOnly === true ? ' (of other groups only the ports, `*-store.ts`)' : '';
    return `| \`${name}\` | ${listed(mayImport)}${ports} | ${because} |`;
  });
  const tops = Object.entries(topFiles).map(
    ([name, mayImport]) => `| \`${name}\` | ${listed(mayImport)} | at the top of \`src\` |`,
  );
  return ['| Group | May import | Because |', '|---|---|---|', ...tops, ...rows].join('\n');
}

function memberRows({ groups }: ImportTable): string {
  const rows = Object.entries(groups).flatMap(([group, { members }]) =>
    Object.entries(members).map(([name, purpose]) => `| \`${group}/${name}\` | ${purpose} |`),
  );
  return ['| Member | Purpose |', '|---|---|', ...rows].join('\n');
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return '`node:` and its declared packages';
  return names.map((name) => (name === '*' ? 'everything' : `\`${name}\``)).join(', ');
}

if (import.meta.main) writeFileSync(join(ROOT, PAGE), refreshed(readText(PAGE), importTable));
