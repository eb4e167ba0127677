// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { World } from '../../src/demo/world-file.ts';
import type { Message } from './message.ts';

const execute = promisify(execFile);

interface Verdict {
  readonly good: boolean;
  readonly says: string;
}

/** What openssl says: `cms` or `smime -verify` of a message, against the demo's ca.pem. */
export async function opensslVerifies(
  octets: Buffer,
  { caFile, program = 'cms' }: { readonly caFile: string; readonly program?: 'cms' | 'smime' },
): Promise<Verdict> {
  return run('openssl', [program, '-verify', '-CAfile', caFile, '-out', '/dev/null'], octets);
}

/** Each message holds for `openssl cms`; one of every kind and provider for `openssl smime` as well. */
export async function assertSignatures(messages: readonly Message[], caFile: string): Promise<void> {
  const kinds = new Set<string>();
  await eachOf(messages, async ({ octets, pec, owner }) => {
    const verdict = await opensslVerifies(octets, { caFile });
    assert.ok(verdict.good, `${owner}: ${pec.subject}: ${verdict.says}`);
    const kind = `${pec.kind} ${pec.from.replace(/.*@/, '')}`;
    if (kinds.has(kind)) return;
    kinds.add(kind);
    const second = await opensslVerifies(octets, { caFile, program: 'smime' });
    assert.ok(second.good, `${owner}: ${pec.subject}: ${second.says}`);
  });
}

/** xmllint accepts every daticert.xml against the DTD as the specification prints it. */
export async function assertDataValid(messages: readonly Message[]): Promise<void> {
  const specification = readFileSync(join(import.meta.dirname, '../../spec/pec.md'), 'utf8');
  const dtd = /```dtd\n([\s\S]*?)```/.exec(specification)?.[1];
  assert.ok(dtd);
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'daticert.dtd'), dtd);
    const files = messages.flatMap(({ pec }, at) => {
      if (pec.data === undefined) return [];
      writeFileSync(join(folder, `${at}.xml`), Buffer.from(pec.data.xml, 'base64'));
      return [`${at}.xml`];
    });
    if (files.length === 0) return;
    const verdict = await run(
      'xmllint',
      ['--noout', '--nonet', '--dtdvalid', 'daticert.dtd', ...files],
      undefined,
      folder,
    );
    assert.ok(verdict.good, verdict.says);
  });
}

/** The signer's certificate holds for `openssl verify`, with the revocation lists that the Authority publishes. */
export async function assertChain(message: Message, { authority, caFile }: World): Promise<string> {
  return inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    writeFileSync(at('message.eml'), message.octets);
    const lists = await Promise.all(
      ['root', 'signing'].map(async (name) => {
        const url = new URL(`${name}.crl`, authority.crlUrl);
        const response = await fetch(url);
        assert.equal(response.headers.get('content-type'), 'application/pkix-crl');
        writeFileSync(at(`${name}.crl`), Buffer.from(await response.arrayBuffer()));
        await execute('openssl', [
          'crl',
          '-inform',
          'DER',
          '-in',
          at(`${name}.crl`),
          '-out',
          at(`${name}.pem`),
        ]);
        return readFileSync(at(`${name}.pem`), 'utf8');
      }),
    );
    writeFileSync(at('crl.pem'), lists.join(''));
    await execute('openssl', [
      'cms',
      '-verify',
      '-in',
      at('message.eml'),
      '-CAfile',
      caFile,
      '-signer',
      at('signer.pem'),
      '-out',
      '/dev/null',
    ]);
    // The first certificate of the file is the root: the others are offered, not trusted.
    const [root = '', ...others] =
      readFileSync(caFile, 'utf8').match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n/g) ?? [];
    writeFileSync(at('root-ca.pem'), root);
    writeFileSync(at('others.pem'), others.join(''));
    const words = [
      'verify',
      '-x509_strict',
      '-crl_check_all',
      '-purpose',
      'smimesign',
      '-CAfile',
      at('root-ca.pem'),
      '-untrusted',
      at('others.pem'),
      '-CRLfile',
      at('crl.pem'),
      at('signer.pem'),
    ];
    const verdict = await run('openssl', words);
    assert.ok(verdict.good, verdict.says);
    return (await execute('openssl', ['x509', '-in', at('signer.pem'), '-noout', '-text'])).stdout;
  });
}

/** The demo's programs and files, for all that was collected: signatures, data and chains. */
export async function assertEverything(messages: readonly Message[], world: World): Promise<void> {
  assert.ok(messages.length > 0);
  await assertSignatures(messages, world.caFile);
  await assertDataValid(messages);
}

export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-interop-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(
  program: string,
  words: readonly string[],
  input?: Buffer,
  cwd?: string,
): Promise<Verdict> {
  const child = execute(program, [...words], { encoding: 'utf8', ...(cwd !== undefined && { cwd }) });
  child.child.stdin?.on('error', () => undefined);
  child.child.stdin?.end(input);
  return child.then(
    ({ stdout, stderr }) => ({ good: true, says: stdout + stderr }),
    (error: { stdout: string; stderr: string }) => ({ good: false, says: error.stdout + error.stderr }),
  );
}

/** Two at a time: the machine has no more hands. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const hand = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all([hand(), hand()]);
}
