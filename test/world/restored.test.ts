// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { examineStore } from '../../src/composition/store-examination.ts';
import { backUpStore, type StoreBackup } from '../../src/engines/sqlite/backup/store-backup.ts';
import { restoreStore } from '../../src/engines/sqlite/backup/store-restore.ts';
import { openSqliteStore } from '../../src/engines/sqlite/sqlite-store.ts';
import type { Finding } from '../../src/platform/findings.ts';
import { silentJournal } from '../../src/platform/journal.ts';
import { World } from './world.ts';

const CARLA = 'carla@pec.beta.test';
const LARGE = 'x'.repeat(76).concat('\r\n').repeat(5000);

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ceralacca-backup-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function backsUp(world: World, key: string, to: string, link = false): Promise<StoreBackup> {
  return backUpStore({ folder: join(world.folder, key, 'store'), to, now: () => world.clock.now(), link });
}

async function restores(from: string, folder: string, evenDamaged = false): Promise<Finding[]> {
  const findings: Finding[] = [];
  const examine = async (restored: string) => {
    for await (const finding of examineStore({ folder: restored })) findings.push(finding);
  };
  await restoreStore({ from, folder, now: () => Date.UTC(2026, 2, 3), examine, evenDamaged });
  return findings;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

suite('a backup', () => {
  test('has, under load, all that was answered before it began, and is whole', async (t) => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const folder = temporaryFolder(t);
    const anna = world.alfa.user('anna');
    let stop = false;
    const answered: string[] = [];
    const sends = async (text: string) => {
      while (!stop) {
        answered.push(await anna.certifies({ to: [CARLA], text }));
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    };
    // Large messages go while they are brought.
    const removes = async () => {
      while (!stop) {
        const inbox = world.beta.store.findFolder(world.beta.user('carla').mailbox.id, 'INBOX');
        const uids = inbox && world.beta.store.listMessages(inbox.id).map(({ uid }) => uid);
        if (inbox && uids && uids.length > 2)
          await world.beta.store.commit({
            blobs: [],
            contents: [],
            parts: [{ acts: [{ do: 'expunge', folder: inbox.id, uids: uids.slice(0, -2) }] }],
          });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const relays = async () => {
      while (!stop) {
        await world.settles({ hurry: true });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const load = [sends('ciao'), sends(LARGE), removes(), relays()];
    const backsUpOften = async () => {
      for (let round = 0; round < 2; round++) {
        while (answered.length < 6 * (round + 1)) await new Promise((resolve) => setTimeout(resolve, 5));
        const before = [...answered];
        await backsUp(world, 'alfa', join(folder, 'alfa'));
        await backsUp(world, 'beta', join(folder, 'beta'), round === 1);
        const restored = join(folder, `restored-${round}`);
        assert.deepEqual(await restores(join(folder, 'alfa'), restored), []);
        assert.deepEqual(await restores(join(folder, 'beta'), `${restored}-beta`), []);
        await using store = await openSqliteStore({ folder: restored, journal: silentJournal });
        assert.ok(before.length > 0);
        for (const id of before)
          assert.ok(store.findSubmission(id), `${id} was answered and is not in the backup`);
      }
    };
    await backsUpOften().finally(() => {
      stop = true;
    });
    await Promise.all(load);
  });

  test('is brought up to date: what is there is not brought again, what is gone goes', async (t) => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const to = temporaryFolder(t);
    const anna = world.alfa.user('anna');
    await anna.certifies({ to: [CARLA], text: LARGE });
    const first = await backsUp(world, 'alfa', to);
    assert.deepEqual([first.brought, first.known], [1, 0]);
    await anna.certifies({ to: [CARLA], text: LARGE });
    const second = await backsUp(world, 'alfa', to);
    assert.deepEqual([second.brought, second.known], [1, 1]);
    await world.settles();
    const third = await backsUp(world, 'alfa', to);
    assert.ok(third.known <= 2 && third.brought <= 2);
    const names = filesIn(to);
    for (const [kind, count] of [
      [/^store-.*\.db$/, 1],
      [/^blobs-.*\.sha256$/, 1],
      [/^manifest\.json$/, 1],
      [/\.partial$/, 0],
      [/^blobs\/..\/[0-9a-f]{64}/, third.known + third.brought],
    ] as const)
      assert.equal(names.filter((name) => kind.test(name)).length, count, String(kind));
    assert.deepEqual(await restores(to, join(temporaryFolder(t), 'store')), []);
  });

  test('that is damaged is not restored, unless somebody says so', async (t) => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const good = temporaryFolder(t);
    await world.alfa.user('anna').certifies({ to: [CARLA], text: LARGE });
    await backsUp(world, 'alfa', good);
    const named = (kind: RegExp) => filesIn(good).find((name) => kind.test(name)) ?? '';
    const flip = (path: string) => {
      const octets = readFileSync(path);
      const at = Math.floor(octets.length / 2);
      octets.writeUInt8(octets.readUInt8(at) ^ 1, at);
      writeFileSync(path, octets);
    };
    const blob = named(/^blobs\/..\/./);
    for (const [file, damage] of [
      [named(/\.db$/), flip],
      [named(/\.sha256$/), flip],
      [named(/\.sha256$/), (path: string) => writeFileSync(path, '')],
      [blob, flip],
      [blob, (path: string) => rmSync(path)],
    ] as const) {
      const bad = temporaryFolder(t);
      cpSync(good, bad, { recursive: true });
      damage(join(bad, file));
      const folder = join(bad, 'restored');
      await assert.rejects(restores(bad, folder), { name: 'Fault', code: 'backup-damaged' }, file);
      assert.ok(!filesIn(bad).includes('restored'), 'nothing is there under the name of the store');
      if (file !== blob) continue;
      const [finding] = await restores(bad, folder, true);
      assert.match(finding?.code ?? '', /^blob-(damaged|missing)$/);
    }
    const none = temporaryFolder(t);
    await assert.rejects(restores(none, join(none, 'x')), { code: 'backup-unreadable' });
    writeFileSync(join(none, 'manifest.json'), '{}');
    await assert.rejects(restores(none, join(none, 'x')), { code: 'backup-unreadable' });
  });

  test('of a store with a damaged message says so, and has the rest', async (t) => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const to = temporaryFolder(t);
    await world.alfa.user('anna').certifies({ to: [CARLA], text: LARGE });
    const blobs = join(world.folder, 'alfa', 'store', 'blobs');
    const blob = join(blobs, filesIn(blobs).find((name) => name.includes('/')) ?? '');
    renameSync(blob, `${blob}0`);
    const missing = await backsUp(world, 'alfa', to);
    assert.deepEqual(
      missing.findings.map(({ code }) => code),
      ['blob-missing'],
    );
    writeFileSync(blob, 'not what it was');
    const damaged = await backsUp(world, 'alfa', to);
    assert.deepEqual(
      damaged.findings.map(({ code }) => code),
      ['blob-damaged'],
    );
    renameSync(`${blob}0`, blob);
    const good = await backsUp(world, 'alfa', to);
    assert.deepEqual(good.findings, []);
    assert.deepEqual(await restores(to, join(to, 'restored')), []);
  });

  test('is not restored over a store, running or not', async (t) => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const to = temporaryFolder(t);
    await backsUp(world, 'alfa', to);
    const store = join(world.folder, 'alfa', 'store');
    await assert.rejects(restores(to, store), { code: 'store-locked' });
    await world.restarts('alfa', async () => {
      await assert.rejects(restores(to, store), { code: 'restore-folder-taken' });
    });
  });
});

suite('a restored store', () => {
  test('goes on where the backup was: what was relayed since arrives again and is delivered once', async (t) => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const to = temporaryFolder(t);
    const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
    await backsUp(world, 'alfa', to);
    await world.settles();
    assert.deepEqual(await world.beta.user('carla').kinds(), ['posta-certificata']);
    await world.restarts('alfa', async (folder) => {
      renameSync(join(folder, 'store'), join(folder, 'lost'));
      assert.deepEqual(await restores(to, join(folder, 'store')), []);
    });
    assert.equal(
      world.alfa.store.findTracking(id, CARLA)?.outcome,
      undefined,
      'the receipt came after the backup',
    );
    await world.settles();
    assert.deepEqual(await world.beta.user('carla').kinds(), ['posta-certificata'], 'IP-28');
    assert.equal(world.beta.story(id).at(-1), `duplicate-received ${CARLA}`);
  });

  test('gives no UID, no EMAILID and no MAILBOXID again under the same name', async (t) => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const to = temporaryFolder(t);
    const anna = () => world.alfa.user('anna');
    await anna().certifies({ to: [CARLA] });
    await backsUp(world, 'alfa', to);
    const folderNamed = (name: string) => {
      const folder = world.alfa.store.findFolder(anna().mailbox.id, name);
      assert.ok(folder);
      return folder;
    };
    const make = async () => {
      const act = {
        do: 'create-folder',
        mailbox: anna().mailbox.id,
        folder: { name: 'Pratiche', subscribed: true },
      } as const;
      await world.alfa.store.commit({ blobs: [], contents: [], parts: [{ acts: [act] }] });
      return folderNamed('Pratiche');
    };
    const lostFolder = await make();
    await anna().certifies({ to: [CARLA] });
    const lostInbox = folderNamed('INBOX');
    const lost = new Set(world.alfa.store.listMessages(lostInbox.id).map(({ emailId }) => emailId));
    for (let round = 0; round < 2; round++) {
      const before = folderNamed('INBOX');
      await world.restarts('alfa', async (folder) => {
        rmSync(join(folder, 'store'), { recursive: true });
        await restores(to, join(folder, 'store'));
      });
      const inbox = folderNamed('INBOX');
      assert.ok(inbox.uidValidity > before.uidValidity || round > 0, 'RFC 9051 section 2.3.1.1');
      assert.equal(inbox.id, lostInbox.id, 'RFC 8474: the same folder');
      const kept = new Set(world.alfa.store.listMessages(inbox.id).map(({ emailId }) => emailId));
      await anna().certifies({ to: [CARLA] });
      for (const { emailId } of world.alfa.store.listMessages(inbox.id))
        assert.ok(kept.has(emailId) || !lost.has(emailId), 'RFC 8474: an EMAILID of another message');
      const made = await make();
      assert.ok(made.uidValidity > lostFolder.uidValidity && made.id !== lostFolder.id);
    }
  });
});
