// SPDX-License-Identifier: EUPL-1.2
/**
 * Holds the tree to docs/architecture.md: import table, faces, folders, forms, bans, links. Prints
 * each finding with what to write instead, and exits with 1 when one of them is an error.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkBans, checkBarrels } from './tidy/bans.ts';
import { checkCycles } from './tidy/cycles.ts';
import { checkLinks, checkPlaces } from './tidy/documents.ts';
import { type Exceptions, exceptions } from './tidy/exceptions.ts';
import { describeFinding, type Finding } from './tidy/finding.ts';
import { checkForms } from './tidy/forms.ts';
import { type ImportTable, importTable } from './tidy/import-table.ts';
import { checkImportTable, checkPackages } from './tidy/imports.ts';
import { checkLayout } from './tidy/layout.ts';
import { readSourceTree } from './tidy/source-tree.ts';

/** Everything tidy has to say about a folder, by path and line. */
export function tidy(
  root: string,
  table: ImportTable = importTable,
  excepted: Exceptions = exceptions,
): Finding[] {
  const tree = readSourceTree(root);
  const findings = [
    ...checkImportTable(tree, table),
    ...checkPackages(tree, table, declaredPackages(root)),
    ...checkCycles(tree),
    ...checkLayout(tree, table),
    ...checkForms(tree, excepted),
    ...checkBans(tree),
    ...checkBarrels(tree),
    ...checkPlaces(tree),
    ...checkLinks(tree),
  ];
  return findings.sort((a, b) =>
    a.path === b.path ? (a.line ?? 0) - (b.line ?? 0) : a.path < b.path ? -1 : 1,
  );
}

function declaredPackages(root: string): string[] {
  const parsed: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return Object.keys(parsed.dependencies ?? {});
}

if (import.meta.main) {
  const findings = tidy(join(import.meta.dirname, '..'));
  for (const finding of findings) process.stdout.write(`${describeFinding(finding)}\n`);
  const errors = findings.filter((finding) => finding.level === 'error').length;
  process.stdout.write(`tidy: ${errors} errors, ${findings.length - errors} warnings\n`);
  process.exitCode = errors > 0 ? 1 : 0;
}
