// SPDX-License-Identifier: EUPL-1.2
import type { Finding } from './finding.ts';
import type { ImportTable } from './import-table.ts';
import { isFace, type Membership, membershipOf, resolveImport } from './members.ts';
import { type Import, isTest, type Source, type SourceTree } from './source-tree.ts';

/** Imports go downward only, and through faces. Tests beside the source may import what they like. */
export function checkImportTable(tree: SourceTree, table: ImportTable): Finding[] {
  const findings: Finding[] = [];
  for (const source of tree.sources) {
    const from = membershipOf(source.path, table);
    if (!from || isTest(source.path)) continue;
    for (const found of source.imports) {
      const to = resolveImport(source.path, found.specifier);
      const finding = to === undefined ? undefined : checkImport({ source, found, from, to, table });
      if (finding) findings.push(finding);
    }
  }
  return findings;
}

interface Crossing {
  readonly source: Source;
  readonly found: Import;
  readonly from: Membership;
  /** Imported file. */
  readonly to: string;
  readonly table: ImportTable;
}

function checkImport({ source, found, from, to, table }: Crossing): Finding | undefined {
  const place = { path: source.path, line: found.line, level: 'error' } as const;
  const target = membershipOf(to, table);
  if (!target || isTest(to)) {
    return {
      ...place,
      rule: 'import-table',
      problem: `imports ${to}, which is not part of the product`,
      instead: 'move what is shared under src, or import it from a test',
    };
  }
  if (from.member === target.member || isAllowance(from.member, to, found, table)) return undefined;
  if (!mayImport(from, target, table)) {
    return {
      ...place,
      rule: 'import-table',
      problem: `${from.member} imports ${to}`,
      instead: replacementFor(from, target, table),
    };
  }
  const portsOnly = table.groups[from.group]?.portsOnly === true && target.group !== from.group;
  const open = table.allFaces.includes(target.member) || table.allFaces.includes(target.group);
  if (isFace(to, target, table) && (!portsOnly || open || to.endsWith('-store.ts'))) return undefined;
  const faces = facesOf(target, table);
  return {
    ...place,
    rule: 'faces',
    problem: `${to} is inside ${target.member}`,
    instead: portsOnly ? `a port (*-store.ts) of ${target.member}` : `${faces}, or a face added to the table`,
  };
}

function isAllowance(from: string, to: string, found: Import, table: ImportTable): boolean {
  return table.allowances.some(
    (allowance) => allowance.from === from && allowance.to === to && (found.typeOnly || !allowance.typeOnly),
  );
}

function allowedFor(from: Membership, table: ImportTable): readonly string[] {
  if (from.group === '') return table.topFiles[from.member] ?? [];
  return table.groups[from.group]?.mayImport ?? [];
}

function mayImport(from: Membership, target: Membership, table: ImportTable): boolean {
  const allowed = allowedFor(from, table);
  // What a group shares may put its members together; cycles keep it from doing both.
  if (from.group === target.group && (from.shared || target.shared)) return true;
  return allowed.includes('*') || allowed.includes(target.group) || allowed.includes(target.member);
}

function replacementFor(from: Membership, target: Membership, table: ImportTable): string {
  const allowed = allowedFor(from, table);
  const because = table.groups[from.group]?.because ?? 'only what is composed here';
  const allowance = table.allowances.find((one) => one.from === from.member && one.typeOnly);
  if (allowance && membershipOf(allowance.to, table)?.member === target.member) {
    return `\`import type\` from ${allowance.to} (${allowance.reason})`;
  }
  return `one of ${allowed.join(', ') || 'node: and packages'} (${because}); take the rest as an argument`;
}

function facesOf(target: Membership, table: ImportTable): string {
  const named = table.faces[target.member] ?? [];
  const own = target.member.split('/').at(-1) ?? '';
  return [`${own}.ts`, ...named].map((file) => `src/${target.member}/${file}`).join(', ');
}

/** Each third-party package is imported in one member only, and is a declared dependency. */
export function checkPackages(tree: SourceTree, table: ImportTable, declared: readonly string[]): Finding[] {
  const users = new Map<string, Map<string, Finding>>();
  const findings: Finding[] = [];
  for (const source of tree.sources) {
    const from = membershipOf(source.path, table);
    if (!from || isTest(source.path)) continue;
    for (const found of source.imports) {
      const name = packageOf(found.specifier);
      if (name === undefined) continue;
      const place = { path: source.path, line: found.line, rule: 'packages', level: 'error' } as const;
      if (!declared.includes(name)) {
        const instead = 'a package under "dependencies" of package.json';
        findings.push({ ...place, problem: `${name} is not a dependency`, instead });
      }
      const members = users.get(name) ?? new Map<string, Finding>();
      users.set(name, members);
      if (members.has(from.member)) continue;
      const first = members.keys().next().value ?? from.member;
      const instead = `the face of ${first}, which is the one member that knows ${name}`;
      members.set(from.member, { ...place, problem: `${name} is already imported in ${first}`, instead });
    }
  }
  for (const members of users.values()) findings.push(...[...members.values()].slice(1));
  return findings;
}

function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('#'))
    return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}
