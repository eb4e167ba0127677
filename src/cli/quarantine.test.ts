// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Captured } from '../../test/cli/captured.ts';
import { message, step } from '../../test/contract/steps.ts';
import { openSqliteStore } from '../engines/sqlite/sqlite-store.ts';
import type { NewQuarantined } from '../mailroom/quarantine/quarantine-store.ts';
import { quarantineEnd } from '../mailroom/quarantine/quarantine-sweep.ts';
import { silentJournal } from '../platform/journal.ts';
import { runCommandLine } from './command-line.ts';

const FOUND = Date.UTC(2026, 2, 2, 9, 15, 2);
const LARGE = `X-Virus: yes\r\n\r\n${'x'.repeat(400_000)}`;

let folder: string;

async function openStore() {
  return openSqliteStore({ folder: join(folder, 'store'), journal: silentJournal });
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ceralacca-quarantine-'));
  await using store = await openStore();
  const keep = async (text: string, more: Partial<NewQuarantined>) => {
    const brings = message(store, text);
    const infected = {
      content: brings.id,
      at: FOUND,
      keepUntil: quarantineEnd(FOUND),
      virus: 'Eicar-Signature',
      kind: 'submission',
      identifier: 'opec1@pec.alfa.test',
      sender: 'anna@pec.alfa.test',
      recipients: ['carla@pec.beta.test'],
      provider: 'Gestore Alfa S.p.A.',
      ...more,
    } as const;
    await store.commit(step([{ do: 'quarantine', infected }], { brings: [brings] }));
  };
  await keep('Subject: x\r\n\r\na virus', {});
  await keep(LARGE, {
    at: FOUND + 1000,
    keepUntil: quarantineEnd(FOUND) + 1000,
    kind: 'envelope',
    virus: '\u001b[2J',
  });
});
after(() => rmSync(folder, { recursive: true }));

async function quarantine(...words: string[]) {
  const captured = new Captured();
  const code = await runCommandLine(['quarantine', ...words, '--folder', folder], captured);
  return { code, out: captured.stdout.text, err: captured.stderr.text };
}

suite('ceralacca quarantine', () => {
  test('LOG-9 list tells what is there, while the provider runs too', async () => {
    await using _ = await openStore();
    const { code, out } = await quarantine('list');
    assert.equal(code, 0);
    const [, , first, second] = out.split('\n');
    assert.match(
      first ?? '',
      /^1 +02\/03\/2026 10:15:02 \(\+0100\) +02\/09\/2028 11:15:02 \(\+0200\) +Eicar-Signature +messaggio di un nostro utente +anna@pec\.alfa\.test +opec1@pec\.alfa\.test$/,
    );
    assert.match(second ?? '', /^2 .* ·\[2J +busta di trasporto /);
    const { entries, format } = JSON.parse((await quarantine('list', '--json')).out);
    assert.equal(format, 'ceralacca-quarantine/1');
    assert.deepEqual(entries[0], {
      id: 1,
      at: '2026-03-02T09:15:02.000Z',
      keepUntil: '2028-09-02T09:15:02.000Z',
      virus: 'Eicar-Signature',
      kind: 'submission',
      identifier: 'opec1@pec.alfa.test',
      sender: 'anna@pec.alfa.test',
      recipients: ['carla@pec.beta.test'],
      provider: 'Gestore Alfa S.p.A.',
    });
  });

  test('show tells all of one, in both languages; 1 for none', async () => {
    const italian = await quarantine('show', '1');
    assert.match(italian.out, /^ {2}destinatari +carla@pec\.beta\.test$/m);
    assert.match(
      (await quarantine('show', '1', '--lang', 'en')).out,
      /^ {2}recipients +carla@pec\.beta\.test$/m,
    );
    const { sizeBytes, sha256 } = JSON.parse((await quarantine('show', '2', '--json')).out);
    assert.equal(sizeBytes, LARGE.length);
    assert.match(sha256, /^[0-9a-f]{64}$/);
    const none = await quarantine('show', '7');
    assert.deepEqual([none.code, none.out], [1, '']);
    assert.match(none.err, /^Nella quarantena non c'è il numero 7\.$/m);
    assert.equal((await quarantine('show', 'x')).code, 2);
  });

  test('export writes it octet by octet, for its owner only, and over nothing', async () => {
    for (const [entry, text] of [
      ['1', 'Subject: x\r\n\r\na virus'],
      ['2', LARGE],
    ] as const) {
      const file = join(folder, `${entry}.eml`);
      const { code, err } = await quarantine('export', entry, '--to', file);
      assert.equal(code, 0, err);
      assert.match(err, /contiene un virus/);
      assert.equal(readFileSync(file, 'latin1'), text);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.equal((await quarantine('export', entry, '--to', file)).code, 3, 'it is there already');
    }
  });

  test('LOG-9 expire removes what is over and nothing else; a provider that runs does it by itself', async () => {
    // The surroundings' clock stands at the end of the first one's time.
    const expire = async (now: number) => {
      const captured = new Captured({ clock: { now: () => now } });
      const code = await runCommandLine(['quarantine', 'expire', '--folder', folder], captured);
      return { code, out: captured.stdout.text };
    };
    const end = quarantineEnd(FOUND);
    assert.deepEqual(await expire(end - 1), {
      code: 0,
      out: 'Rimossi 0 messaggi con più di 30 mesi; il registro di certificazione lo dice.\n',
    });
    {
      await using _ = await openStore();
      assert.match((await expire(end)).out, /^Il gestore è in funzione.*\(adesso: 1\)/);
    }
    assert.match((await expire(end)).out, /^Rimosso 1 messaggio/);
    const { entries } = JSON.parse((await quarantine('list', '--json')).out);
    assert.deepEqual(
      entries.map(({ id }: { id: number }) => id),
      [2],
    );
    await using store = await openStore();
    assert.deepEqual(
      store.listRecords(1, 10).map(({ event, identifier }) => [event, identifier]),
      [['quarantine-ended', 'opec1@pec.alfa.test']],
    );
  });
});
