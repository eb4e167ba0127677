// SPDX-License-Identifier: EUPL-1.2
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '..', '..');

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function isThere(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** Source files, tests left out; paths from the project's folder. */
export function sourceFiles(): readonly string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => `src/${path}`)
    .sort();
}

/** The rows of the first table after a heading, as the texts of their cells; the head is left out. */
export function tableAfter(document: string, heading: string): readonly (readonly string[])[] {
  const lines = document.split('\n');
  const from = lines.indexOf(heading);
  if (from < 0) throw new Error(`no heading "${heading}"`);
  const start = lines.findIndex((line, at) => at > from && line.startsWith('|'));
  const rows: string[][] = [];
  for (let at = start + 2; at >= 2 && lines[at]?.startsWith('|'); at++) {
    rows.push(
      (lines[at] ?? '')
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  if (rows.length === 0) throw new Error(`no table after "${heading}"`);
  return rows;
}

/** What stands between backquotes; fenced blocks are left out. */
export function codesIn(text: string): readonly string[] {
  return [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** Where links lead, from the project's folder, when the document lies in `folder`. */
export function linksIn(text: string, folder: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => join(folder, link));
}
