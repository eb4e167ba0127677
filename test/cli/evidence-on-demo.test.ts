// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { send } from '../../src/cli/send.ts';
import type { EvidenceIndex } from '../../src/evidence/evidence-file/index-model.ts';
import { readEvidenceIndex } from '../../src/evidence/evidence-file/index-reader.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { FileOctets } from '../../src/wire/mime/octets.ts';
import { openZip } from '../../src/wire/zip/zip-reader.ts';
import { ceralacca, DemoProcess } from '../demo/demo-process.ts';
import { checkEvidence } from '../evidence/check-evidence.ts';
import { Captured } from './captured.ts';
import { RunningDemo } from './running-demo.ts';

const LIMITS = { archiveBytes: 1e9, entries: 1000, unpackedBytes: 1e9 };

suite('ceralacca evidence, on a demo', { timeout: 240_000 }, () => {
  let demo: DemoProcess;
  let messageId: string;
  let sender: string;
  let recipient: string;
  const at = (...names: string[]) => join(demo.folder, ...names);

  before(async () => {
    demo = await DemoProcess.start();
    const [alfa, beta] = demo.world.providers;
    recipient = beta?.mailboxes[0]?.address ?? '';
    sender = alfa?.mailboxes[0]?.address ?? '';
    const words = [
      '--world',
      at('world.json'),
      '--from',
      sender,
      '--to',
      recipient,
      '--text',
      'Prova',
      '--json',
    ];
    const sent = await ceralacca('send', ...words);
    assert.equal(sent.code, 0, sent.stderr);
    ({ messageId } = JSON.parse(sent.stdout) as { messageId: string });
  });
  after(() => demo[Symbol.asyncDispose]());

  async function evidence(house: string, ...words: string[]) {
    const captured = new Captured({ ids: randomIds });
    const place = words.includes('--config') ? [] : ['--folder', at(house, 'data')];
    const code = await runCommandLine(['evidence', ...words, ...place], captured);
    return { code, out: captured.stdout.text, err: captured.stderr.text };
  }

  async function verify(file: string) {
    const { code, stdout } = await ceralacca('verify', file, '--ca', at('ca.pem'), '--json');
    return { code, ...(JSON.parse(stdout) as { verdict: string }) };
  }

  async function contents(file: string): Promise<{ index: EvidenceIndex; files: Map<string, Buffer> }> {
    const opened = await openZip(new FileOctets(file, statSync(file).size), LIMITS);
    assert.ok(opened.ok, JSON.stringify(opened));
    const files = new Map<string, Buffer>();
    for (const entry of opened.archive.entries) files.set(entry.name, await opened.archive.read(entry));
    const reading = readEvidenceIndex(files.get('index.xml') ?? Buffer.alloc(0));
    assert.ok(reading.ok);
    return { index: reading.index, files };
  }

  test('LOG-10 while the day is open, the file says what is not proved yet', async () => {
    const file = at('oggi.zip');
    const made = await evidence('alfa', messageId, '--to', file);
    assert.equal(made.code, 0, made.err);
    assert.equal(
      made.out,
      `Fascicolo di prova: ${file} (messaggi: 4, registrazioni: 4)\nRegistrazioni senza prova, perché il loro giorno non è ancora chiuso: 4. Un fascicolo formato dopo la chiusura le proverà.\n`,
    );
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const verified = await verify(file);
    assert.deepEqual([verified.code, verified.verdict], [3, 'incomplete']);
    const { index, files } = await contents(file);
    const names = [...files.keys()];
    const listed = index.files.map(({ name }) => name);
    const unlisted = ['index.xml', 'index.xml.p7m', 'index.xml.p7m.tsr'];
    assert.deepEqual(names, [...listed.slice(0, 2), ...unlisted, ...listed.slice(2)]);
    assert.deepEqual(
      index.missing.map(({ what, why, record }) => [what, why, record]),
      index.records.map(({ sequence }) => ['sigillo', 'giorno-aperto', sequence]),
    );
    const there = await evidence('alfa', messageId, '--to', file);
    assert.deepEqual(there, { code: 2, out: '', err: `${file} esiste già\n` });
  });

  test('LOG-10 an envelope that came twice, for two of our domains, is found wherever it was put', async () => {
    const to = ['--to', 'piena@pec.beta.test', '--to', recipient];
    const sent = await ceralacca(
      'send',
      ...['--world', at('world.json'), '--from', sender, ...to, '--text', 'Due domini', '--json'],
    );
    const { messageId: id } = JSON.parse(sent.stdout) as { messageId: string };
    const made = await evidence('beta', id, '--to', at('due-domini.zip'));
    assert.equal(made.code, 0, made.err);
    const { index, files } = await contents(at('due-domini.zip'));
    assert.ok(files.has('messages/envelope-1.eml') && files.has('messages/original.eml'));
    assert.deepEqual(
      index.missing
        .filter(({ what }) => what === 'originale' || what === 'messaggio')
        .map(({ kind }) => kind),
      ['acceptance'],
    );
  });

  test('LOG-10 LOG-7 when it is closed, everything is proved at either provider', async () => {
    await ceralacca('demo', 'clock', '+26h', '--dir', demo.folder);
    for (const house of ['alfa', 'beta']) {
      for (;;) {
        const { stdout } = await ceralacca('log', 'seals', '--config', at(house, 'config.yaml'), '--json');
        const { seals } = JSON.parse(stdout) as { seals: readonly { stamped: boolean }[] };
        if (seals.length > 0 && seals.every(({ stamped }) => stamped)) break;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    const file = at('mittente.zip');
    const made = await evidence('alfa', messageId, '--to', file, '--for', sender, '--lang', 'en');
    assert.deepEqual(made, { code: 0, out: `Evidence file: ${file} (messages: 4, records: 4)\n`, err: '' });
    assert.deepEqual(await verify(file).then(({ code, verdict }) => [code, verdict]), [0, 'good']);
    // With nothing of ours: openssl, sha256sum, unzip and xmllint.
    const independent = await checkEvidence(file, at('ca.pem'));
    assert.equal(independent.code, 0, independent.out);
    const { index, files } = await contents(file);
    assert.deepEqual(index.missing, []);
    assert.deepEqual(
      index.recipients.map(({ address, outcome, source }) => [address, outcome, source]),
      [[recipient, 'consegnato', 'messages/delivery-1.eml']],
    );
    // The other provider never had the acceptance: its holder hands it over.
    writeFileSync(at('accettazione.eml'), files.get('messages/acceptance.eml') ?? '');
    const bare = await evidence('beta', messageId, '--to', at('senza.zip'));
    assert.match(bare.out, /^Manca la ricevuta di accettazione: è stata emessa da un altro gestore/m);
    const whole = await evidence('beta', messageId, '--to', at('con.zip'), '--add', at('accettazione.eml'));
    assert.equal(whole.code, 0, whole.err);
    const theirs = await contents(at('con.zip'));
    assert.deepEqual(theirs.index.missing, []);
    for (const name of ['messages/original.eml', 'messages/acceptance.eml', 'messages/take-charge-1.eml'])
      assert.ok(endsAlike(theirs.files.get(name), files.get(name)), name);
    const verified = await verify(at('con.zip'));
    assert.notEqual(verified.verdict, 'bad');
  });

  test('LOG-10 what does not fit is refused, and the log tells of every file and refusal', async () => {
    const nothing = at('nulla.zip');
    const unknown = await evidence('alfa', 'opec9@pec.alfa.test', '--to', nothing);
    assert.match(`${unknown.code} ${unknown.err}`, /^1 Il registro di certificazione non contiene nulla/);
    const stranger = await evidence('alfa', messageId, '--to', nothing, '--for', 'x@pec.gamma.test');
    assert.match(`${stranger.code} ${stranger.err}`, /^1 Il messaggio non è di questo titolare/);
    writeFileSync(at('altro.eml'), 'Subject: altro\r\n\r\nAltro.\r\n');
    const wrong = await evidence('alfa', messageId, '--to', nothing, '--original', at('altro.eml'));
    assert.match(`${wrong.code} ${wrong.err}`, /^1 .*altro\.eml non è l'originale/);
    const other = await evidence('alfa', messageId, '--to', nothing, '--add', at('altro.eml'));
    assert.match(`${other.code} ${other.err}`, /^1 .*altro\.eml non è stato preso: /);
    const forged = readFileSync(at('accettazione.eml'), 'latin1').replace(
      /accettazione|ricevuta/g,
      'xxxxxxxx',
    );
    writeFileSync(at('falsa.eml'), forged, 'latin1');
    const forgery = await evidence('beta', messageId, '--to', nothing, '--add', at('falsa.eml'));
    assert.match(`${forgery.code} ${forgery.err}`, /^1 .*falsa\.eml non è stato preso: /);
    assert.equal(existsSync(nothing), false);

    const trace = new Captured();
    await runCommandLine(['trace', messageId, '--folder', at('alfa', 'data'), '--json'], trace);
    const { records } = trace.json as {
      records: readonly { event: string; detail: { for?: string; index?: string; because?: string } }[];
    };
    const told = records.filter(({ event }) => event.startsWith('evidence-'));
    assert.deepEqual(
      told.map(({ event, detail }) => [event, detail.for, detail.because]),
      [
        ['evidence-made', undefined, undefined],
        ['evidence-made', sender, undefined],
        ['evidence-refused', 'x@pec.gamma.test', 'not-theirs'],
      ],
    );
    const { files } = await contents(at('mittente.zip'));
    assert.equal(told[1]?.detail.index, hash('sha256', files.get('index.xml') ?? ''));
  });
});

test('LOG-10 ceralacca evidence of a provider that stands still, without a time-stamp authority', async () => {
  await using demo = await RunningDemo.start();
  const at = (...names: string[]) => join(demo.folder, ...names);
  const [alfa, beta] = demo.demo.world.providers;
  const [from = '', to = ''] = [alfa?.mailboxes[0]?.address, beta?.mailboxes[0]?.address];
  const sent = new Captured({ ids: randomIds });
  await send({ from, to: [to], text: 'Prova', world: demo.worldFile, json: true }, sent);
  const { messageId } = sent.json as { messageId: string };
  await demo.demo[Symbol.asyncDispose]();
  const evidence = async (...words: string[]) => {
    const captured = new Captured({ ids: randomIds });
    const code = await runCommandLine(
      ['evidence', messageId, '--to', at('fascicolo.zip'), ...words],
      captured,
    );
    return { code, out: captured.stdout.text, err: captured.stderr.text };
  };
  const bare = await evidence('--folder', at('alfa', 'data'));
  assert.match(`${bare.code} ${bare.err}`, /^3 .*\(--config\) \(provider-not-running\)/);
  const silent = await evidence('--config', at('alfa', 'config.yaml'));
  assert.match(`${silent.code} ${silent.err}`, /^3 .*\(timestamp-unavailable\)/);
  assert.equal(existsSync(at('fascicolo.zip')), false);
  const config = readFileSync(at('alfa', 'config.yaml'), 'utf8').replace(/"url": "http:[^"]+\/tsa"/, '');
  writeFileSync(at('alfa', 'senza.yaml'), config);
  const made = await evidence('--config', at('alfa', 'senza.yaml'));
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /^Manca la marca temporale sull'indice: nessuna autorità/m);
  const verified = new Captured();
  const code = await runCommandLine(
    ['verify', at('fascicolo.zip'), '--ca', at('ca.pem'), '--json'],
    verified,
  );
  assert.deepEqual([code, (verified.json as { verdict: string }).verdict], [3, 'incomplete']);
  const trace = new Captured();
  await runCommandLine(['trace', messageId, '--folder', at('alfa', 'data')], trace);
  assert.equal(trace.stdout.text.match(/fascicolo di prova formato/g)?.length, 1);
});

/** The same but for what carriers put on top. */
function endsAlike(one: Buffer | undefined, other: Buffer | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one.subarray(-other.length).equals(other) || other.subarray(-one.length).equals(one);
}
