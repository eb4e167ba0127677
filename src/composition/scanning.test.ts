// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { FakeClamd } from '../../test/clamd/fake-clamd.ts';
import { checkConfig } from '../platform/config/config.ts';
import { type Journal, silentJournal } from '../platform/journal.ts';
import { MemoryOctets } from '../wire/mime/octets.ts';
import { NO_ANTIVIRUS, openScanner } from './scanning.ts';
import { completed } from './surroundings.ts';

const EXAMPLE = join(import.meta.dirname, '../../docs/operating/ceralacca.example.yaml');

function reading(antivirus: unknown) {
  return checkConfig({ ...(parse(readFileSync(EXAMPLE, 'utf8')) as object), antivirus });
}

async function open(antivirus: unknown, journal: Journal = silentJournal) {
  const config = reading(antivirus);
  assert.ok(config.ok, JSON.stringify(config));
  const stack = new AsyncDisposableStack();
  return { scanner: await openScanner(config.config, { around: completed({ journal }), stack }), stack };
}

suite('the scanner of a provider', () => {
  test('SEC-8 without one by saying so, and every start says it aloud', async () => {
    const said: unknown[] = [];
    const warn: Journal['warn'] = (...words) => said.push(words.at(-1));
    const { scanner, stack } = await open({ scanner: 'none' }, { ...silentJournal, warn });
    await using _ = stack;
    assert.deepEqual(said, [NO_ANTIVIRUS]);
    assert.deepEqual(await scanner.scan(new MemoryOctets(Buffer.from('x'))), { verdict: 'unscanned' });
  });

  test('SEC-8 the clamd that is named; one that is not there yet does not stop the start', async () => {
    using fake = await new FakeClamd().starts();
    const section = { scanner: 'clamd', socket: fake.path, maximumSignatureAgeHours: null };
    const { scanner, stack } = await open(section);
    await using _ = stack;
    assert.deepEqual(await scanner.scan(new MemoryOctets(Buffer.from('x'))), { verdict: 'clean' });
    const absent = await open({ ...section, socket: `${fake.path}.absent` });
    await using _absent = absent.stack;
    assert.throws(() => absent.scanner.begin(), { code: 'scanner-unavailable' });
  });

  test('a socket or a port, not both and not neither', () => {
    const table = [
      [{ scanner: 'clamd' }, false],
      [{ scanner: 'clamd', socket: '/a', port: 1 }, false],
      [{ scanner: 'clamd', port: 3310 }, true],
      [{ scanner: 'none' }, true],
      [{}, false],
      [undefined, false],
    ] as const;
    for (const [section, ok] of table) assert.equal(reading(section).ok, ok, JSON.stringify(section));
  });
});
