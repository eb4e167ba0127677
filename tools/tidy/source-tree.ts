// SPDX-License-Identifier: EUPL-1.2
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comment, type Program, parseSync } from 'oxc-parser';

/** A module a source file asks for. */
export interface Import {
  /** As written: `./octets.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  readonly line: number;
  /** Nothing of it remains when the types are stripped. */
  readonly typeOnly: boolean;
}

/** A TypeScript file, read and parsed. */
export interface Source {
  /** Path from the top of the project. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  /** Line of an offset into the text, from 1. */
  lineOf(offset: number): number;
}

/** All that tidy and conformance look at. */
export interface SourceTree {
  /** Folder the paths start from. */
  readonly root: string;
  /** Paths of all files, sorted; what git ignores is left out. */
  readonly paths: readonly string[];
  /** The TypeScript files, in path order. */
  readonly sources: readonly Source[];
}

/** The folders `.gitignore` names, and git's own. */
const IGNORED = new Set(['.git', 'node_modules', 'dist', 'var', '.cache']);

export function readSourceTree(root: string): SourceTree {
  const paths = listPaths(root, '').sort();
  const sources = paths.filter((path) => path.endsWith('.ts')).map((path) => readSource(root, path));
  return { root, paths, sources };
}

export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith('test/');
}

function listPaths(root: string, folder: string): string[] {
  const paths: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (IGNORED.has(entry.name) || entry.name.endsWith('.log')) continue;
    if (entry.isDirectory()) paths.push(...listPaths(root, path));
    else if (entry.isFile()) paths.push(path);
  }
  return paths;
}

function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const parsed = parseSync(path, text, { sourceType: 'module', lang: 'ts' });
  const lineStarts = startsOfLines(text);
  const lineOf = (offset: number) => lineAt(lineStarts, offset);
  const imports: Import[] = [];
  for (const found of parsed.module.staticImports) {
    const typeOnly = found.entries.length > 0 && found.entries.every((entry) => entry.isType);
    imports.push({ specifier: found.moduleRequest.value, line: lineOf(found.start), typeOnly });
  }
  for (const found of parsed.module.staticExports) {
    const from = found.entries.find((entry) => entry.moduleRequest)?.moduleRequest;
    if (!from) continue;
    const typeOnly = found.entries.every((entry) => entry.isType);
    imports.push({ specifier: from.value, line: lineOf(found.start), typeOnly });
  }
  for (const found of parsed.module.dynamicImports) {
    const specifier = literalOf(text.slice(found.moduleRequest.start, found.moduleRequest.end));
    if (specifier !== undefined) imports.push({ specifier, line: lineOf(found.start), typeOnly: false });
  }
  for (const found of text.matchAll(/\bimport\('([^']+)'\)[.\w<>[\]]*/g))
    addTypeImport(found, imports, lineOf);
  return { path, text, program: parsed.program, comments: parsed.comments, imports, lineOf };
}

/** `import('./x.ts').T` in a type is no dynamic import to the parser, yet it couples the files. */
function addTypeImport(found: RegExpExecArray, imports: Import[], lineOf: (offset: number) => number): void {
  const specifier = found[1] ?? '';
  const line = lineOf(found.index);
  const known = imports.some((other) => other.specifier === specifier && other.line === line);
  if (!known) imports.push({ specifier, line, typeOnly: true });
}

function literalOf(expression: string): string | undefined {
  return /^(['"`])([^'"`$]*)\1$/.exec(expression.trim())?.[2];
}

function startsOfLines(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
