// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { Exceptions } from './tidy/exceptions.ts';
import { describeFinding, type Finding } from './tidy/finding.ts';
import type { ImportTable } from './tidy/import-table.ts';
import { tidy } from './tidy.ts';

const SPDX = '// SPDX-License-Identifier: EUPL-1.2\n';
const roots: string[] = [];
after(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

const table: ImportTable = {
  groups: {
    points: {
      members: { lifecycle: 'a table', access: 'a point', delivery: 'a point' },
      mayImport: ['trust', 'mailroom', 'wire/mime', 'platform', 'points/lifecycle'],
      because: 'points know no sockets',
    },
    mailroom: {
      members: { boxes: 'mailboxes', steps: 'steps' },
      mayImport: ['mailroom', 'wire/mime', 'platform'],
      because: 'the mailroom certifies nothing',
    },
    trust: {
      members: { signing: 'signs' },
      mayImport: ['trust', 'wire', 'platform'],
      because: 'no evidence',
    },
    engines: {
      members: { memory: 'an engine' },
      mayImport: ['engines', 'mailroom', 'wire/mime', 'platform'],
      portsOnly: true,
      because: 'an engine decides nothing',
    },
    wire: { members: { mime: 'MIME', smtp: 'SMTP' }, mayImport: ['wire'], because: 'wire knows no law' },
    platform: { members: {}, mayImport: [], because: 'the ground' },
  },
  topFiles: { 'main.ts': ['*'], 'provider.ts': ['points', 'engines'] },
  undivided: ['platform'],
  allFaces: ['wire/mime', 'platform'],
  faces: { 'trust/signing': ['signer.ts'] },
  allowances: [
    { from: 'mailroom/steps', to: 'src/trust/signing/signer.ts', typeOnly: true, reason: 'a reason' },
  ],
};

/** Writes a tree (sources get their licence line and members their README) and tidies it. */
function tidied(
  files: Record<string, string>,
  exceptions: Exceptions = { files: {}, functions: {} },
): Finding[] {
  const root = mkdtempSync(join(tmpdir(), 'tidy-'));
  roots.push(root);
  const all: Record<string, string> = { 'package.json': '{"dependencies":{"zod":"1"}}' };
  for (const [path, text] of Object.entries(files)) {
    all[path] = path.endsWith('.ts') ? SPDX + text : text;
    const folder = /^src\/(platform|[a-z]+\/[\w-]+)\//.exec(path)?.[0];
    if (folder !== undefined) all[`${folder}README.md`] ??= '# A member\n';
  }
  for (const [path, text] of Object.entries({ ...all, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path in all ? (all[path] ?? text) : text);
  }
  return tidy(root, table, exceptions);
}

function rules(findings: readonly Finding[]): string[] {
  return findings.map((finding) => `${finding.path}:${finding.line ?? 0} ${finding.rule}`);
}

test('a tidy tree has no finding', () => {
  const findings = tidied({
    'src/main.ts': "import { a } from './provider.ts';\nconsole.log(a, Date.now(), process.env['HOME']);\n",
    'src/provider.ts':
      "import { access } from './points/access/access-point.ts';\nexport const a = access;\n",
    'src/points/lifecycle.ts': 'export const table = 1;\n',
    'src/points/access/access-point.ts':
      "import { table } from '../lifecycle.ts';\nimport { sign } from '../../trust/signing/signer.ts';\nimport { B } from '../../mailroom/boxes/box-store.ts';\nimport { part } from '../../wire/mime/part.ts';\nimport { readFile } from 'node:fs';\nexport const access = [table, sign, B, part, readFile];\n",
    'src/trust/signing/signer.ts': 'export const sign = 1;\n',
    'src/mailroom/boxes/box-store.ts': 'export const B = 1;\n',
    'src/wire/mime/part.ts': 'export const part = new Date(0);\n',
    'README.md': '[code](src/main.ts) and [below](#a-heading) and `[no](where)`\n\n## A heading\n',
  });
  assert.deepEqual(findings, []);
});

test('an import against the table is told with what may be imported', () => {
  const findings = tidied({
    'src/wire/smtp/smtp.ts': "import { now } from '../../platform/clock.ts';\nexport const x = now;\n",
    'src/platform/clock.ts': 'export const now = 1;\n',
    'src/points/access/access.ts': "import type { D } from '../delivery/delivery.ts';\nexport type E = D;\n",
    'src/points/delivery/delivery.ts':
      "import { s } from '../../wire/smtp/smtp.ts';\nexport type D = typeof s;\n",
  });
  assert.deepEqual(rules(findings), [
    'src/points/access/access.ts:2 import-table',
    'src/points/delivery/delivery.ts:2 import-table',
    'src/wire/smtp/smtp.ts:2 import-table',
  ]);
  assert.match(
    describeFinding(findings[2] as Finding),
    /^src\/wire\/smtp\/smtp.ts:2 import-table: .*\n {4}instead: /,
  );
});

test('what lies right under a group is shared by its members, and may put them together', () => {
  const findings = tidied({
    'src/points/lifecycle.ts':
      "import { access } from './access/access.ts';\nimport { part } from './access/part.ts';\nexport const all = [access, part];\n",
    'src/points/access/access.ts': 'export const access = 1;\n',
    'src/points/access/part.ts': 'export const part = 1;\n',
    'src/points/delivery/delivery.ts': "import { all } from '../lifecycle.ts';\nexport const d = all;\n",
  });
  assert.deepEqual(rules(findings), ['src/points/lifecycle.ts:3 faces']);
});

test('a type import, a re-export and an import() count as imports', () => {
  const target = '../../platform/clock.ts';
  const findings = tidied({
    'src/wire/smtp/a.ts': `export { now } from '${target}';\nexport const b = 1;\n`,
    'src/wire/smtp/b.ts': `export const c = await import('${target}');\n`,
    'src/wire/smtp/c.ts': `export type N = import('${target}').Now;\n`,
    'src/wire/smtp/d.ts': `export * from '${target}';\nexport const d = 1;\n`,
    'src/platform/clock.ts': 'export type Now = 1;\nexport const now = 1;\n',
  });
  assert.equal(findings.filter((finding) => finding.rule === 'import-table').length, 4);
});

test('from outside a member only its face, its ports and its listed faces are open', () => {
  const findings = tidied({
    'src/points/access/access.ts':
      "import { a } from '../../mailroom/boxes/inner.ts';\nimport { b } from '../../mailroom/boxes/boxes.ts';\nimport { c } from '../../mailroom/boxes/box-store.ts';\nexport const x = [a, b, c];\n",
    'src/mailroom/boxes/inner.ts': 'export const a = 1;\n',
    'src/mailroom/boxes/boxes.ts': "export { a as b } from './inner.ts';\nexport const z = 1;\n",
    'src/mailroom/boxes/box-store.ts': 'export const c = 1;\n',
    'src/engines/memory/memory-store.ts':
      "import { b } from '../../mailroom/boxes/boxes.ts';\nimport { c } from '../../mailroom/boxes/box-store.ts';\nexport const x = [b, c];\n",
  });
  assert.deepEqual(rules(findings), [
    'src/engines/memory/memory-store.ts:2 faces',
    'src/points/access/access.ts:2 faces',
  ]);
});

test('an allowance holds for the named file, and only for types when it says so', () => {
  const files = { 'src/trust/signing/signer.ts': 'export type S = 1;\nexport const s = 1;\n' };
  const typed = "import type { S } from '../../trust/signing/signer.ts';\nexport type T = S;\n";
  assert.deepEqual(tidied({ ...files, 'src/mailroom/steps/steps.ts': typed }), []);
  const valued = "import { s } from '../../trust/signing/signer.ts';\nexport const t = s;\n";
  const [finding] = tidied({ ...files, 'src/mailroom/steps/steps.ts': valued });
  assert.equal(finding?.rule, 'import-table');
  assert.match(finding?.instead ?? '', /import type/);
  assert.equal(tidied({ ...files, 'src/mailroom/boxes/boxes.ts': typed })[0]?.rule, 'import-table');
});

test('tests import what they like, and nothing of the product imports a test', () => {
  const findings = tidied({
    'src/wire/smtp/smtp.test.ts': "import '../../points/access/deep.ts';\n",
    'src/points/access/deep.ts': "import '../../wire/mime/part.test.ts';\nimport '../../../test/world.ts';\n",
    'src/wire/mime/part.test.ts': 'export {};\n',
    'test/world.ts': 'export {};\n',
  });
  assert.deepEqual(rules(findings), [
    'src/points/access/deep.ts:2 import-table',
    'src/points/access/deep.ts:3 import-table',
  ]);
});

test('a cycle is told once, as the shortest way round, even through types', () => {
  const findings = tidied({
    'src/wire/smtp/a.ts': "import type { B } from './b.ts';\nexport type A = B;\n",
    'src/wire/smtp/b.ts': "import type { C } from './c.ts';\nexport type B = C;\n",
    'src/wire/smtp/c.ts':
      "import type { A } from './a.ts';\nimport type { D } from './d.ts';\nexport type C = A | D;\n",
    'src/wire/smtp/d.ts': 'export type D = 1;\n',
  });
  assert.deepEqual(
    findings.map((finding) => finding.problem),
    ['imports itself: src/wire/smtp/a.ts -> src/wire/smtp/b.ts -> src/wire/smtp/c.ts -> src/wire/smtp/a.ts'],
  );
});

test('a package is a declared dependency of one member only', () => {
  const findings = tidied({
    'src/wire/smtp/a.ts': "import { z } from 'zod';\nexport const a = z;\n",
    'src/wire/smtp/b.ts': "import { z } from 'zod/mini';\nexport const b = z;\n",
    'src/wire/smtp/b.test.ts': "import 'fast-check';\n",
    'src/wire/mime/c.ts': "import { z } from 'zod';\nimport y from '@scope/y/z';\nexport const c = [z, y];\n",
  });
  assert.deepEqual(
    findings.map((finding) => `${finding.path}:${finding.line} ${finding.problem}`),
    [
      'src/wire/mime/c.ts:3 @scope/y is not a dependency',
      'src/wire/smtp/a.ts:2 zod is already imported in wire/mime',
    ],
  );
});

test('folders and files at the top of src are exactly those of the table', () => {
  const findings = tidied({
    'src/other.ts': 'export {};\n',
    'src/lib/x/x.ts': 'export {};\n',
    'src/wire/http/http.ts': 'export {};\n',
    'src/provider.test.ts': 'export {};\n',
  });
  assert.deepEqual(
    rules(findings).filter((rule) => rule.endsWith('layout')),
    ['src/lib:0 layout', 'src/other.ts:0 layout', 'src/wire/http:0 layout'],
  );
});

test('a member has a README of at most 40 lines', () => {
  assert.deepEqual(
    rules(
      tidied({
        'src/wire/smtp/README.md': 'x\n'.repeat(41),
        'src/wire/mime/README.md': 'x\n'.repeat(40),
      }),
    ),
    ['src/wire/smtp/README.md:0 readme'],
  );
});

test('long files and functions are errors unless excepted, and exceptions only shrink', () => {
  const path = 'src/wire/smtp/smtp.ts';
  // The licence is a line too.
  const lines = (count: number) => ({
    [path]: 'export const a = 1;\n'.replace('a', 'b') + '//\n'.repeat(count - 2),
  });
  const levels = (findings: Finding[]) => findings.map(({ level, problem }) => `${level} ${problem}`);
  assert.deepEqual(levels(tidied(lines(250))), []);
  assert.deepEqual(levels(tidied(lines(251))), ['warning file has 251 lines']);
  assert.deepEqual(levels(tidied(lines(400))), ['warning file has 400 lines']);
  assert.deepEqual(levels(tidied(lines(401))), ['error file has 401 lines']);
  const excepted = (count: number): Exceptions => ({ files: { [path]: count }, functions: {} });
  assert.deepEqual(levels(tidied(lines(410), excepted(410))), []);
  assert.deepEqual(levels(tidied(lines(411), excepted(410))), ['error file has 411 lines']);
  assert.deepEqual(levels(tidied(lines(409), excepted(410))), ['error file shrank from 410 to 409 lines']);
  assert.match(levels(tidied(lines(100), excepted(410))).join(), /no longer needed/);
});

test('a function of more than 60 lines is an error, named as it is called', () => {
  const body = (count: number) => '  //\n'.repeat(count - 2);
  const findings = tidied({
    'src/wire/smtp/smtp.ts': `export function fits() {\n${body(60)}}\nexport function grows() {\n${body(61)}}\nexport class C {\n  #m() {\n${body(61)}  }\n}\nexport const arrow = () => {\n${body(61)}};\n`,
    'src/wire/smtp/smtp.test.ts': `export function suite() {\n${body(100)}}\n`,
  }).filter((finding) => finding.level === 'error');
  assert.deepEqual(
    findings.map((finding) => finding.problem),
    ['grows has 61 lines', '#m has 61 lines', 'arrow has 61 lines'],
  );
});

test('the machine is touched on the ground only', () => {
  const code =
    "export const x = [Date.now(), new Date(), Math.random(), process.env['A'], new Date(1)];\nconsole.warn(x);\nexport const s = 'Date.now() in words'; // process.env too\n";
  const findings = tidied({
    'src/points/access/access.ts': code,
    'src/points/access/access.test.ts': code,
    'src/platform/clock.ts': code,
    'src/main.ts': code,
    'tools/x.ts': code,
  });
  assert.deepEqual(
    findings.map((finding) => `${finding.path}:${finding.line} ${finding.problem}`).sort(),
    ['2 Date.now', '2 Math.random', '2 new Date()', '2 process.env', '3 console.warn']
      .map((found) => `src/points/access/access.ts:${found}`)
      .sort(),
  );
});

test('names that say nothing, any, barrels and missing licences are found', () => {
  const findings = tidied({
    'src/wire/smtp/helpers/x.ts': 'export const a = 1;\n',
    'src/wire/smtp/string-utils.ts': 'export const a = 1;\n',
    'src/wire/smtp/service-line.ts': 'export class ServiceLine {}\n',
    'src/wire/smtp/y.ts': 'export class QueueManager {}\nexport function f(a: any) { return a; }\n',
    'src/wire/smtp/index.ts': 'export const i = 1;\n',
    'src/wire/smtp/z.ts': "export * from './y.ts';\n",
  });
  assert.deepEqual(rules(findings), [
    'src/wire/smtp/helpers/x.ts:0 names',
    'src/wire/smtp/index.ts:0 names',
    'src/wire/smtp/string-utils.ts:0 names',
    'src/wire/smtp/y.ts:2 bans',
    'src/wire/smtp/y.ts:3 bans',
    'src/wire/smtp/z.ts:0 names',
  ]);
  assert.equal(tidied({ 'tools/x.mts': 'x' }).length, 0);
  const root = roots.at(-1) ?? '';
  mkdirSync(join(root, 'tools'), { recursive: true });
  writeFileSync(join(root, 'tools/bare.ts'), 'export {};\n');
  writeFileSync(join(root, 'tools/run.ts'), `#!/usr/bin/env node\n${SPDX}export {};\n`);
  assert.deepEqual(rules(tidy(root, table, { files: {}, functions: {} })), ['tools/bare.ts:1 licence']);
});

test('folders of one machine and package registries are not named', () => {
  // Written in two halves so that this file passes the very rule it tests.
  const home = ['', 'home', 'somebody'].join('/');
  const registry = ['registry', 'npmjs', 'org'].join('.');
  const findings = tidied({
    'docs/a.md': `see ${home}/x\nand docs${home}\nand https://x.test${home}\n`,
    'notes.json': `{"resolved": "https://${registry}/x"}`,
  });
  assert.deepEqual(rules(findings), ['docs/a.md:1 places', 'notes.json:1 places']);
});

test('links of documents lead to files and headings', () => {
  const findings = tidied({
    'docs/a.md':
      '[a](b.md) [b](b.md#two-words) [c](../package.json) [d](https://x.test/)\n[e](c.md)\n[f](b.md#none)\n```\n[g](gone.md)\n```\n',
    'docs/b.md': '# Two words\n',
  });
  assert.deepEqual(rules(findings), ['docs/a.md:2 links', 'docs/a.md:3 links']);
});
