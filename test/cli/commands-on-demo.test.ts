// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { checkConfigFile } from '../../src/cli/check-config.ts';
import { type SendOptions, send } from '../../src/cli/send.ts';
import { trace } from '../../src/cli/trace.ts';
import { type VerifyOptions, verify } from '../../src/cli/verify.ts';
import { Fault } from '../../src/platform/faults.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { Captured } from './captured.ts';
import { matchesGolden } from './golden.ts';
import { RunningDemo } from './running-demo.ts';

const TULLIA = 'tullia.serafini@cittadini.alfa.test';
const CASTELMORA = 'protocollo@pec.comune.castelmora.test';
const GINEVRA = 'ginevra.altobelli@cittadini.beta.test';

let demo: RunningDemo;
before(async () => {
  demo = await RunningDemo.start();
});
after(async () => {
  await demo[Symbol.asyncDispose]();
});

async function sending(options: Partial<SendOptions>) {
  const captured = new Captured({ ids: randomIds });
  const world = options.host === undefined ? { world: demo.worldFile } : {};
  const code = await send({ from: TULLIA, to: [CASTELMORA], ...world, ...options }, captured);
  return { code, text: captured.stdout.text, captured };
}

interface Story {
  readonly code: number;
  readonly outcome: string;
  readonly messageId: string;
  readonly identifier: string;
  readonly recipients: readonly {
    readonly address: string;
    readonly certified: boolean;
    readonly state: string;
  }[];
  readonly happenings: readonly {
    readonly kind: string;
    readonly sinceMs: number;
    readonly recipients: string[];
  }[];
  readonly rejection: unknown;
}

async function story(options: Partial<SendOptions>): Promise<Story> {
  const { code, captured } = await sending({ ...options, json: true });
  return { ...(captured.json as unknown as Story), code };
}

/** How the sender's mailbox is reached when nobody tells of a demo. */
function byHand(): Partial<SendOptions> & { readonly host: string } {
  const [alfa] = demo.demo.world.providers;
  assert.ok(alfa);
  const passwordFile = join(demo.folder, 'password');
  writeFileSync(passwordFile, `${alfa.mailboxes[0]?.password}\nsecond line\n`);
  return {
    host: alfa.submission.host,
    port: alfa.submission.port,
    popPort: alfa.pop3s.port,
    ca: demo.demo.world.caFile,
    passwordFile,
  };
}

suite('ceralacca send', () => {
  test('shows a message on its way, from the logs of both providers', async () => {
    const { code, text } = await sending({ subject: 'Perché no?', text: 'Ciao' });
    assert.equal(code, 0);
    const times = text.replace(/^ *\d+ ms {2}\d\d:\d\d:\d\d\.\d{3}/gm, ' TIME').replace(/\d+ ms\./, 'N ms.');
    const stable = times.replace(/[a-z0-9]{24}@/g, 'ID@').replace(/\d+ byte/, 'N byte');
    const lines = stable.trimEnd().split('\n');
    // The envelope may arrive before the sender's provider has written down that it left.
    assert.deepEqual(lines.slice(0, 4), [
      `Da ${TULLIA} a ${CASTELMORA}: "Perché`,
      'no?" (N byte)',
      ' TIME  affidato al gestore: 250 2.0.0 accepted as ID@pec.alfa.test',
      ' TIME  accettato (Gestore Alfa S.p.A.)',
    ]);
    assert.deepEqual(lines.slice(4, -1).sort(), [
      ` TIME  arrivata la ricevuta di consegna di ${CASTELMORA} (Gestore Alfa S.p.A.)`,
      ` TIME  inoltrato per ${CASTELMORA}: pec.comune.castelmora.test (Gestore Alfa S.p.A.)`,
      ` TIME  messo nella casella di ${CASTELMORA} (Gestore Beta S.r.l.)`,
      ` TIME  preso in carico per ${CASTELMORA} (Gestore Beta S.r.l.)`,
    ]);
    assert.equal(lines.at(-1), 'Consegnato: la ricevuta del destinatario certificato è arrivata in N ms.');
  });

  test('what arrives is what was sent: text, files, receipt type, copy', async () => {
    const file = join(demo.folder, 'delibera città.pdf');
    const content = Buffer.from('%PDF-1.7\n\0\xff octets', 'latin1');
    writeFileSync(file, content);
    const textFile = join(demo.folder, 'testo.txt');
    writeFileSync(textFile, 'Sì.\n.\nFine\n');
    const sent = await story({
      to: [`Ginevra <${GINEVRA}>`],
      cc: [CASTELMORA],
      subject: 'Delibera',
      textFile,
      attach: [file],
      receipt: 'breve',
    });
    assert.deepEqual([sent.code, sent.outcome], [0, 'delivered']);
    const messages = await demo.messagesOf(GINEVRA);
    const received = messages.find((message) => message.includes(sent.identifier));
    assert.ok(received);
    const path = join(demo.folder, 'received.eml');
    writeFileSync(path, received);
    const report = await verifying(path, { json: true });
    assert.equal(report.code, 0);
    const { original, certifies, checks } = report.captured.json as unknown as {
      original: { attachments: { name: string; sizeBytes: number }[]; to: string; cc: string };
      certifies: { receiptType: string };
      checks: { check: string; result: string }[];
    };
    assert.equal(certifies.receiptType, 'breve');
    const facts = original.attachments.map(({ name, sizeBytes }) => [name, sizeBytes]);
    assert.deepEqual(facts, [['delibera città.pdf', content.length]]);
    assert.deepEqual([original.to, original.cc], [`Ginevra <${GINEVRA}>`, CASTELMORA]);
    // A demo knows its index without being told.
    assert.equal(checks.find(({ check }) => check === 'index')?.result, 'passed');
  });

  test('failed, ordinary and silent recipients end with 1, 0 and 4', async () => {
    const failed = await story({ to: [CASTELMORA, 'sospesa@pec.beta.test', 'ignoto@pec.alfa.test'] });
    assert.deepEqual([failed.code, failed.outcome], [1, 'failed']);
    assert.deepEqual(
      failed.recipients.map(({ state }) => state),
      ['delivered', 'failed', 'failed'],
    );
    const ordinary = await sending({ to: ['info@posta.test'] });
    assert.equal(ordinary.code, 0);
    assert.match(ordinary.text, /\nInoltrato: i destinatari sono di posta ordinaria/);
    const silent = await sending({ to: ['sindaco@pec.silente.test', CASTELMORA], timeoutSeconds: 1.5 });
    assert.equal(silent.code, 4);
    assert.match(silent.text, /Dopo 1\.5 s manca ancora la ricevuta di sindaco@pec\.silente\.test\.\n$/);
  });

  test('a message that is not accepted ends with 1 and says why', async () => {
    // DM 2/11/2005 article 12: size times recipients.
    const file = join(demo.folder, 'large.bin');
    writeFileSync(file, Buffer.alloc(300_000));
    const to = Array.from({ length: 300 }, (_, at) => `persona${at}@posta.test`);
    const refused = await sending({ attach: [file], to });
    assert.equal(refused.code, 1);
    assert.match(refused.text, /persona2@posta\.test e altri 297: senza\soggetto/);
    assert.match(refused.text, /non accettato: .*\nNon accettato: nessuno lo riceverà\.\n$/s);
  });

  test("without a demo: the receipts in the sender's own mailbox tell", async () => {
    const told = await story({ ...byHand(), to: [CASTELMORA, 'ignoto@pec.beta.test'] });
    assert.deepEqual([told.code, told.outcome], [1, 'failed']);
    assert.deepEqual(told.happenings.map(({ kind }) => kind).sort(), [
      'accepted',
      'failed',
      'receipt',
      'submitted',
    ]);
    assert.deepEqual(
      told.recipients.map(({ certified, state }) => [certified, state]),
      [
        [true, 'delivered'],
        [true, 'failed'],
      ],
    );
    const english = await sending({ ...byHand(), lang: 'en' });
    assert.equal(english.code, 0);
    assert.match(
      english.text,
      /Delivered: the receipt of the certified recipient has arrived within \d+ ms\.\n$/,
    );
  });

  test('--no-wait leaves at once', async () => {
    const { code, text } = await sending({ wait: false });
    assert.equal(code, 0);
    assert.match(text, /\nPer seguirlo: ceralacca trace [a-z0-9]{24}@cittadini\.alfa\.test\n$/);
  });

  test('what the server refuses ends with 1, what cannot be reached is a fault', async () => {
    const wrong = join(demo.folder, 'wrong-password');
    writeFileSync(wrong, 'sbagliata\n');
    const login = await sending({ ...byHand(), passwordFile: wrong, wait: false });
    assert.equal(login.code, 1);
    assert.match(login.text, /Il server non ha accettato utente e password: 535 /);
    const foreign = await story({ ...byHand(), user: 'oreste.malaspina@cittadini.alfa.test', wait: false });
    assert.deepEqual([foreign.code, foreign.outcome], [1, 'rejected']);
    assert.equal((foreign.rejection as { refused: string }).refused, 'sender');
    const faults: readonly (readonly [Partial<SendOptions>, string])[] = [
      [{ ...byHand(), port: 1 }, 'server-unreachable'],
      [{ ...byHand(), ca: '/nowhere/ca.pem' }, 'file-unreadable'],
      [{ host: '127.0.0.1' }, 'account-unknown'],
      [{ from: 'nessuno@cittadini.alfa.test' }, 'account-unknown'],
      [{ to: ['nessuno'] }, 'address-invalid'],
      [{ attach: ['/nowhere/file.pdf'] }, 'file-unreadable'],
      [{ ...byHand(), watch: 'log' }, 'log-unknown'],
    ];
    for (const [options, expected] of faults) {
      await assert.rejects(
        () => sending(options),
        (error) => error instanceof Fault && error.code === expected,
        expected,
      );
    }
  });
});

suite('ceralacca trace and verify in a demo', () => {
  test('trace joins what both providers know, in the order of time', async () => {
    const { messageId, identifier } = await story({ subject: 'Traccia' });
    const captured = new Captured();
    assert.equal(await trace({ id: messageId, options: { world: demo.worldFile, json: true } }, captured), 0);
    const records = captured.json.records as {
      house: string;
      instant: string;
      event: string;
      identifier: string;
    }[];
    assert.deepEqual([...new Set(records.map(({ house }) => house))].sort(), [
      'Gestore Alfa S.p.A.',
      'Gestore Beta S.r.l.',
    ]);
    const instants = records.map(({ instant }) => instant);
    assert.deepEqual(instants, instants.toSorted());
    assert.ok(records.every((record) => record.identifier === identifier));
    const events = records.map(({ event }) => event);
    for (const event of ['acceptance', 'envelope-received', 'delivered', 'notification-received']) {
      assert.ok(events.includes(event), event);
    }
    const text = new Captured();
    await trace({ id: identifier, options: { world: demo.worldFile } }, text);
    assert.match(text.stdout.text, /\nquando +gestore +evento +destinatario +dettagli\n/);
  });

  test('a world that is none is a fault', async () => {
    const file = join(demo.folder, 'no-world.json');
    for (const content of ['{}', '[', 'null', '{"caFile":"x","providers":[{}]}']) {
      writeFileSync(file, content);
      await assert.rejects(
        () => trace({ id: 'x', options: { world: file } }, new Captured()),
        (error) => error instanceof Fault && error.code === 'world-unreadable',
      );
    }
  });
});

suite('ceralacca check-config', () => {
  const checking = async (change: (config: Config) => void, options = {}) => {
    const config = JSON.parse(readFileSync(join(demo.folder, 'alfa', 'config.yaml'), 'utf8')) as Config;
    change(config);
    const file = join(demo.folder, 'alfa', 'changed.yaml');
    writeFileSync(file, JSON.stringify(config));
    const captured = new Captured();
    const code = await checkConfigFile({ file, options }, captured);
    return { code, text: captured.stdout.text };
  };

  test('a good one is summed up', async () => {
    const { code, text } = await checking(() => {});
    assert.equal(code, 0, text);
    const stable = text
      .replaceAll(demo.folder, 'FOLDER')
      // Which doors there are is the configuration's business.
      .replace(/^ {2}doors .*(\n {6,}\w+ 127\.0\.0\.1:\d+)*/m, '  doors            DOORS')
      .replace(/(own record +https:\/\/127\.0\.0\.1):\d+/, '$1:PORT')
      .replace(/until .*/, 'until INSTANT')
      .replace(/[\d:T-]{19}\/[0-9a-f]{12}/, 'VERSION');
    matchesGolden('check-config', stable);
    const online = await checking(() => {}, { online: true });
    assert.equal(online.code, 0, online.text);
  });

  test('each thing that is wrong is told with its key', async () => {
    const at = (name: string) => join(demo.folder, name);
    const beta = JSON.parse(readFileSync(at('beta/config.yaml'), 'utf8')) as Config;
    writeFileSync(at('exposed.key'), readFileSync(alfaConfig().signing.keyFile), { mode: 0o644 });
    writeFileSync(at('garbage.pem'), 'nothing');
    const cases: readonly (readonly [(config: Config) => void, RegExp])[] = [
      [(config) => Object.assign(config, { colour: 'red' }), /^colour: there is no such key; write one of/m],
      [(config) => Object.assign(config.limits ?? config, { folder: '' }), /^folder: /m],
      [
        (config) => Object.assign(config, { folder: at('garbage.pem/data') }),
        /^folder: .* cannot be written to/m,
      ],
      [
        (config) => Object.assign(config.tls, { keyFile: beta.tls.keyFile }),
        /^tls\.certificateFile: .* no matching/m,
      ],
      [(config) => Object.assign(config.tls, { peerCaFile: at('garbage.pem') }), /^tls\.peerCaFile: .*/m],
      [
        (config) => Object.assign(config.provider, { hostname: 'mx.altro.test' }),
        /^warning: tls\.certificateFile: .*mx\.altro\.test/m,
      ],
      [
        (config) => Object.assign(config.signing, { keyFile: at('missing.key') }),
        /^signing\.keyFile: .*cannot be read/m,
      ],
      [
        (config) => Object.assign(config.signing, { keyFile: at('exposed.key') }),
        /^signing\.keyFile: .*chmod 600/m,
      ],
      [
        (config) => Object.assign(config.signing, { keyFile: beta.signing.keyFile }),
        /^signing\.\w+: .*is not the key of/m,
      ],
      [
        (config) => Object.assign(config.provider, { name: 'Gestore Gamma' }),
        /^signing\.certificateFile: .*SIG-10/m,
      ],
      [
        (config) => Object.assign(config.provider, { name: 'Gestore Gamma' }),
        /^provider\.name: the index knows no provider "Gestore Gamma"; it has /m,
      ],
      [
        (config) => config.provider.domains.push('pec.altro.test'),
        /^provider\.domains: pec\.altro\.test: the index gives it to nobody/m,
      ],
      [
        (config) => {
          config.provider.domains.push('pec.beta.test');
          Object.assign(config, { routes: {} });
        },
        /^provider\.domains: pec\.beta\.test: the index gives it to Gestore Beta/m,
      ],
      [
        (config) => Object.assign(config.provider, { serviceMailbox: 'altro@pec.alfa.test' }),
        /^provider\.serviceMailbox: the index publishes ricevute@pec\.alfa\.test/m,
      ],
      [
        (config) => Object.assign(config.trust, { anchorsFile: at('garbage.pem') }),
        /^trust\.anchorsFile: .*holds no PEM certificate/m,
      ],
      [
        (config) => Object.assign(config.directory, { signerFile: config.tls.certificateFile }),
        /^directory: the index .* is refused, wrong-signer/m,
      ],
      [
        (config) => Object.assign(config.directory, { clientKeyFile: at('missing.key') }),
        /^directory: .*missing\.key cannot be read/m,
      ],
      [
        (config) => Object.assign(config, { folder: at('fresh') }),
        /^warning: directory\.url: the index was not looked at/m,
      ],
    ];
    for (const [change, said] of cases) {
      const { code, text } = await checking(change);
      assert.match(text, said);
      assert.equal(code, said.source.startsWith('^warning') ? 0 : 1, text);
    }
  });

  test('a file that is not there, or no YAML, is told', async () => {
    for (const [content, said] of [
      [undefined, /cannot be read/],
      ['a: [', /is not YAML/],
    ] as const) {
      const file = join(demo.folder, content === undefined ? 'none.yaml' : 'broken.yaml');
      if (content !== undefined) writeFileSync(file, content);
      const captured = new Captured();
      assert.equal(await checkConfigFile({ file, options: {} }, captured), 1);
      assert.ok(captured.stdout.text.startsWith(`${file}: `));
      assert.match(captured.stdout.text, said);
    }
  });
});

/** As much of a configuration as these tests change. */
interface Config {
  readonly folder: string;
  readonly limits?: object;
  readonly provider: { readonly name: string; readonly domains: string[] };
  readonly tls: { readonly keyFile: string; readonly certificateFile: string };
  readonly signing: { readonly keyFile: string };
  readonly trust: object;
  readonly directory: object;
}

function alfaConfig(): Config {
  return JSON.parse(readFileSync(join(demo.folder, 'alfa', 'config.yaml'), 'utf8')) as Config;
}

async function verifying(file: string, options: VerifyOptions) {
  const captured = new Captured();
  const code = await verify({ file, options: { world: demo.worldFile, ...options } }, captured);
  return { code, captured };
}
