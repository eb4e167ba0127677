// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ADDRESS, makeIdentity, openPop3House, PASSWORD, type Pop3House } from '../../../test/pop3/house.ts';
import { LineClient } from '../../../test/pop3/line-client.ts';
import type { Step } from '../../mailroom/steps/step-store.ts';
import { Fault } from '../../platform/faults.ts';
import { type Journal, silentJournal } from '../../platform/journal.ts';
import { ManualTimers } from '../../platform/timers.ts';

const ONE = 'Subject: uno\r\n\r\n.primo\r\n';
const TWO = 'Subject: due\r\n\r\nsecondo\r\n';
const THREE = 'Subject: tre\r\n\r\nterzo\r\n';

/** A client whose log-in was accepted. */
async function loggedIn(house: Pop3House): Promise<LineClient> {
  const client = LineClient.implicit(house.pop3s);
  const answer = await client.logIn(ADDRESS, PASSWORD);
  assert.match(answer, /^\+OK /);
  return client;
}

/** Waits until the house has let go of all its connections. */
async function allGone(house: Pop3House): Promise<void> {
  while (house.front.sessions > 0) await new Promise((resolve) => setImmediate(resolve));
}

function uids(house: Pop3House): number[] {
  return house.store.listMessages(house.inbox).map((message) => message.uid);
}

suite('POP3 front', { timeout: 60_000 }, () => {
  test('DP-27 users reach the mailbox over TLS, from the first octet or by STLS, and only so', async () => {
    await using house = await openPop3House();
    await house.deliver(ONE);
    const client = LineClient.clear(house.pop3);
    assert.match(await client.hear(), /^\+OK /);
    assert.match(await client.ask('CAPA', 'lines'), /STLS/);
    assert.match(await client.ask(`USER ${ADDRESS}`), /^-ERR la connessione deve essere cifrata/);
    assert.match(await client.ask('STLS'), /^\+OK/);
    await client.startTls();
    assert.match(await client.ask('CAPA', 'lines'), /SASL PLAIN/);
    assert.match(await client.ask(`USER ${ADDRESS}`), /^\+OK/);
    assert.match(await client.ask(`PASS ${PASSWORD}`), /^\+OK 1 messages/);
    assert.equal(
      await client.ask('RETR 1', 'lines'),
      `+OK ${ONE.length} octets\r\n${ONE.replace('.p', '..p')}.\r\n`,
    );
    assert.match(await client.ask('QUIT'), /^\+OK/);
    assert.equal(await client.hearTheEnd(), '');
  });

  test('RFC 2595 what is pipelined after STLS in the clear is not obeyed', async () => {
    await using house = await openPop3House();
    const client = LineClient.clear(house.pop3);
    await client.hear();
    client.send('STLS\r\nUSER eve\r\n');
    assert.match(await client.hearTheEnd(), /^-ERR /);
  });

  test('DP-27 SEC-1 a wrong password opens nothing, and the peer is told to whoever looks', async () => {
    const seen: string[] = [];
    await using house = await openPop3House({
      authenticate: async (address, password, peer) => {
        seen.push(address, password, peer);
        return undefined;
      },
    });
    const client = LineClient.implicit(house.pop3s);
    assert.equal(await client.logIn(ADDRESS, ' con  spazi'), '-ERR [AUTH] indirizzo o password errati\r\n');
    assert.deepEqual(seen, [ADDRESS, ' con  spazi', '127.0.0.1']);
    assert.match(await client.ask('STAT'), /^-ERR/);
    await client.vanish();
  });

  test('AUTH PLAIN lets in as USER and PASS do', async () => {
    await using house = await openPop3House();
    const client = LineClient.implicit(house.pop3s);
    await client.hear();
    const response = Buffer.from(`\0${ADDRESS}\0${PASSWORD}`).toString('base64');
    assert.equal(await client.ask('AUTH PLAIN'), '+ \r\n');
    assert.match(await client.ask(response), /^\+OK 0 messages/);
    await client.vanish();
  });

  test('RFC 1939 section 6 what is marked goes at QUIT, in one commit', async () => {
    const steps: Step[] = [];
    await using house = await openPop3House();
    for (const message of [ONE, TWO, THREE]) await house.deliver(message);
    house.store.onCommitted(({ step }) => steps.push(step));
    const client = await loggedIn(house);
    assert.match(await client.ask('DELE 1'), /^\+OK/);
    assert.match(await client.ask('DELE 3'), /^\+OK/);
    assert.deepEqual(uids(house), [1, 2, 3]);
    assert.match(await client.ask('QUIT'), /^\+OK/);
    assert.deepEqual(uids(house), [2]);
    assert.deepEqual(
      steps.map((step) => step.parts),
      [[{ acts: [{ do: 'expunge', folder: house.inbox, uids: [1, 3] }] }]],
    );
  });

  test('a client that leaves without QUIT removes nothing, and frees the mailbox', async () => {
    await using house = await openPop3House();
    await house.deliver(ONE);
    const client = await loggedIn(house);
    await client.ask('DELE 1');
    await client.vanish();
    await allGone(house);
    assert.deepEqual(uids(house), [1]);
    const next = await loggedIn(house);
    assert.equal(await next.ask('STAT'), `+OK 1 ${ONE.length}\r\n`);
    await next.vanish();
  });

  test('RFC 2449 a mailbox has one POP3 session at a time', async () => {
    await using house = await openPop3House();
    const first = await loggedIn(house);
    const second = LineClient.implicit(house.pop3s);
    assert.match(await second.logIn(ADDRESS, PASSWORD), /^-ERR \[IN-USE\] /);
    assert.match(await first.ask('QUIT'), /^\+OK/);
    await first.hearTheEnd();
    while (house.front.sessions > 1) await new Promise((resolve) => setImmediate(resolve));
    await second.ask(`USER ${ADDRESS}`);
    assert.match(await second.ask(`PASS ${PASSWORD}`), /^\+OK/);
    await second.vanish();
  });

  test('a session sees the INBOX as it was, whatever is delivered or removed meanwhile', async () => {
    await using house = await openPop3House();
    for (const message of [ONE, TWO]) await house.deliver(message);
    const client = await loggedIn(house);
    await house.deliver(THREE);
    const expunge = { do: 'expunge', folder: house.inbox, uids: [1] } as const;
    await house.store.commit({ blobs: [], contents: [], parts: [{ acts: [expunge] }] });
    assert.equal(await client.ask('STAT'), `+OK 2 ${ONE.length + TWO.length}\r\n`);
    assert.equal(await client.ask('RETR 1'), '-ERR that message was removed meanwhile\r\n');
    assert.equal(await client.ask('TOP 1 0'), '-ERR that message was removed meanwhile\r\n');
    assert.match(await client.ask('RETR 2', 'lines'), /secondo/);
    for (const number of [1, 2]) assert.match(await client.ask(`DELE ${number}`), /^\+OK/);
    assert.match(await client.ask('QUIT'), /^\+OK/);
    assert.deepEqual(uids(house), [3]);
  });

  test('RFC 1939 section 7 unique ids are the same in every session and are not given again', async () => {
    await using house = await openPop3House();
    for (const message of [ONE, TWO]) await house.deliver(message);
    const ids = async () => {
      const client = await loggedIn(house);
      const lines = (await client.ask('UIDL', 'lines')).split('\r\n').slice(1, -2);
      await client.vanish();
      await allGone(house);
      return lines.map((line) => line.split(' ')[1] ?? '');
    };
    const before = await ids();
    assert.equal(new Set(before).size, 2);
    for (const id of before) assert.match(id, /^[\x21-\x7e]{1,70}$/);
    const client = await loggedIn(house);
    await client.ask('DELE 1');
    await client.ask('QUIT');
    await allGone(house);
    await house.deliver(ONE);
    const after = await ids();
    assert.equal(after[0], before[1]);
    assert.ok(!before.includes(after[1] ?? ''));
  });

  test('only so many messages are shown, the oldest', async () => {
    await using house = await openPop3House({ limits: { maildropMessages: 2 } });
    for (const message of [ONE, TWO]) await house.deliver(message);
    const all = await loggedIn(house);
    assert.match(await all.ask('STAT'), /^\+OK 2 /);
    await all.vanish();
    await allGone(house);
    await house.deliver(THREE);
    const client = await loggedIn(house);
    assert.match(await client.ask('STAT'), /^\+OK 2 /);
    assert.match(await client.ask('RETR 1', 'lines'), /primo/);
    await client.vanish();
  });
});

suite('POP3 front, when things go wrong', { timeout: 60_000 }, () => {
  test('nobody could look at the password: try later; something is broken: ask for help', async () => {
    const lines: string[] = [];
    const journal: Journal = {
      ...silentJournal,
      error: (facts) => lines.push(String(facts.code)),
      child: () => journal,
    };
    const faults = [
      new Fault('login-busy', 'busy', { temporary: true }),
      new Fault('password-hash', 'no hash', { temporary: false }),
      new Error('unforeseen'),
    ];
    await using house = await openPop3House({
      journal,
      authenticate: () => Promise.reject(faults.shift()),
    });
    const client = LineClient.implicit(house.pop3s);
    assert.match(await client.logIn(ADDRESS, PASSWORD), /^-ERR \[SYS\/TEMP\] /);
    const again = async () => {
      await client.ask(`USER ${ADDRESS}`);
      return client.ask(`PASS ${PASSWORD}`);
    };
    assert.match(await again(), /^-ERR \[SYS\/PERM\] /);
    assert.match(await again(), /^-ERR \[SYS\/TEMP\] /);
    assert.deepEqual(lines, ['login-busy', 'password-hash', 'unexpected']);
    await client.vanish();
  });

  test('a commit that fails is told at QUIT, and nothing is removed', async () => {
    await using house = await openPop3House({
      wrap: (store) => ({
        findFolder: (...which) => store.findFolder(...which),
        listMessages: (...which) => store.listMessages(...which),
        findContent: (id) => store.findContent(id),
        commit: () => Promise.reject(new Fault('store-full', 'no room', { temporary: true })),
      }),
    });
    await house.deliver(ONE);
    const client = await loggedIn(house);
    await client.ask('DELE 1');
    assert.equal(await client.ask('QUIT'), '-ERR [SYS/TEMP] deleted messages not removed\r\n');
    await client.hearTheEnd();
    assert.deepEqual(uids(house), [1]);
  });

  test('a message that cannot be read to its end breaks the connection, not the protocol', async () => {
    await using house = await openPop3House({
      wrap: (store) => ({
        findFolder: (...which) => store.findFolder(...which),
        listMessages: (...which) => store.listMessages(...which),
        findContent(id) {
          const content = store.findContent(id);
          if (content === undefined) return undefined;
          async function* breaking(): AsyncGenerator<Buffer> {
            yield Buffer.from('Subject: u');
            throw new Error('the disk is gone');
          }
          const { octets } = content;
          const broken = {
            size: octets.size,
            read: octets.read.bind(octets),
            slices: octets.slices.bind(octets),
            stream: breaking,
          };
          return { ...content, octets: broken };
        },
        commit: (step) => store.commit(step),
      }),
    });
    await house.deliver(ONE);
    const client = await loggedIn(house);
    client.send('RETR 1\r\n');
    assert.ok(!(await client.hearTheEnd()).endsWith('.\r\n'));
    await allGone(house);
  });

  test('RFC 1939 section 3 who says nothing for ten minutes is sent away without a word', async () => {
    const timers = new ManualTimers();
    await using house = await openPop3House({ timers });
    await house.deliver(ONE);
    const client = await loggedIn(house);
    await client.ask('DELE 1');
    timers.advance(599_999);
    assert.match(await client.ask('NOOP'), /^\+OK/);
    timers.advance(599_999);
    assert.match(await client.ask('NOOP'), /^\+OK/);
    timers.advance(600_000);
    assert.equal(await client.hearTheEnd(), '');
    assert.deepEqual(uids(house), [1]);
    await allGone(house);
    assert.equal(timers.nextDelayMs, undefined);
  });

  test('who does not log in within two minutes is sent away, however much is said', async () => {
    const timers = new ManualTimers();
    await using house = await openPop3House({ timers });
    const client = LineClient.implicit(house.pop3s);
    await client.hear();
    const silent = LineClient.clear(house.pop3);
    await silent.hear();
    timers.advance(119_999);
    assert.match(await client.ask('CAPA', 'lines'), /^\+OK/);
    timers.advance(1);
    await client.hearTheEnd();
    await silent.hearTheEnd();
  });

  test('one connection too many is closed before a word, and there is room again later', async () => {
    for (const limits of [{ sessions: 2 }, { sessionsPerPeer: 2 }]) {
      await using house = await openPop3House({ limits });
      const first = LineClient.clear(house.pop3);
      const second = LineClient.implicit(house.pop3s);
      await Promise.all([first.hear(), second.hear()]);
      assert.equal(await LineClient.clear(house.pop3).hearTheEnd(), '');
      assert.equal(await LineClient.implicit(house.pop3s).hearTheEnd(), '');
      await first.vanish();
      while (house.front.sessions > 1) await new Promise((resolve) => setImmediate(resolve));
      const third = LineClient.clear(house.pop3);
      assert.match(await third.hear(), /^\+OK/);
      await Promise.all([second.vanish(), third.vanish()]);
    }
  });

  test('closing sends idle clients away and lets what is under way end', async () => {
    let begun: () => void = () => undefined;
    const underWay = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using house = await openPop3House({
      wrap: (store) => ({
        findFolder: (...which) => store.findFolder(...which),
        listMessages: (...which) => store.listMessages(...which),
        findContent: (id) => store.findContent(id),
        async commit(step) {
          begun();
          await released;
          return store.commit(step);
        },
      }),
    });
    await house.deliver(ONE);
    const idle = LineClient.clear(house.pop3);
    await idle.hear();
    const busy = await loggedIn(house);
    await busy.ask('DELE 1');
    busy.send('QUIT\r\n');
    await underWay;
    const closed = house.front.close();
    assert.equal(await idle.hearTheEnd(), '');
    release();
    assert.match(await busy.hear(), /^\+OK/);
    await closed;
    assert.deepEqual(uids(house), []);
  });

  test('a handshake that fails ends the connection only', async () => {
    await using house = await openPop3House();
    const client = LineClient.clear(house.pop3s);
    client.send('GET / HTTP/1.1\r\n\r\n');
    await client.hearTheEnd();
    await allGone(house);
    const next = await loggedIn(house);
    await next.vanish();
  });

  test('a port that is taken is told with its number', async () => {
    await using house = await openPop3House();
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const bound = taken.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
    await assert.rejects(house.front.listen({ host: '127.0.0.1', port, tls: 'implicit' }), (fault) => {
      assert.ok(fault instanceof Fault);
      assert.equal(fault.code, 'port-unavailable');
      assert.match(fault.message, new RegExp(`${port}`));
      return true;
    });
    taken.close();
  });

  test('a new certificate is shown from the next handshake on', async () => {
    await using house = await openPop3House();
    const folder = mkdtempSync(join(tmpdir(), 'pop3-renewed-'));
    house.front.renewTls(makeIdentity(folder));
    const client = await loggedIn(house);
    assert.notEqual(client.peerFingerprint, undefined);
    assert.equal(client.peerFingerprint, LineClient.fingerprintOf(join(folder, 'cert.pem')));
    rmSync(folder, { recursive: true });
    await client.vanish();
  });
});
