// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { FixedClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config/config.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { Provider } from '../../src/provider.ts';
import { readDirectory } from '../../src/trust/provider-directory/directory-reader.ts';
import { emptySnapshot } from '../../src/trust/provider-directory/directory-snapshot.ts';
import { readPemCertificates } from '../../src/trust/signing/authorities.ts';
import { Captured } from '../cli/captured.ts';
import { freePort } from './free-port.ts';

const root = mkdtempSync(join(tmpdir(), 'own-authority-'));
after(() => rmSync(root, { recursive: true }));
const folder = join(root, 'authority');
const at = (...names: string[]) => join(folder, ...names);
const clock = new FixedClock(Date.now());

async function run(...line: string[]): Promise<string> {
  const captured = new Captured({ clock, ids: randomIds });
  const code = await runCommandLine(line, captured);
  assert.equal(code, 0, `${line.join(' ')}: ${captured.stdout.text}${captured.stderr.text}`);
  return captured.stdout.text;
}

/** A configuration of Alfa that signs with that key; nothing of it listens but its publication. */
function configured(port: number, keys: { readonly signs: string; readonly beside?: string }): string {
  const own = (name: string) => at('providers', 'alfa', name);
  const ours = (name: string) => at('public', name);
  const doors = ['submission', 'submissionStarttls', 'exchange', 'imaps', 'imap', 'pop3s', 'pop3'];
  const config = {
    folder: join(root, 'data'),
    provider: {
      name: 'Gestore Alfa S.p.A.',
      hostname: 'mail.pec.alfa.test',
      serviceAddress: 'posta-certificata@pec.alfa.test',
      serviceMailbox: 'ricevute@pec.alfa.test',
      domains: ['pec.alfa.test'],
    },
    listen: Object.fromEntries(doors.map((door) => [door, null])),
    tls: {
      certificateFile: own('server-1.pem'),
      keyFile: own('server-1.key'),
      peerCaFile: ours('tls-ca.pem'),
    },
    signing: {
      keyFile: own(`${keys.signs}.key`),
      certificateFile: own(`${keys.signs}.pem`),
      chainFile: ours('signing-ca.pem'),
    },
    trust: { anchorsFile: ours('ca.pem'), intermediatesFile: ours('signing-ca.pem') },
    directory: { file: at('igpec.ldif.p7m'), signerFile: ours('index-signer.pem') },
    publication: {
      url: `https://127.0.0.1:${port}/igpec/alfa.ldif.p7m`,
      listen: { port },
      description: 'Ambiente di prova',
      environments: {
        'Ambiente secondario': {
          serviceMailbox: 'ricevute@secondario.alfa.test',
          domains: ['secondario.alfa.test'],
          // From the folder of the configuration.
          certificatesFile: `authority/providers/alfa/${keys.signs}.pem`,
        },
      },
      ...(keys.beside !== undefined && { otherCertificatesFile: own(`${keys.beside}.pem`) }),
    },
    antivirus: { scanner: 'none' },
    watch: { listen: null },
  };
  const path = join(root, 'alfa.yaml');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Alfa at work, while something is done. */
async function whileRunning(path: string, work: () => Promise<void>): Promise<void> {
  const reading = readConfig(path);
  assert.ok(reading.ok, JSON.stringify(reading));
  await using _ = await Provider.start(reading.config, { journal: silentJournal, clock, ids: randomIds });
  await work();
}

/** SHA-1 of Alfa's certificates in the index. */
async function indexed(domain = 'pec.alfa.test'): Promise<readonly string[]> {
  const pem = readFileSync(at('public', 'index-signer.pem'), 'utf8');
  const reading = await readDirectory(readFileSync(at('igpec.ldif.p7m')), {
    authorities: readPemCertificates(pem, 'signer').map(({ der }) => der),
    at: clock.now(),
    previous: emptySnapshot,
  });
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.snapshot.findByDomain(domain)?.certificateHashes ?? [];
}

function hashOf(name: string): string | undefined {
  const pem = readFileSync(at('providers', 'alfa', `${name}.pem`), 'utf8');
  return readPemCertificates(pem, name)[0]?.sha1;
}

/** What the server answers: status and media type. */
function asked(url: string, method = 'GET'): Promise<readonly [number | undefined, string | undefined]> {
  const ca = readFileSync(at('public', 'tls-ca.pem'));
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca, method, agent: false }, (response) => {
      response.resume();
      resolve([response.statusCode, response.headers['content-type']]);
    });
    sent.on('error', reject).end();
  });
}

suite('a provider and an authority of one’s own', { concurrency: false }, () => {
  test('DIR-1 DIR-2 DIR-7 DIR-8 DIR-9 DIR-5 the first record as a file, then over HTTPS; a change of key from end to end', async () => {
    const port = await freePort();
    const url = `https://127.0.0.1:${port}/igpec/alfa.ldif.p7m`;
    await run('authority', 'init', folder, '--name', 'Autorità', '--base-url', 'http://127.0.0.1:8080');
    const names = ['--name', 'Gestore Alfa S.p.A.', '--service-address', 'posta-certificata@pec.alfa.test'];
    const hosts = ['--host', 'mail.pec.alfa.test', '127.0.0.1', '--record', url];
    await run('authority', 'provider', 'add', folder, 'alfa', ...names, ...hosts);
    const first = configured(port, { signs: 'signature-1' });
    const file = join(root, 'alfa.ldif.p7m');
    await run('index-record', '--config', first, '--to', file);
    await run('authority', 'sign-index', folder, '--record', `alfa=${file}`);
    assert.deepEqual(await indexed(), [hashOf('signature-1')]);
    assert.deepEqual(await indexed('secondario.alfa.test'), [hashOf('signature-1')]);

    await whileRunning(first, async () => {
      assert.deepEqual(await asked(url), [200, 'application/pkcs7-mime; smime-type=signed-data']);
      assert.deepEqual(await asked(url, 'POST'), [405, undefined]);
      assert.deepEqual(await asked(`${url}.bak`), [404, undefined]);
      clock.advance(1000);
      assert.match(await run('authority', 'sign-index', folder), /alfa: record nuovo accolto/);
    });

    await run('authority', 'provider', 'renew', folder, 'alfa');
    clock.advance(2 * 3_600_000);
    // The old key signs, and says which comes next.
    await whileRunning(configured(port, { signs: 'signature-1', beside: 'signature-2' }), async () => {
      await run('authority', 'sign-index', folder);
    });
    assert.deepEqual(await indexed(), [hashOf('signature-1'), hashOf('signature-2')]);
    clock.advance(2 * 3_600_000);
    // The new key signs; the old certificate stays for what still travels.
    await whileRunning(configured(port, { signs: 'signature-2', beside: 'signature-1' }), async () => {
      await run('authority', 'sign-index', folder);
      clock.advance(2 * 3_600_000);
      const list = await run('authority', 'provider', 'list', folder, '--json');
      const { providers } = JSON.parse(list) as {
        providers: { certificates: { serial: string; sha1: string }[] }[];
      };
      const old = providers[0]?.certificates.find(({ sha1 }) => sha1 === hashOf('signature-1'));
      await run('authority', 'provider', 'revoke', folder, 'alfa', '--serial', old?.serial ?? '');
      assert.deepEqual(await indexed(), [hashOf('signature-2')]);
      // The record still names what was revoked: it is taken, and that is left out.
      const signed = await run('authority', 'sign-index', folder);
      assert.match(signed, /alfa: record nuovo accolto\n {2}certificati tolti: 1/);
      assert.deepEqual(await indexed(), [hashOf('signature-2')]);
    });
  });
});
