// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { World } from './world.ts';

const run = promisify(execFile);

/** The DTD as the specification prints it, so that what we write is not judged by our own copy. */
function dtdOfSpecification(): string {
  const specification = readFileSync(join(import.meta.dirname, '../../spec/pec.md'), 'utf8');
  const dtd = /```dtd\n([\s\S]*?)```/.exec(specification)?.[1];
  assert.ok(dtd);
  return dtd;
}

/** xmllint accepts every `daticert.xml` there is against the DTD; returns how many there were. */
export async function checkCertificationData(world: World): Promise<number> {
  const folder = join(world.folder, 'xml');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'daticert.dtd'), dtdOfSpecification());
  const files: string[] = [];
  for (const { seen } of await world.everything()) {
    if (seen.xml === undefined) continue;
    files.push(`${files.length}.xml`);
    writeFileSync(join(folder, `${files.length - 1}.xml`), seen.xml);
  }
  if (files.length === 0) return 0;
  execFileSync('xmllint', ['--noout', '--nonet', '--dtdvalid', 'daticert.dtd', ...files], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return files.length;
}

/** What openssl says of a message's signature: the signed entity, or why it does not hold. */
export async function opensslVerifies(
  octets: Buffer,
  world: World,
): Promise<{ readonly good: boolean; readonly says: string }> {
  const at = String(Math.floor(world.clock.now() / 1000));
  const args = ['cms', '-verify', '-CAfile', world.caFile, '-attime', at, '-out', '/dev/null'];
  const child = run('openssl', args, { encoding: 'utf8' });
  child.child.stdin?.end(octets);
  return child.then(
    ({ stderr }) => ({ good: true, says: stderr }),
    (error: { stderr: string }) => ({ good: false, says: error.stderr }),
  );
}

/** openssl accepts the signature of every message in every mailbox, or those of one kind; returns how many. */
export async function checkSignatures(world: World, kind?: string): Promise<number> {
  const all = (await world.everything()).filter(({ seen }) => kind === undefined || seen.kind === kind);
  const waiting = [...all];
  const work = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const verdict = await opensslVerifies(next.seen.octets, world);
      assert.ok(verdict.good, `${next.owner}: ${next.seen.subject}: ${verdict.says}`);
    }
  };
  await Promise.all([work(), work()]);
  return all.length;
}
