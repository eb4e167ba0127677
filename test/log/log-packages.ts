// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStamper } from '../../src/composition/sealing.ts';
import { openSigner } from '../../src/composition/signing.ts';
import { completed } from '../../src/composition/surroundings.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import { silentJournal } from '../../src/platform/journal.ts';

const SCRIPT = join(import.meta.dirname, '../../docs/operating/check-log-package.sh');

/** As docs/operating/log.md tells to check a package. */
export function checkLogPackage(folder: string, roots: string): SpawnSyncReturns<string> {
  const done = spawnSync('bash', [SCRIPT, folder, roots], { encoding: 'utf8' });
  assert.equal(done.stderr, '');
  return done;
}

/** Changes a package as its provider could: the index is made, signed and stamped anew. */
export async function resignPackage(
  folder: string,
  change: {
    readonly config: string;
    readonly records: (text: string) => string;
    readonly index: (text: string) => string;
  },
): Promise<void> {
  const reading = readConfig(change.config);
  assert.ok(reading.ok);
  const around = completed({ journal: silentJournal });
  await using stack = new AsyncDisposableStack();
  const signer = await openSigner(reading.config, { around, stack });
  const stamper = await openStamper(reading.config, around);
  assert.ok(stamper !== null);
  const at = (name: string) => join(folder, name);
  const before = readFileSync(at('records.jsonl'));
  const after = Buffer.from(change.records(before.toString()));
  const [old, young] = [hash('sha256', before), hash('sha256', after)];
  const index = Buffer.from(change.index(readFileSync(at('index.xml'), 'utf8').replace(old, young)));
  const signed = await signer.seal(index, around.clock.now());
  writeFileSync(at('records.jsonl'), after);
  writeFileSync(at('index.xml'), index);
  writeFileSync(at('index.xml.p7m'), signed);
  writeFileSync(at('index.xml.p7m.tsr'), await stamper.stamp(signed));
}
