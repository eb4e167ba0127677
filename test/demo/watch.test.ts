// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import type { World } from '../../src/demo/world-file.ts';
import { codesIn, readText, tableAfter } from '../docs/project.ts';
import { ceralacca, DemoProcess, until } from './demo-process.ts';

suite('a running demo, watched', { timeout: 240_000 }, () => {
  let demo: DemoProcess;
  let world: World;
  const there = () => ['--world', demo.worldFile];
  const alfa = () => world.providers[0] ?? assert.fail();
  const ready = async () => (await fetch(`${alfa().watch}/health/ready`)).status;

  before(async () => {
    demo = await DemoProcess.start();
    world = demo.world;
  });
  after(() => demo[Symbol.asyncDispose]());

  test('status shows both providers to a person, in Italian and in English, and to programs', async () => {
    const italian = await ceralacca('status', ...there());
    assert.equal(italian.code, 0, italian.stderr + italian.stdout);
    for (const { name } of world.providers) assert.ok(italian.stdout.includes(`${name}: in funzione`));
    assert.match(italian.stdout, /^ {2}coda +vuota$/m);
    assert.match(italian.stdout, /^ {2}orologio +giusto \(scarto -?\d,\d{3} s\)$/m);
    assert.match(italian.stdout, /^ {2}allarmi +nessuno$/m);
    const english = await ceralacca('status', '--lang', 'en', '--url', `${alfa().watch}/`);
    assert.equal(english.code, 0);
    assert.match(english.stdout, /^Gestore Alfa S\.p\.A\.: running/);
    assert.match(english.stdout, /^ {2}doors +submission \d+, /m);
    const json = await ceralacca('status', '--json', ...there());
    const reports = JSON.parse(json.stdout) as { format: string; provider: string }[];
    assert.deepEqual(
      reports.map(({ format, provider }) => [format, provider]),
      world.providers.map(({ name }) => ['ceralacca-status/1', name]),
    );
  });

  test('status says clearly that nothing runs, and that somebody else does', async () => {
    const nobody = await ceralacca('status', '--url', 'http://127.0.0.1:1');
    assert.deepEqual([nobody.code, nobody.stdout], [3, '']);
    assert.match(nobody.stderr, /^Nessun gestore risponde a http:\/\/127\.0\.0\.1:1/);
    const index = await ceralacca('status', '--url', new URL(world.authority.crlUrl).origin);
    assert.equal(index.code, 3);
    assert.match(index.stderr, /\(status-unknown\)/);
  });

  test('docs/operating/watching.md has every metric of a running provider, with its sentence', async () => {
    const text = await (await fetch(`${alfa().watch}/metrics`)).text();
    const told = [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, sentence]) => [name, sentence]);
    const rows = tableAfter(readText('docs/operating/watching.md'), '## Metrics').map(
      ([name = '', sentence]) => [codesIn(name)[0], sentence],
    );
    assert.ok(told.length > 20);
    assert.deepEqual(rows.sort(), told.sort());
  });

  test('what happens is counted, and no address ever becomes a label', async () => {
    const [from = '', to = ''] = world.providers.map(({ mailboxes }) => mailboxes[1]?.address);
    const sent = await ceralacca('send', '--from', from, '--to', to, '--text', 'Buongiorno', ...there());
    assert.equal(sent.code, 0, sent.stdout + sent.stderr);
    const text = await (await fetch(`${alfa().watch}/metrics`)).text();
    for (const line of [
      'ceralacca_records_total{event="acceptance"} 1',
      'ceralacca_attested_total{kind="transport-envelope"} 1',
      'ceralacca_submission_seconds_count{outcome="accepted"} 1',
      'ceralacca_relay_seconds_count{where="remote",result="accepted"} 1',
      'ceralacca_logins_total{door="submission",result="succeeded"} 1',
    ]) {
      assert.ok(text.includes(`${line}\n`), line);
    }
    assert.doesNotMatch(text, /@|127\.0\.0\.1|\.test/);
  });

  test('TIME-2: clocks more than a second off stop certification with 4xx, and it goes on by itself', async () => {
    assert.equal(await ready(), 200);
    const ordered = await ceralacca('demo', 'ntp', '+5s', '--dir', demo.folder);
    assert.equal(ordered.stdout, '5 s\n');
    await until('the clock to be found wrong', async () => ((await ready()) === 503 ? true : undefined));
    const shown = await ceralacca('status', ...there());
    assert.equal(shown.code, 1);
    assert.match(shown.stdout, /NON PRONTO/);
    assert.match(shown.stdout, /^ {2}orologio +è sbagliato/m);
    assert.match(shown.stdout, /clock-wrong: /);
    const [from = '', to = ''] = world.providers.map(({ mailboxes }) => mailboxes[1]?.address);
    const words = ['--from', from, '--to', to, '--text', 'Buongiorno', ...there()];
    const refused = await ceralacca('send', ...words);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout + refused.stderr, /451 4\.3\.0/);
    const journal = readFileSync(`${demo.folder}/alfa/journal.jsonl`, 'utf8');
    assert.match(journal, /ALARM: the clock is wrong/);
    await ceralacca('demo', 'ntp', 'reset', '--dir', demo.folder);
    await until('the clock to be right again', async () => ((await ready()) === 200 ? true : undefined));
    const accepted = await ceralacca('send', ...words);
    assert.equal(accepted.code, 0, accepted.stdout + accepted.stderr);
  });

  test('TIME-2: the demo travels with its time server, and certifies at once', async () => {
    await ceralacca('demo', 'clock', '+13h', '--dir', demo.folder);
    const report = (await (await fetch(`${alfa().watch}/status`)).json()) as {
      at: string;
      checks: { name: string; well: boolean }[];
    };
    assert.ok(Date.parse(report.at) - Date.now() > 12 * 3_600_000);
    assert.deepEqual(
      report.checks.find(({ name }) => name === 'clock'),
      { name: 'clock', well: true },
    );
    const text = await (await fetch(`${alfa().watch}/metrics`)).text();
    const [, age] = /^ceralacca_index_age_seconds (\S+)$/m.exec(text) ?? [];
    assert.ok(Number(age) < 3600, `the index is ${age} seconds old`);
  });
});
