// SPDX-License-Identifier: EUPL-1.2
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Finding } from './finding.ts';
import type { ImportTable } from './import-table.ts';
import { membershipOf } from './members.ts';
import type { SourceTree } from './source-tree.ts';

/** Lines a member's README may have: it is read standing. */
const README_LINES = 40;

/** The folders are those of the table, and each member introduces itself. */
export function checkLayout(tree: SourceTree, table: ImportTable): Finding[] {
  return [...checkTop(tree, table), ...checkMembers(tree, table), ...checkReadmes(tree, table)];
}

function checkTop(tree: SourceTree, table: ImportTable): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const path of tree.paths) {
    const [top, name, inside] = path.split('/');
    if (top !== 'src' || name === undefined || seen.has(name)) continue;
    seen.add(name);
    const known =
      inside === undefined
        ? Object.hasOwn(table.topFiles, testless(name))
        : Object.hasOwn(table.groups, name);
    if (known || (inside === undefined && name === 'README.md')) continue;
    findings.push({
      path: `src/${name}`,
      rule: 'layout',
      problem: 'is neither a group of the architecture nor one of the files at its top',
      instead: `one of ${[...Object.keys(table.topFiles), ...Object.keys(table.groups)].join(', ')}`,
      level: 'error',
    });
  }
  return findings;
}

function testless(name: string): string {
  return name.replace(/\.test\.ts$/, '.ts');
}

function checkMembers(tree: SourceTree, table: ImportTable): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const path of tree.paths) {
    const of = membershipOf(path, table);
    const group = of && table.groups[of.group];
    if (!of || !group || table.undivided.includes(of.group) || seen.has(of.member)) continue;
    seen.add(of.member);
    if (path === `src/${of.group}/README.md`) continue;
    if (Object.hasOwn(group.members, of.member.slice(of.group.length + 1))) continue;
    findings.push({
      path: `src/${of.member}`,
      rule: 'layout',
      problem: `is no member of ${of.group}`,
      instead: `one of ${Object.keys(group.members).join(', ')}, or a new line in tools/tidy/import-table.ts`,
      level: 'error',
    });
  }
  return findings;
}

function checkReadmes(tree: SourceTree, table: ImportTable): Finding[] {
  const folders = new Set<string>();
  for (const path of tree.paths) {
    const of = membershipOf(path, table);
    if (of && of.group !== '' && path.startsWith(`src/${of.member}/`)) folders.add(`src/${of.member}`);
  }
  return [...folders].flatMap((folder) => checkReadme(tree, posix.join(folder, 'README.md')));
}

function checkReadme(tree: SourceTree, path: string): Finding[] {
  const finding = { path, rule: 'readme', level: 'error' } as const;
  if (!tree.paths.includes(path)) {
    const instead = `${README_LINES} lines or fewer: purpose, law or RFCs, face, what it never does, what a crash costs`;
    return [{ ...finding, problem: 'is missing', instead }];
  }
  const lines = readFileSync(join(tree.root, path), 'utf8').trimEnd().split('\n').length;
  if (lines <= README_LINES) return [];
  return [
    { ...finding, problem: `has ${lines} lines`, instead: `at most ${README_LINES}; the rest into docs/` },
  ];
}
