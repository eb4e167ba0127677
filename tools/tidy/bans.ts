// SPDX-License-Identifier: EUPL-1.2
import { posix } from 'node:path';
import { Visitor } from 'oxc-parser';
import type { Finding } from './finding.ts';
import { isTest, type Source, type SourceTree } from './source-tree.ts';

/** What only the ground may touch, and what everybody else asks for instead. */
const MACHINE: Readonly<Record<string, string>> = {
  'Date.now': 'a Clock (platform/clock.ts) taken as an argument',
  'Math.random': 'Ids (platform/ids.ts) taken as an argument',
  'process.env': 'the configuration (platform/config), taken as an argument',
};

const CONSOLE = 'a Journal (platform/journal.ts) taken as an argument';
const NOW = 'the instant of the transaction, taken as an argument (TIME-1)';

/** Words that say nothing of what a thing does. */
const EMPTY_WORDS = /^(utils?|utilities|helpers?|common|managers?|services?|misc)$/;

/** Words and calls that are not used here. */
export function checkBans(tree: SourceTree): Finding[] {
  return tree.sources.flatMap((source) => [
    ...checkFirstLine(source),
    ...checkPathWords(source.path),
    ...checkSyntax(source),
  ]);
}

function checkFirstLine(source: Source): Finding[] {
  const [first = '', second = ''] = source.text.split('\n', 2);
  const wanted = '// SPDX-License-Identifier: EUPL-1.2';
  if ((first.startsWith('#!') ? second : first) === wanted) return [];
  const problem = 'does not begin with its licence';
  return [{ path: source.path, line: 1, rule: 'licence', problem, instead: wanted, level: 'error' }];
}

function checkPathWords(path: string): Finding[] {
  const words = path.split('/').map((part) => part.replace(/(\.test|\.d)?\.ts$/, ''));
  if (words.at(-1) === 'index') {
    const instead = 'a door named like its folder or its class';
    return [{ path, rule: 'names', problem: 'index.ts', instead, level: 'error' }];
  }
  // The last word of a name is what the thing is said to be: service-mailbox is a mailbox.
  const empty = words.find((word) => EMPTY_WORDS.test(word.split('-').at(-1) ?? ''));
  if (empty === undefined) return [];
  const instead = 'the name of what it holds';
  return [{ path, rule: 'names', problem: `"${empty}" says nothing`, instead, level: 'error' }];
}

function checkSyntax(source: Source): Finding[] {
  const findings: Finding[] = [];
  const onGround = isOnGround(source.path);
  const add = (node: { readonly start: number }, problem: string, instead: string) =>
    findings.push({
      path: source.path,
      line: source.lineOf(node.start),
      rule: 'bans',
      problem,
      instead,
      level: 'error',
    });
  new Visitor({
    TSAnyKeyword: (node) => add(node, '`any`', '`unknown` and a check, or the type itself'),
    ClassDeclaration(node) {
      const last = /[A-Z][a-z]*$/.exec(node.id?.name ?? '')?.[0].toLowerCase() ?? '';
      if (EMPTY_WORDS.test(last)) add(node, `class ${node.id?.name}`, 'the noun of what it does');
    },
    MemberExpression(node) {
      if (onGround) return;
      const name = source.text.slice(node.start, node.end).replace(/\s|\?(?=\.)/g, '');
      const machine = MACHINE[name];
      if (machine !== undefined) add(node, name, machine);
      else if (/^console\.\w+$/.test(name)) add(node, name, CONSOLE);
    },
    NewExpression(node) {
      if (onGround || node.arguments.length > 0) return;
      if (source.text.slice(node.callee.start, node.callee.end) === 'Date') add(node, 'new Date()', NOW);
    },
  }).visit(source.program);
  return findings;
}

function isOnGround(path: string): boolean {
  return (
    isTest(path) || path.startsWith('src/platform/') || path === 'src/main.ts' || path.startsWith('tools/')
  );
}

/** A file that only hands on what others export hides where things are. */
export function checkBarrels(tree: SourceTree): Finding[] {
  const findings: Finding[] = [];
  for (const { path, program } of tree.sources) {
    const handsOn = (node: (typeof program.body)[number]) =>
      node.type === 'ExportAllDeclaration' ||
      (node.type === 'ExportNamedDeclaration' && node.source !== null);
    if (program.body.length === 0 || !program.body.every(handsOn)) continue;
    const instead = `importers name the file that declares (${posix.basename(path)} goes)`;
    findings.push({ path, rule: 'names', problem: 'only re-exports', instead, level: 'error' });
  }
  return findings;
}
