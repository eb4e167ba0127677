// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { createTransport } from 'nodemailer';
import { text, type Written, withAttachments, write } from './letter.ts';
import { assertUntouched, type Fetched, Message } from './message.ts';
import { Outside, type User } from './outside.ts';
import { assertEverything } from './verdicts.ts';

const run = promisify(execFile);
/** Programs that wait for ever should not make us wait for ever. */
const LIMITS = { timeout: 60_000, maxBuffer: 1 << 24 };

function execute(program: string, words: readonly string[], env = process.env) {
  return run(program, [...words], { ...LIMITS, env, encoding: 'latin1' });
}

suite('mail programs that people use', { timeout: 300_000 }, () => {
  let outside: Outside;
  let folder: string;
  let sender: User;
  let reader: User;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ceralacca-clients-'));
    outside = await Outside.open();
    sender = outside.user('molino.santacqua@imprese.alfa.test');
    reader = outside.user('studio.girasole@imprese.beta.test');
  });
  after(async () => {
    await outside[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes a file that programs insist only its owner can read. */
  function secret(name: string, lines: readonly string[]): string {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
    return path;
  }

  suite('that send', () => {
    const newLetter = (name: string) =>
      write({
        from: sender.address,
        to: [reader.address],
        subject: `Con ${name}`,
        ...withAttachments([
          { name: 'atto.pdf', type: 'application/pdf', content: Buffer.alloc(40_000, name) },
        ]),
      });

    /** The message arrived untouched, and both receipts came back. */
    async function certified({ message, reference }: Written): Promise<void> {
      await sender.receivesOne('accettazione', { reference });
      await sender.receivesOne('avvenuta-consegna', { reference });
      const envelope = await reader.receivesOne('posta-certificata', { reference });
      assertUntouched(envelope.original, message, envelope.data.identificativo);
    }

    const curl = async (url: string, letter: Written, ...further: string[]) => {
      const file = secret('letter.eml', []);
      writeFileSync(file, letter.message);
      const { caFile } = outside.demo.world;
      const login = ['--user', `${sender.address}:${sender.facts.password}`];
      const path = ['--mail-from', sender.address, ...letter.to.flatMap((to) => ['--mail-rcpt', to])];
      await execute('curl', [
        '--silent',
        '--show-error',
        '--cacert',
        caFile,
        ...login,
        ...path,
        ...further,
        '--upload-file',
        file,
        url,
      ]);
    };

    test('AP-1 curl, over implicit TLS and over STARTTLS', async () => {
      const first = newLetter('curl');
      await curl(`smtps://127.0.0.1:${sender.facts.submission.port}/client.test`, first);
      await certified(first);
      const second = newLetter('curl e STARTTLS');
      await curl(
        `smtp://127.0.0.1:${sender.facts.starttls.port}/client.test`,
        second,
        '--ssl-reqd',
        '--login-options',
        'AUTH=LOGIN',
      );
      await certified(second);
    });

    for (const [name, settings] of [
      ['implicit TLS', ['tls_starttls off']],
      ['STARTTLS', ['tls_starttls on']],
    ] as const) {
      test(`AP-1 msmtp, over ${name}`, async () => {
        const letter = newLetter(`msmtp ${name}`);
        const door = name === 'STARTTLS' ? sender.facts.starttls : sender.facts.submission;
        const file = secret('msmtprc', [
          'account prova',
          'host 127.0.0.1',
          `port ${door.port}`,
          'auth on',
          `user ${sender.address}`,
          `password ${sender.facts.password}`,
          `from ${sender.address}`,
          'tls on',
          ...settings,
          `tls_trust_file ${outside.demo.world.caFile}`,
        ]);
        const child = execute('msmtp', ['-C', file, '-a', 'prova', '--', ...letter.to]);
        // Like sendmail it takes lines as this system ends them.
        child.child.stdin?.end(letter.message.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
        await child;
        await certified(letter);
      });
    }

    test('AP-1 swaks, through a pipe of openssl s_client', async () => {
      const letter = newLetter('swaks');
      const file = secret('swaks.eml', []);
      // It ends each line, and adds an end to the last one.
      const lines = letter.message.toString('latin1').replaceAll('\r\n', '\n').replace(/\n$/, '');
      writeFileSync(file, lines, 'latin1');
      const { submission, password } = sender.facts;
      const pipe = `openssl s_client -quiet -verify_return_error -CAfile ${outside.demo.world.caFile} -connect 127.0.0.1:${submission.port}`;
      const login = ['--auth', 'PLAIN', '--auth-user', sender.address, '--auth-password', password];
      const words = [
        '--pipe',
        pipe,
        ...login,
        '--from',
        sender.address,
        '--to',
        letter.to.join(','),
        '--data',
        `@${file}`,
        '--helo',
        'client.test',
      ];
      const { stdout } = await execute('swaks', words);
      assert.match(stdout, /^<- {2}250 .*accepted as /m);
      await certified(letter);
    });

    test('SEC-2 swaks finds no login in the clear', async () => {
      const words = [
        '--server',
        '127.0.0.1',
        '--port',
        String(sender.facts.starttls.port),
        '--auth',
        '--auth-user',
        'x',
        '--auth-password',
        'y',
        '--quit-after',
        'AUTH',
      ];
      const refused = await execute('swaks', words).then(
        () => assert.fail('swaks logged in'),
        (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
      );
      assert.match(refused, /STARTTLS/);
      assert.doesNotMatch(refused, /250[- ]AUTH/);
    });

    test('AP-1 nodemailer, with its own composer, over one connection', async () => {
      const { submission, password } = sender.facts;
      const transport = createTransport({
        host: '127.0.0.1',
        port: submission.port,
        secure: true,
        pool: true,
        maxConnections: 1,
        auth: { user: sender.address, pass: password },
        tls: { ca: readFileSync(outside.demo.world.caFile) },
      });
      try {
        for (const subject of ['Perché nodemailer', 'Ancora']) {
          const { messageId, response } = await transport.sendMail({
            from: { name: 'Molino Santacqua', address: sender.address },
            to: reader.address,
            subject,
            text: text(3000),
            html: '<p>Lo stesso, più bello</p>',
            attachments: [{ filename: 'perché.txt', content: 'allegato' }],
          });
          assert.match(response, /^250 2\.0\.0 accepted as /);
          const receipt = await sender.receivesOne('avvenuta-consegna', { reference: messageId });
          assert.equal(receipt.data.oggetto, subject);
          await sender.receivesOne('accettazione', { reference: messageId });
          await reader.receivesOne('posta-certificata', { reference: messageId });
        }
      } finally {
        transport.close();
      }
    });
  });

  suite('that fetch', () => {
    let reference: string;
    const names = ['fetchmail', 'getmail', 'mpop', 'curl'] as const;
    const readers = {
      fetchmail: 'cantina.roccaverde@imprese.beta.test',
      getmail: 'ceramiche.tornio@imprese.beta.test',
      mpop: 'costruzioni.bellaria@imprese.beta.test',
      curl: 'panificio.spigabruna@imprese.beta.test',
    };

    before(async () => {
      const to = names.map((name) => readers[name]);
      const letter = write({ from: sender.address, to, subject: 'Da ritirare', body: text(20_000) });
      reference = letter.reference;
      await sender.submits(letter);
      await sender.receives('avvenuta-consegna', { reference, count: to.length });
    });

    /** What the program brought is the one envelope, whole: its signature holds. */
    async function brought(octets: readonly Buffer[], address: string): Promise<void> {
      assert.equal(octets.length, 1);
      const [one] = octets;
      assert.ok(one);
      const fetched = await outside.agent.ask<Omit<Fetched, 'uid'>>({
        do: 'read',
        message: one.toString('base64'),
      });
      const message = new Message(address, { uid: '1', ...fetched });
      assert.deepEqual([message.pec.kind, message.pec.reference], ['posta-certificata', reference]);
      await assertEverything([message], outside.demo.world);
    }

    function maildir(name: string): string {
      const path = join(folder, `Maildir-${name}`);
      for (const part of ['new', 'cur', 'tmp']) mkdirSync(join(path, part), { recursive: true });
      return path;
    }

    /** Files of a maildir, with the line ends of the wire, without what getmail puts first. */
    function filesOf(path: string): Buffer[] {
      return readdirSync(join(path, 'new'))
        .map((name) => readFileSync(join(path, 'new', name), 'latin1').replaceAll(/\r?\n/g, '\r\n'))
        .map((octets) => Buffer.from(octets.replace(/^Return-Path: <unknown>\r\n/, ''), 'latin1'));
    }

    const delivery = (path: string) => secret('deliver.sh', ['#!/bin/sh', `cat > "${path}/new/$$"`]);

    test('DP-27 fetchmail', async () => {
      const { address, facts } = outside.user(readers.fetchmail);
      const path = maildir('fetchmail');
      const settings = secret('fetchmailrc', [
        'set invisible',
        // Its certificate check knows names only.
        `poll localhost protocol POP3 port ${facts.pop3s} uidl`,
        `user "${address}" password "${facts.password}" ssl sslcertfile "${outside.demo.world.caFile}" sslcertck`,
        `options no rewrite no keep mda "/bin/sh ${delivery(path)}"`,
      ]);
      const env = { ...process.env, HOME: folder, FETCHMAILHOME: folder };
      await execute('fetchmail', ['-f', settings, '--nodetach', '--nosyslog'], env);
      await brought(filesOf(path), address);
    });

    test('DP-27 getmail', async () => {
      const { address, facts } = outside.user(readers.getmail);
      const path = maildir('getmail');
      secret('getmailrc', [
        '[retriever]',
        'type = SimplePOP3SSLRetriever',
        'server = 127.0.0.1',
        `port = ${facts.pop3s}`,
        `username = ${address}`,
        `password = ${facts.password}`,
        `ca_certs = ${outside.demo.world.caFile}`,
        '[destination]',
        'type = MDA_external',
        'path = /bin/sh',
        `arguments = ("${delivery(path)}",)`,
        'allow_root_commands = true',
        '[options]',
        'delete = true',
        'delivered_to = false',
        'received = false',
        'verbose = 0',
      ]);
      await execute('getmail', ['--getmaildir', folder, '--rcfile', 'getmailrc']);
      await brought(filesOf(path), address);
    });

    test('DP-27 mpop', async () => {
      const { address, facts } = outside.user(readers.mpop);
      const path = maildir('mpop');
      const settings = secret('mpoprc', [
        'account prova',
        'host 127.0.0.1',
        `port ${facts.pop3s}`,
        'tls on',
        'tls_starttls off',
        `tls_trust_file ${outside.demo.world.caFile}`,
        `user ${address}`,
        `password ${facts.password}`,
        'received_header off',
        `uidls_file ${join(folder, 'uidls')}`,
        `delivery maildir ${path}`,
        'keep off',
      ]);
      await execute('mpop', [`--file=${settings}`, '--quiet', 'prova']);
      await brought(filesOf(path), address);
    });

    test('DP-27 curl', async () => {
      const { address, facts } = outside.user(readers.curl);
      const words = [
        '--silent',
        '--show-error',
        '--cacert',
        outside.demo.world.caFile,
        '--user',
        `${address}:${facts.password}`,
      ];
      const curl = async (...more: string[]) =>
        Buffer.from((await execute('curl', [...words, ...more])).stdout, 'latin1');
      const url = `pop3s://127.0.0.1:${facts.pop3s}`;
      assert.match((await curl(`${url}/`)).toString(), /^1 \d+\r\n$/);
      await brought([await curl(`${url}/1`)], address);
      await curl('--head', '--request', 'DELE', `${url}/1`);
      assert.equal((await curl(`${url}/`)).toString().trim(), '');
    });

    test('what was fetched away is gone', async () => {
      for (const name of names) {
        const left = await outside.user(readers[name]).fetches();
        assert.deepEqual(left, [], name);
      }
    });
  });

  test('SIG-1 openssl and xmllint accept all receipts', () =>
    assertEverything(outside.collected, outside.demo.world));
});
