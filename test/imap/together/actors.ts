// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { ADDRESS, type MailHouse, PASSWORD } from '../../mail-house/mail-house.ts';
import { LineClient } from '../../pop3/line-client.ts';
import { pick, type Random } from '../random/seeded.ts';
import { RawClient } from '../raw-client.ts';
import { BelievingClient, uidsOf } from './believing-client.ts';
import type { Ledger } from './ledger.ts';

export const ARCHIVE = 'Archivio';

interface Stage {
  readonly ledger: Ledger;
  readonly random: Random;
  /** How much the actor does. */
  readonly turns: number;
}

/** Delivers messages one after the other, each unlike any other. */
export async function deliver(house: MailHouse, stage: Stage & { readonly name: string }): Promise<void> {
  const { ledger, random, turns, name } = stage;
  for (let turn = 0; turn < turns; turn++) {
    const message = `Subject: ${name}.${turn}\r\n\r\n${'.riga\r\n'.repeat(1 + random(200))}`;
    const uid = await house.deliver(message);
    assert.ok(!ledger.delivered.has(uid), `${uid} was given twice`);
    ledger.delivered.set(uid, message);
    await someTurns(random(5));
  }
}

/** Fetches and removes as mail programs do that poll: log-in, list, retrieve, delete, QUIT, again. */
export async function poll(port: number, stage: Stage): Promise<void> {
  const { ledger, random, turns } = stage;
  for (let turn = 0; turn < turns; ) {
    const before = ledger.before();
    const client = LineClient.implicit(port);
    const greeting = await client.logIn(ADDRESS, PASSWORD);
    if (greeting.startsWith('-ERR [IN-USE]')) {
      await client.vanish();
      await someTurns(1 + random(10));
      continue;
    }
    turn++;
    const uids = (await client.ask('UIDL', 'lines')).split('\r\n').slice(1, -2).map(uidOfLine);
    assert.equal(greeting.split(' ')[1], String(uids.length), greeting);
    ledger.check(uids, before);
    const marked: number[] = [];
    for (const [at, uid] of uids.entries()) {
      if (random(6) > 0) continue;
      client.send(`RETR ${at + 1}\r\n`);
      const opening = await client.hear();
      if (opening.startsWith('+OK')) {
        const text = await client.hear('lines');
        ledger.checkOctets(uid, text.slice(0, -3).replace(/^\./gm, ''));
      } else assert.ok(ledger.doubtful.has(uid), `${opening} for ${uid}`);
      assert.match(await client.ask(`DELE ${at + 1}`), /^\+OK/);
      marked.push(uid);
    }
    assert.match(await client.ask('STAT'), new RegExp(`^\\+OK ${uids.length - marked.length} `));
    // Who leaves without QUIT removes nothing (RFC 1939 section 6).
    if (random(4) === 0) await client.vanish();
    else {
      for (const uid of marked) ledger.doubtful.add(uid);
      assert.match(await client.ask('QUIT'), /^\+OK/);
      await client.hearTheEnd();
      for (const uid of marked) ledger.gone.add(uid);
    }
  }
}

/** Reads, marks, expunges, moves and waits as a mail program does that stays. */
export async function stay(
  server: { readonly port: number; readonly caFile: string },
  stage: Stage & { readonly name: string; readonly qresync: boolean },
): Promise<void> {
  const { ledger, random, turns, name } = stage;
  using raw = await RawClient.open(server);
  await raw.command('login', `LOGIN ${ADDRESS} "${PASSWORD}"`);
  if (stage.qresync) await raw.command('enable', 'ENABLE QRESYNC');
  const client = new BelievingClient(raw, { ledger, name });
  await client.say('SELECT INBOX');
  await client.look();
  for (let turn = 0; turn < turns; turn++) {
    const number = client.exists === 0 ? 0 : 1 + random(client.exists);
    if (number === 0) await client.look();
    else await pick(random, ACTS)({ client, ledger, random, number, uid: client.uidOf(number) ?? 0 });
    if (random(4) === 0) await client.look();
  }
  await client.look();
}

interface Act {
  readonly client: BelievingClient;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly number: number;
  /** 0 when it is not known. */
  readonly uid: number;
}

const ACTS: readonly ((act: Act) => Promise<unknown>)[] = [
  ({ client, number }) => client.say(`FETCH ${number}:* (UID FLAGS)`),
  async ({ client, ledger, number }) => {
    const answer = await client.say(`FETCH ${number} (UID BODY.PEEK[])`);
    const [, uid, size = 0] = /UID (\d+) BODY\[\] \{(\d+)\}\r\n/.exec(answer) ?? [];
    const start = answer.indexOf('}\r\n') + 3;
    if (uid !== undefined) ledger.checkOctets(Number(uid), answer.slice(start, start + Number(size)));
  },
  ({ client, number }) => client.say(`STORE ${number} +FLAGS (\\Seen)`),
  ({ client }) => client.say('SEARCH UNSEEN'),
  ({ client }) => client.say('UID SEARCH ALL'),
  ({ client, random }) => client.idle(() => someTurns(random(30))),
  async ({ client, ledger, number, uid }) => {
    if (uid === 0) return client.look();
    ledger.doubtful.add(uid);
    await client.say(`STORE ${number} +FLAGS.SILENT (\\Deleted)`);
    return client.say('EXPUNGE');
  },
  async ({ client, ledger, number, uid }) => {
    if (uid === 0) return client.look();
    ledger.doubtful.add(uid);
    const answer = await client.say(
      number % 2 === 0 ? `MOVE ${number} ${ARCHIVE}` : `UID MOVE ${uid} ${ARCHIVE}`,
    );
    const [, from, to] = /\[COPYUID \d+ ([\d:,]+) ([\d:,]+)\]/.exec(answer) ?? [];
    if (from === undefined || to === undefined) return;
    assert.deepEqual(uidsOf(from), [uid]);
    assert.ok(!ledger.moved.has(uid), `${uid} was moved twice`);
    ledger.moved.set(uid, uidsOf(to)[0] ?? 0);
  },
];

function uidOfLine(line: string): number {
  return Number(/^\d+ \d+\.(\d+)$/.exec(line)?.[1] ?? assert.fail(line));
}

/** Lets the others go on for so many turns of the event loop. */
async function someTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
