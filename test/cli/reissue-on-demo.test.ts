// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { send } from '../../src/cli/send.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { opensslAccepts } from '../openssl/test-authority.ts';
import { Captured } from './captured.ts';
import { RunningDemo } from './running-demo.ts';

const TULLIA = 'tullia.serafini@cittadini.alfa.test';

const sha256 = (octets: Buffer) => createHash('sha256').update(octets).digest('hex');

suite('ceralacca reissue', () => {
  test('LOG-10 gives back what was delivered, while the provider runs and when it stands still', async () => {
    await using demo = await RunningDemo.start();
    const to = demo.demo.world.providers[1]?.mailboxes[0]?.address ?? '';
    const surroundings = () => new Captured({ ids: randomIds });
    const story = surroundings();
    await send({ from: TULLIA, to: [to], text: 'Prova', world: demo.worldFile, json: true }, story);
    const { messageId } = story.json as { messageId: string };
    const delivered = (await demo.messagesOf(TULLIA)).map(String);
    const envelope = (await demo.messagesOf(to)).find((octets) => octets.includes('X-Trasporto'));
    assert.ok(envelope);
    const reissue = async (house: string, ...words: string[]) => {
      const captured = surroundings();
      const place = ['--folder', join(demo.folder, house, 'data')];
      const code = await runCommandLine(['reissue', messageId, ...place, ...words], captured);
      return { code, out: captured.stdout.text, err: captured.stderr.text };
    };
    const at = (...names: string[]) => join(demo.folder, ...names);
    const anchors = ['-CAfile', at('ca.pem')];
    const accepts = (file: string) =>
      opensslAccepts(['cms', '-verify', '-in', file, ...anchors, '-out', '/dev/null']);

    const acceptance = await reissue(
      'alfa',
      '--for',
      TULLIA,
      '--kind',
      'acceptance',
      '--to',
      at('accettazione.eml'),
    );
    assert.deepEqual(acceptance, {
      code: 0,
      out: `Riemesso, identico a quello emesso: ${at('accettazione.eml')}\n`,
      err: '',
    });
    const again = readFileSync(at('accettazione.eml'));
    const first = delivered.find((text) => text.includes('X-Ricevuta: accettazione')) ?? '';
    assert.equal(sha256(again), sha256(Buffer.from(first)));
    assert.ok(accepts(at('accettazione.eml')));
    assert.equal(statSync(at('accettazione.eml')).mode & 0o777, 0o600);
    const there = await reissue('alfa', '--for', TULLIA, '--to', at('accettazione.eml'));
    assert.deepEqual([there.code, there.out], [2, '']);

    writeFileSync(at('busta.eml'), envelope);
    const all = ['--for', TULLIA, '--to', at('ricevute'), '--original', at('busta.eml')];
    assert.equal((await reissue('beta', ...all)).code, 0);
    const names = readdirSync(at('ricevute')).sort();
    assert.deepEqual(names, ['1-take-charge.eml', `2-delivery-complete-${to}.eml`]);
    const receipt = readFileSync(at('ricevute', names[1] ?? ''));
    assert.ok(delivered.some((text) => text.endsWith(receipt.toString())));
    for (const name of names) assert.ok(accepts(at('ricevute', name)), name);

    const stranger = await reissue('beta', '--for', 'x@pec.alfa.test', '--to', at('nulla.eml'));
    assert.match(`${stranger.code} ${stranger.err}`, /^1 Il messaggio non è di questo titolare/);
    writeFileSync(at('altro.eml'), first);
    const wrong = await reissue(
      'beta',
      ...all.slice(0, 2),
      '--original',
      at('altro.eml'),
      '--to',
      at('nulla.eml'),
    );
    assert.match(`${wrong.code} ${wrong.err}`, /^1 Il file fornito non è l'originale .*postacert\.eml/);
    assert.equal(existsSync(at('nulla.eml')), false);

    await demo.demo[Symbol.asyncDispose]();
    const kind = ['--for', TULLIA, '--kind', 'delivery-complete', '--to', at('consegna.eml')];
    const still = await reissue('beta', ...kind);
    assert.match(`${still.code} ${still.err}`, /^3 .*\(--config\) \(provider-not-running\)/);
    const config = ['--config', at('beta', 'config.yaml')];
    const declared = await reissue('beta', ...kind, ...config, '--lang', 'en');
    assert.equal(declared.code, 0, declared.err);
    assert.match(declared.out, /^The provider's declaration, signed today/);
    assert.match(declared.err, /^1 messages enclose the original/);
    assert.ok(accepts(at('consegna.eml')));
    const record = surroundings();
    await runCommandLine(['trace', messageId, '--folder', at('beta', 'data')], record);
    assert.equal(record.stdout.text.match(/riemesso a richiesta del titolare/g)?.length, 2);
    assert.equal(record.stdout.text.match(/riemissione rifiutata/g)?.length, 2);
  });
});
