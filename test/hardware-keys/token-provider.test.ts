// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { hashPassword } from '../../src/mailroom/accounts/passwords.ts';
import { AlertBoard } from '../../src/platform/alerts.ts';
import { type Config, readConfig } from '../../src/platform/config/config.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { Provider } from '../../src/provider.ts';
import { runCommand } from '../cli/captured.ts';
import { opensslAccepts } from '../openssl/test-authority.ts';
import { KEY_LABEL, SOFTHSM_MODULE, SoftToken, TOKEN_LABEL, tokenProcesses } from './soft-token.ts';

const root = mkdtempSync(join(tmpdir(), 'token-provider-'));
after(() => rmSync(root, { recursive: true }));
const at = (...names: string[]) => join(root, ...names);
const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.alfa.test';
const PASSWORD = 'Un segreto lungo 1';

async function run(...line: string[]): Promise<string> {
  const { code, out, err } = await runCommand(...line);
  assert.equal(code, 0, `${line.join(' ')}: ${out}${err}`);
  return out;
}

/** The configuration of a provider whose key is in the token; its certificate may still be missing. */
function configured(token: SoftToken): string {
  const own = (name: string) => at('authority', 'providers', 'alfa', name);
  const ours = (name: string) => at('authority', 'public', name);
  const door = { host: '127.0.0.1', port: 0 };
  const config = {
    folder: at('data'),
    provider: {
      name: 'Gestore Alfa S.p.A.',
      hostname: 'mail.pec.alfa.test',
      serviceAddress: 'posta-certificata@pec.alfa.test',
      serviceMailbox: 'ricevute@pec.alfa.test',
      domains: ['pec.alfa.test'],
    },
    listen: {
      submission: door,
      submissionStarttls: null,
      exchange: door,
      imaps: null,
      imap: null,
      pop3s: door,
      pop3: null,
    },
    tls: {
      certificateFile: own('server-1.pem'),
      keyFile: own('server-1.key'),
      peerCaFile: ours('tls-ca.pem'),
    },
    signing: {
      kind: 'pkcs11',
      pkcs11: {
        moduleFile: SOFTHSM_MODULE,
        tokenLabel: TOKEN_LABEL,
        keyLabel: KEY_LABEL,
        pinFile: token.pinFile,
      },
      certificateFile: own('signature-1.pem'),
      chainFile: ours('signing-ca.pem'),
    },
    trust: {
      anchorsFile: ours('ca.pem'),
      intermediatesFile: ours('signing-ca.pem'),
      revocationFiles: [at('lists', 'root.crl'), at('lists', 'signing.crl')],
    },
    directory: { file: at('authority', 'igpec.ldif.p7m'), signerFile: ours('index-signer.pem') },
    antivirus: { scanner: 'none' },
    watch: { listen: null },
  };
  const path = at('alfa.yaml');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** From a key in a token to an index that knows its certificate. */
async function certify(config: string): Promise<void> {
  const authority = at('authority');
  const record = at('alfa.ldif.p7m');
  const request = at('alfa.csr');
  await run('authority', 'init', authority, '--name', 'Autorità', '--base-url', 'http://127.0.0.1:9');
  await run('key', 'csr', '--config', config, '--to', request);
  const names = ['--name', 'Gestore Alfa S.p.A.', '--service-address', 'posta-certificata@pec.alfa.test'];
  const rest = ['--host', 'mail.pec.alfa.test', '127.0.0.1', '--record', record, '--csr', request];
  await run('authority', 'provider', 'add', authority, 'alfa', ...names, ...rest);
  await run('index-record', '--config', config, '--to', record);
  await run('authority', 'sign-index', authority);
  await run('authority', 'crl', authority, '--to', at('lists'));
}

async function start(config: Config, alerts: AlertBoard): Promise<Provider> {
  const provider = await Provider.start(config, { journal: silentJournal, alerts });
  const passwordHash = await hashPassword(PASSWORD);
  for (const [address, holder] of [
    [ANNA, 'Ufficio Anna'],
    [CARLA, 'Ufficio Carla'],
  ] as const)
    await provider.putMailbox({ address, holder, passwordHash });
  writeFileSync(at('password'), `${PASSWORD}\n`, { mode: 0o600 });
  return provider;
}

function send(provider: Provider, ...more: readonly string[]) {
  const { submission = 0, pop3s = 0 } = provider.ports;
  const where = [
    '--host',
    '127.0.0.1',
    '--port',
    `${submission}`,
    '--pop-port',
    `${pop3s}`,
    '--ca',
    at('authority', 'public', 'ca.pem'),
  ];
  const who = ['--from', ANNA, '--to', CARLA, '--text', 'Ciao', '--password-file', at('password')];
  return runCommand('send', ...who, ...where, ...more);
}

/** As many messages are in the sender's mailbox, and openssl takes each of them. */
async function allVerify({ store }: Provider, count: number): Promise<void> {
  const mailbox = store.findMailbox(ANNA);
  assert.ok(mailbox);
  const messages = store.listFolders(mailbox.id).flatMap(({ id }) => store.listMessages(id));
  assert.equal(messages.length, count);
  const roots = ['-CAfile', at('authority', 'public', 'ca.pem'), '-out', '/dev/null'];
  for (const { content } of messages) {
    const found = store.findContent(content);
    assert.ok(found);
    const file = at('message.eml');
    writeFileSync(file, await found.octets.read(0, found.size));
    assert.ok(opensslAccepts(['cms', '-verify', '-in', file, ...roots]));
  }
}

suite('a provider whose key is in a hardware module', { concurrency: false }, () => {
  test('SIG-5 SEC-9 certified by its request, it certifies mail; while the token is away, nothing is lost', async () => {
    using token = new SoftToken();
    const path = configured(token);
    await certify(path);
    const reading = readConfig(path);
    assert.ok(reading.ok, JSON.stringify(reading));
    const alerts = new AlertBoard(silentJournal);
    {
      await using provider = await start(reading.config, alerts);
      await run('key', 'self-test', '--config', path, '--seconds', '0.2');
      const sent = await send(provider);
      assert.equal(sent.code, 0, sent.out + sent.err);
      await allVerify(provider, 2);

      token.takeAway();
      for (const pid of tokenProcesses()) process.kill(pid, 'SIGKILL');
      const records = provider.store.lastSequence();
      for (const _ of [1, 2]) {
        const refused = await send(provider, '--no-wait');
        assert.notEqual(refused.code, 0);
        assert.match(refused.out + refused.err, /\b451\b/);
      }
      assert.equal(provider.store.lastSequence(), records, 'a refused submission leaves nothing behind');
      assert.deepEqual(
        alerts
          .current()
          .map(({ code }) => code)
          .filter((code) => code.startsWith('signing')),
        ['signing-failing'],
      );
      const test = await runCommand('key', 'self-test', '--config', path, '--lang', 'en');
      assert.equal(test.code, 1);
      assert.match(test.out, /signing\.pkcs11: .*no token of that name/);

      token.bringBack();
      // The token is left alone for a moment after it was missed.
      for (;;) {
        const { code, out, err } = await send(provider);
        if (code === 0) break;
        assert.match(out + err, /\b451\b/);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      await allVerify(provider, 4);
      assert.ok(!alerts.current().some(({ code }) => code === 'signing-failing'));
    }
    assert.deepEqual(tokenProcesses(), []);
  });
});
