// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { configReference } from '../src/cli/check-config/config-reference.ts';
import { readConfig } from '../src/platform/config/config.ts';
import { configKeys } from '../src/platform/config/config-keys.ts';
import { isReferenceCurrent } from './config-reference.ts';

const ROOT = join(import.meta.dirname, '..');

suite('the reference of the configuration', () => {
  test('the page is what the schema says; run node tools/config-reference.ts', () => {
    assert.ok(isReferenceCurrent(ROOT));
    assert.ok(!isReferenceCurrent(import.meta.dirname));
  });

  test('every key has a sentence that ends, and a unit', () => {
    const keys = configKeys();
    assert.ok(keys.length > 40);
    for (const { path, sentence, unit } of keys) {
      assert.match(sentence, /^[A-Z].*\.$/, path);
      assert.notEqual(unit, '', path);
    }
  });

  test('what is required, what stands in, what may be chosen, what may be left out', () => {
    const rows = configReference().split('\n');
    const row = (path: string) => rows.find((line) => line.startsWith(`| \`${path}\` `));
    assert.equal(
      row('provider.name'),
      '| `provider.name` | text | required | Descriptive name, exactly as in the provider index. |',
    );
    assert.match(row('ordinary.policy') ?? '', /`refuse`, `deliver`, `discard` \| `"refuse"` \|/);
    assert.match(row('signing.chainFile') ?? '', /\| path \| none \|/);
    assert.match(row('listen.pop3') ?? '', /\| group \| as below \| .* `null` leaves it out\. \|$/);
    assert.match(row('routes.*.port') ?? '', /\| port \| `25` \|/);
  });

  test('the example is a configuration that passes, with every group that has required keys', () => {
    const reading = readConfig(join(ROOT, 'docs/operating/ceralacca.example.yaml'));
    assert.deepEqual(reading.ok || reading.problems, true);
    assert.ok(reading.ok);
    assert.equal(reading.config.provider.name, 'Gestore Esempio S.p.A.');
    assert.equal(reading.config.listen.pop3, null);
  });
});
