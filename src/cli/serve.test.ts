// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Captured } from '../../test/cli/captured.ts';
import { runCommandLine } from './command-line.ts';
import { serve } from './serve.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ceralacca-serve-'));
});
after(() => rmSync(folder, { recursive: true }));

suite('ceralacca serve', () => {
  test('a configuration that is wrong stops the start, each problem with its key', async () => {
    const config = join(folder, 'wrong.yaml');
    writeFileSync(config, 'folder: data\ncolour: red\n');
    const captured = new Captured();
    assert.equal(await serve({ config }, captured), 1);
    assert.equal(captured.stdout.text, '');
    assert.match(captured.stderr.text, /^provider: this key is missing/m);
    assert.match(captured.stderr.text, /^colour: there is no such key/m);
    // SEC-8: nobody runs without a scanner by accident.
    assert.match(captured.stderr.text, /^antivirus: this key is missing; write: .*`scanner: none`/m);
  });

  test('a file that is missing is named in one line', async () => {
    const example = join(import.meta.dirname, '../../docs/operating/ceralacca.example.yaml');
    const config = join(folder, 'example.yaml');
    const text = readFileSync(example, 'utf8')
      .replace('/var/lib/ceralacca', join(folder, 'data'))
      .replaceAll('/etc/ceralacca', join(folder, 'missing'))
      .replace(/^journal:.*/ms, 'journal: { level: error }\n');
    writeFileSync(config, text);
    const captured = new Captured();
    assert.equal(await runCommandLine(['serve', '--config', config], captured), 3);
    assert.match(captured.stderr.text, /^ceralacca: .*missing\/[a-z-]+\.(pem|token).*\n$/);
  });
});
