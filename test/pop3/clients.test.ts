// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { ADDRESS, openPop3House, PASSWORD, type Pop3House, sha256 } from './house.ts';
import { ALL_MESSAGES, completed, MESSAGES } from './messages.ts';

const execute = promisify(execFile);

/** A house with these messages in its INBOX. */
async function houseWith(messages: readonly Buffer[]): Promise<Pop3House> {
  const house = await openPop3House();
  for (const message of messages) await house.deliver(message);
  return house;
}

/** What a program delivered into a Maildir, hashed with the line ends of the wire, sorted. */
function hashesOfMaildir(maildir: string): string[] {
  return (
    readdirSync(join(maildir, 'new'))
      .map((name) => readFileSync(join(maildir, 'new', name), 'latin1').replaceAll(/\r?\n/g, '\r\n'))
      // getmail puts the envelope sender first, which it does not know here.
      .map((text) => text.replace(/^Return-Path: <unknown>\r\n/, ''))
      .map((text) => sha256(Buffer.from(text, 'latin1')))
      .sort()
  );
}

/** A script that puts what it reads into the Maildir: as root some programs deliver through another only. */
function writeDelivery(house: Pop3House, maildir: string): string {
  return writeSecret(house, 'deliver.sh', ['#!/bin/sh', `cat > "${maildir}/new/$$"`]);
}

function makeMaildir(house: Pop3House): string {
  const maildir = join(house.folder, 'Maildir');
  for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(maildir, part), { recursive: true });
  return maildir;
}

/** Writes a file that programs insist only its owner can read. */
function writeSecret(house: Pop3House, name: string, lines: readonly string[]): string {
  const path = join(house.folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

suite('POP3 clients that are not ours', { timeout: 60_000 }, () => {
  for (const kind of ['tls', 'stls'] as const) {
    test(`DP-27 Python's poplib fetches every octet over ${kind} and removes one message`, async () => {
      await using house = await houseWith(ALL_MESSAGES);
      const port = kind === 'tls' ? house.pop3s : house.pop3;
      const script = join(import.meta.dirname, 'poplib-session.py');
      const words = [script, kind, String(port), house.caFile, ADDRESS, PASSWORD];
      const found = JSON.parse((await execute('python3', words)).stdout);
      assert.equal(found.count, ALL_MESSAGES.length);
      assert.deepEqual(
        found.sizes,
        ALL_MESSAGES.map((message) => message.length),
      );
      assert.deepEqual(
        found.hashes,
        ALL_MESSAGES.map((message) => sha256(completed(message))),
      );
      // Header, empty line and one line, where the body has one.
      assert.deepEqual(found.tops, [3, 3, 2, 3, 4, 3, 3, 3]);
      assert.equal(new Set(found.ids).size, ALL_MESSAGES.length);
      assert.match(found.utf8, /-ERR UTF8 is not supported/);
      assert.deepEqual(Object.keys(found.capabilities).includes('STLS'), false);
      assert.equal(house.store.listMessages(house.inbox).length, ALL_MESSAGES.length - 1);
    });
  }

  test('curl fetches every octet, by AUTH PLAIN, and shows the list', async () => {
    await using house = await houseWith(ALL_MESSAGES);
    const common = ['--silent', '--show-error', '--cacert', house.caFile, '--user', `${ADDRESS}:${PASSWORD}`];
    const curl = async (url: string) => {
      const options = { encoding: 'buffer', maxBuffer: 8 * 1024 * 1024 } as const;
      return (await execute('curl', [...common, '--ssl-reqd', url], options)).stdout;
    };
    assert.match((await curl(`pop3s://127.0.0.1:${house.pop3s}/`)).toString(), /^1 \d+\r\n2 /);
    for (const [index, message] of ALL_MESSAGES.entries()) {
      const fetched = await curl(`pop3://127.0.0.1:${house.pop3}/${index + 1}`);
      assert.equal(sha256(fetched), sha256(completed(message)), `message ${index + 1}`);
    }
  });

  test('fetchmail fetches all and leaves nothing', async () => {
    await using house = await houseWith(MESSAGES);
    const maildir = makeMaildir(house);
    const script = writeDelivery(house, maildir);
    // Its certificate check knows names only.
    const server = `poll localhost protocol POP3 port ${house.pop3s} uidl`;
    const user = `user "${ADDRESS}" password "${PASSWORD}" ssl sslcertfile "${house.caFile}" sslcertck`;
    const options = `options no rewrite no keep mda "/bin/sh ${script}"`;
    const settings = writeSecret(house, 'fetchmailrc', ['set invisible', `${server} ${user} ${options}`]);
    const env = { ...process.env, HOME: house.folder, FETCHMAILHOME: house.folder };
    await execute('fetchmail', ['-f', settings, '--nodetach', '--nosyslog'], { env });
    assert.deepEqual(hashesOfMaildir(maildir), MESSAGES.map((message) => sha256(message)).sort());
    assert.equal(house.store.listMessages(house.inbox).length, 0);
  });

  test('getmail fetches all once, by unique id, and leaves them', async () => {
    await using house = await houseWith(MESSAGES);
    const maildir = makeMaildir(house);
    writeSecret(house, 'getmailrc', [
      '[retriever]',
      'type = SimplePOP3SSLRetriever',
      'server = 127.0.0.1',
      `port = ${house.pop3s}`,
      `username = ${ADDRESS}`,
      `password = ${PASSWORD}`,
      `ca_certs = ${house.caFile}`,
      '[destination]',
      'type = MDA_external',
      'path = /bin/sh',
      `arguments = ("${writeDelivery(house, maildir)}",)`,
      'allow_root_commands = true',
      '[options]',
      'read_all = false',
      'delete = false',
      'delivered_to = false',
      'received = false',
      'verbose = 0',
    ]);
    const getmail = () => execute('getmail', ['--getmaildir', house.folder, '--rcfile', 'getmailrc']);
    await getmail();
    await getmail();
    assert.deepEqual(hashesOfMaildir(maildir), MESSAGES.map((message) => sha256(message)).sort());
    assert.equal(house.store.listMessages(house.inbox).length, MESSAGES.length);
  });

  test('mpop pipelines and fetches all, over STLS', async () => {
    await using house = await houseWith(MESSAGES);
    const maildir = makeMaildir(house);
    const settings = writeSecret(house, 'mpoprc', [
      'account prova',
      'host 127.0.0.1',
      `port ${house.pop3}`,
      'tls on',
      'tls_starttls on',
      `tls_trust_file ${house.caFile}`,
      'auth plain',
      'pipelining on',
      `user ${ADDRESS}`,
      `password ${PASSWORD}`,
      'received_header off',
      `uidls_file ${join(house.folder, 'uidls')}`,
      `delivery maildir ${maildir}`,
      'keep off',
    ]);
    await execute('mpop', [`--file=${settings}`, '--quiet', 'prova']);
    assert.deepEqual(hashesOfMaildir(maildir), MESSAGES.map((message) => sha256(message)).sort());
    assert.equal(house.store.listMessages(house.inbox).length, 0);
  });
});

/** Octets of a message that is nowhere: made as it is read. */
const LINE = Buffer.from(`${'.x'.repeat(38)}\r\n`);
const CHUNK = Buffer.concat(Array<Buffer>(3277).fill(LINE));
const CHUNKS = Math.ceil((100 * 1024 * 1024) / CHUNK.length);

test('a message of 100 MB is sent in bounded memory, octet by octet', { timeout: 60_000 }, async () => {
  await using house = await openPop3House({
    wrap: (store) => ({
      findFolder: (...which) => store.findFolder(...which),
      listMessages: (...which) => store.listMessages(...which),
      commit: (step) => store.commit(step),
      findContent(id) {
        const content = store.findContent(id);
        if (content === undefined) return undefined;
        async function* large(): AsyncGenerator<Buffer> {
          for (let count = 0; count < CHUNKS; count++) yield Buffer.from(CHUNK);
        }
        const { octets } = content;
        const many = {
          size: CHUNK.length * CHUNKS,
          read: octets.read.bind(octets),
          slices: octets.slices.bind(octets),
          stream: large,
        };
        return { ...content, octets: many };
      },
    }),
  });
  await house.deliver('Subject: x\r\n\r\n');
  const before = process.memoryUsage.rss();
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss() - before);
  }, 20);
  const hash = createHash('sha256');
  const url = `pop3s://127.0.0.1:${house.pop3s}/1`;
  const words = ['--silent', '--cacert', house.caFile, '--user', `${ADDRESS}:${PASSWORD}`, url];
  const curl = spawn('curl', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const chunk of curl.stdout) hash.update(chunk);
  clearInterval(timer);
  const expected = createHash('sha256');
  for (let count = 0; count < CHUNKS; count++) expected.update(CHUNK);
  assert.equal(hash.digest('hex'), expected.digest('hex'));
  assert.ok(most < 80 * 1024 * 1024, `${Math.round(most / 1024 / 1024)} MB more while sending`);
});
