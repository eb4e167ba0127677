// SPDX-License-Identifier: EUPL-1.2
import { Visitor } from 'oxc-parser';
import type { Exceptions } from './exceptions.ts';
import type { Finding } from './finding.ts';
import { isTest, type Source, type SourceTree } from './source-tree.ts';

const FILE_LINES_WARNED = 250;
const FILE_LINES = 400;
const FUNCTION_LINES = 60;

/** Lengths of files and functions, against the exceptions that may only shrink. */
export function checkForms(tree: SourceTree, exceptions: Exceptions): Finding[] {
  const findings: Finding[] = [];
  const long = { files: new Set<string>(), functions: new Set<string>() };
  for (const source of tree.sources) {
    const lines = source.text.trimEnd().split('\n').length;
    const measured = { path: source.path, what: 'file', lines, limit: FILE_LINES } as const;
    if (lines > FILE_LINES) long.files.add(source.path);
    findings.push(...checkLength(measured, exceptions.files[source.path]));
    if (lines > FILE_LINES_WARNED && lines <= FILE_LINES) findings.push(warnLength(source.path, lines));
    // A suite is one long function by its nature.
    if (isTest(source.path)) continue;
    for (const found of functionsOf(source)) {
      const key = `${source.path}#${found.name}`;
      if (found.lines > FUNCTION_LINES) long.functions.add(key);
      const measures = { path: source.path, line: found.line, what: found.name, lines: found.lines };
      findings.push(...checkLength({ ...measures, limit: FUNCTION_LINES }, exceptions.functions[key]));
    }
  }
  for (const key of [...Object.keys(exceptions.files), ...Object.keys(exceptions.functions)]) {
    if (!long.files.has(key) && !long.functions.has(key)) findings.push(staleException(key));
  }
  return findings;
}

interface Measured {
  readonly path: string;
  readonly line?: number;
  readonly what: string;
  readonly lines: number;
  readonly limit: number;
}

function checkLength({ path, line, what, lines, limit }: Measured, excepted: number | undefined): Finding[] {
  if (lines <= limit || lines === excepted) return [];
  const place = { path, ...(line === undefined ? {} : { line }), rule: 'forms', level: 'error' } as const;
  if (excepted !== undefined && lines < excepted) {
    const problem = `${what} shrank from ${excepted} to ${lines} lines`;
    return [{ ...place, problem, instead: `${lines} for it in tools/tidy/exceptions.ts` }];
  }
  const instead = `at most ${excepted ?? limit}: take a named part out`;
  return [{ ...place, problem: `${what} has ${lines} lines`, instead }];
}

function warnLength(path: string, lines: number): Finding {
  const instead = 'about 60 to 150: look for a second subject in it';
  return { path, rule: 'forms', problem: `file has ${lines} lines`, instead, level: 'warning' };
}

function staleException(key: string): Finding {
  const [path = key] = key.split('#');
  const problem = `${key} is an exception that is no longer needed`;
  return { path, rule: 'forms', problem, instead: 'no entry in tools/tidy/exceptions.ts', level: 'error' };
}

interface FoundFunction {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

interface Spanned {
  readonly start: number;
  readonly end: number;
}

function functionsOf(source: Source): FoundFunction[] {
  const found: FoundFunction[] = [];
  const names = new Map<number, string>();
  const add = (node: Spanned, name: string) => {
    const line = source.lineOf(node.start);
    found.push({ name, line, lines: source.lineOf(node.end) - line + 1 });
  };
  const nameOf = (node: Spanned) => names.get(node.start) ?? 'anonymous';
  new Visitor({
    MethodDefinition(node) {
      names.set(node.value.start, source.text.slice(node.key.start, node.key.end));
    },
    Property(node) {
      names.set(node.value.start, source.text.slice(node.key.start, node.key.end));
    },
    VariableDeclarator(node) {
      if (node.init) names.set(node.init.start, source.text.slice(node.id.start, node.id.end));
    },
    FunctionDeclaration: (node) => add(node, node.id?.name ?? 'default'),
    FunctionExpression: (node) => add(node, node.id?.name ?? nameOf(node)),
    ArrowFunctionExpression: (node) => add(node, nameOf(node)),
  }).visit(source.program);
  return found;
}
