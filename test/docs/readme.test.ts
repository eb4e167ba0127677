// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { DEFAULT_PORT_BASE, demoPorts } from '../../src/demo/ports.ts';
import { DEMO_PASSWORD, ORDINARY, PROVIDERS, SILENT_PROVIDER } from '../../src/demo/roster.ts';
import { codesIn, readText, tableAfter } from './project.ts';

const page = readText('README.md');
const { alfa, beta, ordinary, ntp } = demoPorts(DEFAULT_PORT_BASE);

test('the README tells the ports and the password of the demo', () => {
  const ports = tableAfter(page, '### With a mail program').filter(([label]) => label?.includes(' port, '));
  assert.deepEqual(
    ports.map(([, ...cells]) => cells.map(Number)),
    [
      [alfa.imaps, beta.imaps],
      [alfa.imap, beta.imap],
      [alfa.pop3s, beta.pop3s],
      [alfa.pop3, beta.pop3],
      [alfa.submission, beta.submission],
      [alfa.submissionStarttls, beta.submissionStarttls],
    ],
  );
  assert.ok(
    page.includes(`ports ${alfa.exchange} and ${beta.exchange}, the ordinary host listens on ${ordinary}`),
  );
  assert.ok(page.includes(`a time server answers on ${ntp} over UDP`));
  for (const { watch } of [alfa, beta]) assert.ok(page.includes(`http://127.0.0.1:${watch}/status`));
  assert.ok(page.includes(`| Password | \`${DEMO_PASSWORD}\` |`));
});

test('the addresses of the README are mailboxes of the demo, but for those that are said not to be', () => {
  const known = new Set<string>(
    [...PROVIDERS.flatMap(({ mailboxes }) => mailboxes), ...ORDINARY.mailboxes].map(({ address }) => address),
  );
  const named = new Set([...page.matchAll(/[a-z.]+@[a-z.]+\.test/g)].map(([address]) => address));
  assert.deepEqual([...named].filter((address) => !known.has(address)).sort(), [
    `chi@${SILENT_PROVIDER.domain}`,
    'nessuno@pec.beta.test',
  ]);
});

test('the commands of the README are those that the program tells in its help', () => {
  const help = execFileSync(process.execPath, ['src/main.ts', '--help'], { encoding: 'utf8' });
  const commands = help.slice(help.indexOf('Commands:'), help.indexOf('Examples:'));
  const told = [...commands.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name);
  const listed = tableAfter(page, '## Commands').map(([name = '']) => codesIn(name)[0]);
  assert.ok(told.includes('demo'));
  assert.deepEqual(listed.sort(), told.filter((name) => name !== 'help').sort());
});

test('the npm scripts that the README and CONTRIBUTING name exist', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
  const text = page + readText('CONTRIBUTING.md');
  const named = [...text.matchAll(/npm (?:run (?:-s )?)?(start|test|(?<=run |-s )[\w:]+)/g)].map(
    ([, name]) => name,
  );
  assert.ok(named.length > 5);
  assert.deepEqual(
    named.filter((name) => name === undefined || !Object.hasOwn(scripts, name)),
    [],
  );
});

test('the README counts the requirements as the conformance page does', () => {
  const count = /^(\d+) requirements/m.exec(readText('docs/conformance.md'))?.[1];
  assert.ok(count !== undefined && page.includes(`the ${count} requirements`), `${count} requirements`);
});
