// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { readRequirements } from './conformance/requirements.ts';
import { conformance } from './conformance.ts';

const roots: string[] = [];
after(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

const SPEC = `# A specification
- **AP-1** MUST: act as a service (RFC 6409). Then more. \`[§3.1]\`
- **AP-2** MUST NOT: refuse \`a | b\`. \`[LAW]\`
- **DP-13** MUST (brief): every part is replaced. \`[§3]\`
- **SIG-12** extensions:
- **AP-10** SHOULD: last
text about **AP-3** MUST: no requirement
`;

function joined(files: Record<string, string>, later: Record<string, string> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'conformance-'));
  roots.push(root);
  for (const [path, text] of Object.entries({ 'spec/pec.md': SPEC, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { page, problems } = conformance(root, later);
  const rows = page.split('\n').filter((line) => /^\| [A-Z]+-\d/.test(line));
  return { page, problems, rows };
}

test('requirements are read with level and first sentence, without their tags', () => {
  assert.deepEqual(readRequirements(SPEC), [
    { id: 'AP-1', level: 'MUST', text: 'act as a service (RFC 6409).' },
    { id: 'AP-2', level: 'MUST NOT', text: 'refuse `a | b`.' },
    { id: 'DP-13', level: 'MUST (brief)', text: 'every part is replaced.' },
    { id: 'SIG-12', level: '', text: 'extensions:' },
    { id: 'AP-10', level: 'SHOULD', text: 'last' },
  ]);
});

test('a long sentence is cut at a word and never inside a code span', () => {
  const [requirement] = readRequirements(
    `- **GEN-1** MUST: ${'word '.repeat(20)}\`${'code '.repeat(20)}\` end`,
  );
  assert.equal(requirement?.text, `${'word '.repeat(20).trimEnd()} ...`);
});

test('the specification of the project has each requirement once', () => {
  const ids = readRequirements(readFileSync(join(import.meta.dirname, '../spec/pec.md'), 'utf8')).map(
    ({ id }) => id,
  );
  assert.equal(new Set(ids).size, ids.length);
  for (const family of [
    'GEN-20',
    'AP-42',
    'IP-30',
    'DP-29',
    'SRV-2',
    'TIME-8',
    'LOG-11',
    'SIG-15',
    'DIR-17',
    'SEC-15',
  ]) {
    assert.ok(ids.includes(family), family);
  }
});

test('code is what a comment names, tests are what a title begins with', () => {
  const { rows, problems } = joined({
    'src/a.ts': "// AP-1 and (AP-2)\nexport const x = 'AP-10';\n",
    'src/a.test.ts':
      "// DP-13\ntest('AP-1 AP-2: both', () => {});\ntest('see AP-10', f);\nconst id = 'AP-10';\n",
    'test/b.test.ts': "describe(`AP-10 in words`, () => it('works'));\n",
    'tools/c.ts': '// SIG-12\n',
    'tools/c.test.ts': "test('SIG-12 x', f);\n",
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(rows, [
    '| AP-1 | MUST | act as a service (RFC 6409). | [a.ts](../src/a.ts) | [a.test.ts](../src/a.test.ts) | done |',
    '| AP-2 | MUST NOT | refuse `a \\| b`. | [a.ts](../src/a.ts) | [a.test.ts](../src/a.test.ts) | done |',
    '| DP-13 | MUST (brief) | every part is replaced. |  |  | open |',
    '| SIG-12 |  | extensions: |  |  | open |',
    '| AP-10 | SHOULD | last |  | [b.test.ts](../test/b.test.ts) | test only |',
  ]);
});

test('what is planned says so until code and test are there', () => {
  const later = { 'AP-1': 'timers', 'AP-2': 'timers' };
  const files = { 'src/a.ts': '// AP-1 AP-2 AP-10\n', 'src/a.test.ts': "test('AP-1 is done', f);\n" };
  const { rows, page } = joined(files, later);
  assert.deepEqual(
    rows.map((row) => row.split(' | ').at(-1)),
    ['done |', 'planned: timers |', 'open |', 'open |', 'code only |'],
  );
  assert.match(page, /5 requirements: done 1, code only 1, test only 0, planned 1, open 2\./);
});

test('an id that is required nowhere is a problem', () => {
  const { problems } = joined(
    { 'src/a.ts': '// AP-99\n', 'src/a.test.ts': "test('DP-98 x', f);\n" },
    { 'IP-97': 'x' },
  );
  assert.deepEqual(problems, [
    'AP-99, named in src/a.ts, is not in spec/pec.md',
    'DP-98, named in src/a.test.ts, is not in spec/pec.md',
    'IP-97, planned in tools/conformance/planned.ts, is not in spec/pec.md',
  ]);
});
