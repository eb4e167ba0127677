// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Captured } from '../../test/cli/captured.ts';
import { matchesGolden } from '../../test/cli/golden.ts';
import { runCommandLine } from './command-line.ts';

async function run(...arguments_: string[]) {
  const captured = new Captured();
  const code = await runCommandLine(arguments_, captured);
  return { code, out: captured.stdout.text, err: captured.stderr.text };
}

suite('the command line', () => {
  test('--help, and nothing at all, show what there is', async () => {
    const help = await run('--help');
    assert.equal(help.code, 0);
    assert.equal(help.err, '');
    matchesGolden('help', help.out);
    assert.deepEqual(await run(), help);
    assert.deepEqual(await run('help'), help);
  });

  test('every command explains itself', async () => {
    for (const command of ['demo', 'serve', 'send', 'trace', 'verify', 'check-config']) {
      const help = await run(command, '--help');
      assert.equal(help.code, 0);
      assert.match(help.out, new RegExp(`^Usage: ceralacca ${command} `));
      const longest = Math.max(...help.out.split('\n').map((line) => line.length));
      assert.ok(longest <= 100, `${command}: ${longest} columns`);
    }
  });

  test('wrong usage ends with 2, says what is wrong and where to look', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['fly'], /^error: unknown command 'fly'\nTry: ceralacca --help\n$/],
      [['--fly'], /^error: unknown option '--fly'\nTry: ceralacca --help\n$/],
      [['verfy'], /unknown command 'verfy'\n.*Did you mean verify\?/s],
      [['verify'], /missing required argument 'file'/],
      [['verify', 'x.eml', '--lang', 'fr'], /Allowed choices are it, en/],
      [['verify', 'x.eml', 'y.eml'], /too many arguments/],
      [['send', '--from', 'a@b.test'], /required option '--to <address\.\.\.>' not specified/],
      [
        ['send', '--from', 'a@b.test', '--to', 'c@d.test', '--receipt', 'lunga'],
        /completa, breve, sintetica/,
      ],
      [['send', '--from', 'a@b.test', '--to', 'c@d.test', '--port', '0'], /a port is a number/],
      [['send', '--from', 'a@b.test', '--to', 'c@d.test', '--timeout', '-1'], /a positive number/],
      [['trace', 'x', '--folder', 'a', '--world', 'b'], /cannot be used with/],
    ];
    for (const [arguments_, said] of cases) {
      const { code, out, err } = await run(...arguments_);
      assert.equal(code, 2, arguments_.join(' '));
      assert.match(err, said);
      assert.equal(out, '');
    }
  });

  test('a fault is one line with its code, and ends with 3', async () => {
    const { code, out, err } = await run('verify', '/nowhere/x.eml');
    assert.deepEqual([code, out], [3, '']);
    assert.match(err, /^ceralacca: \/nowhere\/x\.eml cannot be read: .* \(message-file-unreadable\)\n$/);
    const address = await run('send', '--from', 'a', '--to', 'b@c.test');
    assert.equal(address.err, 'ceralacca: address: "a" is not an address (address-invalid)\n');
  });

  test('the program itself: exit codes, and a reader that has seen enough', async () => {
    const main = join(import.meta.dirname, '..', 'main.ts');
    const program = (arguments_: readonly string[]) =>
      new Promise<{ code: unknown; stderr: string }>((resolve) => {
        execFile(process.execPath, [main, ...arguments_], (error, _stdout, stderr) =>
          resolve({ code: error === null ? 0 : error.code, stderr }),
        );
      });
    assert.deepEqual(await program(['--help']), { code: 0, stderr: '' });
    const unknown = await program(['fly']);
    assert.equal(unknown.code, 2);
    const head = await new Promise<string>((resolve) => {
      const command = `set -o pipefail; "$0" "$1" check-config --reference | head -1`;
      execFile('bash', ['-c', command, process.execPath, main], (error, stdout, stderr) =>
        resolve(`${error === null ? 0 : error.code} ${stdout}${stderr}`),
      );
    });
    assert.equal(head, '0 # Configuration\n');
  });
});
