// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type MailHouse, openMailHouse } from '../mail-house/mail-house.ts';
import { openPop3Doors } from '../pop3/house.ts';
import { openImapDoors } from './house.ts';
import { seeded } from './random/seeded.ts';
import { ARCHIVE, deliver, poll, stay } from './together/actors.ts';
import { Ledger } from './together/ledger.ts';

/** How much each one does; more for now and then. */
const ROUNDS = Number(process.env.CERALACCA_TOGETHER_ROUNDS ?? 1);
const SESSIONS = 5;
const POLLING = 3;
const DELIVERING = 2;

/** UID to octets of everything in a folder. */
async function contentsOf(house: MailHouse, name: string): Promise<Map<number, string>> {
  const { store, mailbox } = house;
  const entries = store.listMessages(store.findFolder(mailbox, name)?.id ?? 0);
  const read = entries.map(async ({ uid, content }) => {
    const octets = store.findContent(content)?.octets ?? assert.fail(`no content of ${uid}`);
    return [uid, (await octets.read(0, octets.size)).toString('latin1')] as const;
  });
  return new Map(await Promise.all(read));
}

suite('POP3, IMAP and deliveries at one mailbox at once', { timeout: 60_000 + ROUNDS * 60_000 }, () => {
  for (const engine of ['memory', 'sqlite'] as const) {
    test(`everybody sees what is there, and nothing is lost or doubled (${engine})`, async () => {
      const house = await openMailHouse({ engine });
      await using imap = await openImapDoors(house);
      await using pop3 = await openPop3Doors({ ...house, [Symbol.asyncDispose]: async () => undefined });
      const ledger = new Ledger();
      const stage = (seed: number, turns: number) => ({
        ledger,
        random: seeded(seed),
        turns: turns * ROUNDS,
      });
      const server = { port: imap.imaps, caFile: house.caFile };
      await Promise.all([
        ...Array.from({ length: DELIVERING }, (_, at) =>
          deliver(house, { ...stage(at, 80), name: `d${at}` }),
        ),
        ...Array.from({ length: POLLING }, (_, at) => poll(pop3.pop3s, stage(10 + at, 6))),
        ...Array.from({ length: SESSIONS }, (_, at) =>
          stay(server, { ...stage(20 + at, 60), name: `s${at}`, qresync: at % 2 === 1 }),
        ),
      ]);

      const inbox = await contentsOf(house, 'INBOX');
      const archive = await contentsOf(house, ARCHIVE);
      assert.equal(ledger.delivered.size, DELIVERING * 80 * ROUNDS);
      for (const [uid, octets] of ledger.delivered) {
        const movedTo = ledger.moved.get(uid);
        const [here, there] = [inbox.get(uid), movedTo === undefined ? undefined : archive.get(movedTo)];
        if (here !== undefined) assert.ok(!ledger.gone.has(uid) && movedTo === undefined, `${uid} came back`);
        if (movedTo !== undefined) assert.equal(there, octets, `${uid} was not moved whole`);
        if (here === undefined && there === undefined) assert.ok(ledger.doubtful.has(uid), `${uid} is lost`);
        assert.equal(here ?? octets, octets);
      }
      assert.equal(archive.size, ledger.moved.size);
      assert.ok([...inbox.keys()].every((uid) => ledger.delivered.has(uid)));
      // Everybody had something to do.
      assert.ok(ledger.moved.size > 0 && ledger.gone.size > ledger.moved.size);
    });
  }
});
