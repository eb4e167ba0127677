// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { DEFAULT_IMAP_FRONT_LIMITS } from '../../src/fronts/imap/front-limits.ts';
import { Fault } from '../../src/platform/faults.ts';
import { ManualTimers } from '../../src/platform/timers.ts';
import { ADDRESS, type ImapHouse, openImapHouse, PASSWORD } from './house.ts';
import { RawClient } from './raw-client.ts';

const LOGIN = `LOGIN ${ADDRESS} "${PASSWORD}"`;

const open = (house: ImapHouse): Promise<RawClient> =>
  RawClient.open({ port: house.imaps, caFile: house.caFile });

async function openLoggedIn(house: ImapHouse): Promise<RawClient> {
  const client = await open(house);
  assert.match(await client.command('login', LOGIN), /^login OK /m);
  return client;
}

/** The last words of a server that closes. */
async function farewell(client: RawClient): Promise<string> {
  const said = await client.until(/^\* BYE [^\r\n]*\r\n/m);
  await client.closed();
  return said;
}

suite('the IMAP front', { timeout: 60_000 }, () => {
  test('SEC-11 one connection too many from an address is told BYE, and the others go on', async () => {
    await using house = await openImapHouse({ limits: { sessionsPerPeer: 2 } });
    using first = await openLoggedIn(house);
    using second = await open(house);
    const third = await RawClient.openUngreeted({ port: house.imaps, caFile: house.caFile });
    assert.equal(
      await farewell(third),
      '* BYE [LIMIT] Troppe connessioni contemporanee: chiudere qualche programma e riprovare\r\n',
    );
    const plain = await RawClient.openPlainUngreeted(house.imap);
    assert.match(await farewell(plain), /^\* BYE \[LIMIT\]/);
    assert.match(await first.command('a', 'NOOP'), /^a OK /);
    second[Symbol.dispose]();
    await until(() => house.front.sessions === 1);
    using fourth = await open(house);
    assert.match(await fourth.command('a', 'NOOP'), /^a OK /);
  });

  test('SEC-1 who is logged in to a mailbox that is disabled is told BYE, also in IDLE; others go on', async () => {
    await using house = await openImapHouse();
    using first = await openLoggedIn(house);
    using idling = await openLoggedIn(house);
    using stranger = await open(house);
    await first.command('a', 'SELECT INBOX');
    await idling.command('a', 'SELECT INBOX');
    idling.send('b IDLE\r\n');
    await idling.until(/^\+ /m);
    const { id: _, ...mailbox } = house.store.getMailbox(house.mailbox);
    const acts = [{ do: 'put-mailbox', mailbox: { ...mailbox, status: 'disabled' }, folders: [] }] as const;
    await house.store.commit({ blobs: [], contents: [], parts: [{ acts }] });
    const words = /^\* BYE La casella e' stata disabilitata, o la password cambiata\r\n/m;
    for (const client of [first, idling]) assert.match(await farewell(client), words);
    assert.match(await stranger.command('a', 'NOOP'), /^a OK /);
    await until(() => house.front.sessions === 1);
  });

  test('SEC-11 a crowd beyond that is closed without a word', async () => {
    await using house = await openImapHouse({ limits: { sessions: 1, farewells: 0 } });
    using first = await open(house);
    const second = await RawClient.openPlainUngreeted(house.imap);
    assert.equal(await second.closed(), '');
    assert.match(await first.command('a', 'NOOP'), /^a OK /);
  });

  test('SEC-11 a mailbox has so many sessions and no more', async () => {
    await using house = await openImapHouse({ limits: { sessionsPerMailbox: 2 } });
    using first = await openLoggedIn(house);
    using second = await openLoggedIn(house);
    using third = await open(house);
    assert.match(await third.command('a', LOGIN), /^a NO \[LIMIT\] Troppe connessioni/);
    await first.command('b', 'LOGOUT');
    assert.match(await third.command('b', LOGIN), /^b OK /m);
    assert.match(await second.command('c', 'NOOP'), /^c OK /);
  });

  test('SEC-11 whoever does not log in, or is silent for half an hour, is sent away', async () => {
    const timers = new ManualTimers();
    await using house = await openImapHouse({ timers });
    const { logInMs, idleMs } = DEFAULT_IMAP_FRONT_LIMITS;
    const stranger = await open(house);
    using user = await openLoggedIn(house);
    timers.advance(logInMs);
    assert.match(await farewell(stranger), /^\* BYE Nessun accesso/);
    timers.advance(idleMs - logInMs - 1);
    assert.match(await user.command('a', 'NOOP'), /^a OK /);
    timers.advance(idleMs - 1);
    assert.match(await user.command('b', 'NOOP'), /^b OK /);
    timers.advance(idleMs);
    assert.match(await farewell(user), /^\* BYE Connessione inattiva/);
  });

  test('RFC 9051 section 6.3.13: who waits in IDLE may be silent for longer', async () => {
    const timers = new ManualTimers();
    await using house = await openImapHouse({ timers });
    const { idleMs, idlingMs } = DEFAULT_IMAP_FRONT_LIMITS;
    const client = await openLoggedIn(house);
    await client.command('a', 'SELECT INBOX');
    client.send('b IDLE\r\n');
    await client.until(/^\+ /m);
    timers.advance(idlingMs - 1);
    await house.deliver('Subject: ciao\r\n\r\nciao\r\n');
    await client.until(/^\* 1 EXISTS\r\n/m);
    timers.advance(idlingMs - idleMs);
    assert.match(await farewell(client), /^\* BYE Connessione inattiva/m);
  });

  test('SEC-1 five refused passwords end a connection', async () => {
    await using house = await openImapHouse();
    const client = await open(house);
    for (const tag of ['a', 'b', 'c', 'd']) {
      const said = await client.command(tag, `LOGIN ${ADDRESS} wrong`);
      assert.equal(said, `${tag} NO [AUTHENTICATIONFAILED] Indirizzo o password errati\r\n`);
    }
    client.send(`e LOGIN ${ADDRESS} wrong\r\n`);
    assert.match(await farewell(client), /^e NO .*\r\n\* BYE /s);
  });

  test('RFC 9051 section 6.2.1: what is said before the handshake counts for nothing', async () => {
    await using house = await openImapHouse();
    const socket = connect({ host: '127.0.0.1', port: house.imap });
    let said = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text;
    });
    socket.on('error', () => undefined);
    socket.write(`a STARTTLS\r\nb ${LOGIN}\r\nc LIST "" *\r\n`);
    await until(() => said.includes('a OK'));
    await new Promise((resolve) => setImmediate(resolve));
    assert.doesNotMatch(said, /^[bc] /m);
    socket.destroy();
    await until(() => house.front.sessions === 0);
  });

  test('it closes: everybody is told, and nobody is left', async () => {
    const house = await openImapHouse();
    const clients = [await open(house), await openLoggedIn(house), await openLoggedIn(house)];
    await clients[2]?.command('a', 'SELECT INBOX');
    clients[2]?.send('b IDLE\r\n');
    await clients[2]?.until(/^\+ /m);
    const closed = house[Symbol.asyncDispose]();
    for (const client of clients)
      assert.match(await farewell(client), /^\* BYE \[UNAVAILABLE\] Il servizio/m);
    await closed;
    assert.equal(house.front.sessions, 0);
  });

  test('a log-in that nobody can decide now is no wrong password', async () => {
    const faults = [
      new Fault('login-busy', 'too many', { temporary: true }),
      new Fault('broken', 'for good', { temporary: false }),
      new Error('unforeseen'),
    ];
    await using house = await openImapHouse({
      authenticate: async () => {
        throw faults.shift();
      },
    });
    using client = await open(house);
    assert.match(await client.command('a', LOGIN), /^a NO \[UNAVAILABLE\] Servizio al momento/);
    assert.match(await client.command('b', LOGIN), /^b NO \[CONTACTADMIN\]/);
    assert.match(await client.command('c', LOGIN), /^c NO \[UNAVAILABLE\]/);
  });

  test('a store that takes nothing for now refuses for now, and the session goes on', async () => {
    let fails = false;
    await using house = await openImapHouse({
      wrap: (store) =>
        new Proxy(store, {
          get(target, name) {
            const value = Reflect.get(target, name, target);
            if (typeof value !== 'function') return value;
            if (name === 'commit' && fails)
              return () => Promise.reject(new Fault('store-full', 'no room', { temporary: true }));
            return value.bind(target);
          },
        }),
    });
    await house.deliver('Subject: ciao\r\n\r\nciao\r\n');
    using client = await openLoggedIn(house);
    await client.command('a', 'SELECT INBOX');
    fails = true;
    const commands = [
      'STORE 1 +FLAGS (\\Seen)',
      'APPEND INBOX {3+}\r\nx:y',
      'COPY 1 Archivio',
      'MOVE 1 Archivio',
      'CREATE nuova',
      'RENAME Archivio Vecchio',
      'DELETE Archivio',
      'SUBSCRIBE Archivio',
    ];
    for (const command of commands)
      assert.match(await client.command('b', command), /^b NO \[UNAVAILABLE\] Servizio/m, command);
    fails = false;
    assert.match(await client.command('c', 'STORE 1 +FLAGS (\\Deleted)'), /^c OK /m);
    fails = true;
    assert.match(await client.command('d', 'EXPUNGE'), /^d NO \[UNAVAILABLE\]/m);
    fails = false;
    assert.match(await client.command('e', 'EXPUNGE'), /^\* 1 EXPUNGE\r\ne OK /);
  });

  test('a slow reader is waited for, and then closed, without keeping what it does not take', async () => {
    const timers = new ManualTimers();
    await using house = await openImapHouse({ timers });
    const message = `Subject: x\r\n\r\n${'riga di prova\r\n'.repeat(20_000)}`;
    for (let number = 0; number < 60; number++) await house.deliver(message);
    const client = await openLoggedIn(house);
    await client.command('a', 'SELECT INBOX');
    client.pause();
    client.send('b FETCH 1:* BODY.PEEK[]\r\n');
    using other = await openLoggedIn(house);
    assert.match(await other.command('a', 'SELECT INBOX'), /^a OK /m);
    // Progress is made until what lies between both is full.
    await settled();
    for (let turn = 0; turn < 3; turn++) timers.advance(DEFAULT_IMAP_FRONT_LIMITS.idleMs - 1);
    timers.advance(DEFAULT_IMAP_FRONT_LIMITS.idleMs);
    timers.advance(DEFAULT_IMAP_FRONT_LIMITS.closeMs);
    await until(() => house.front.sessions <= 1);
    client[Symbol.dispose]();
  });

  test('commands sent at once are answered in their order', async () => {
    await using house = await openImapHouse();
    using client = await openLoggedIn(house);
    const names = Array.from({ length: 50 }, (_, number) => `f${number}`);
    client.send(
      names.map((name) => `${name} CREATE ${name}\r\nx${name} STATUS ${name} (MESSAGES)\r\n`).join(''),
    );
    const said = await client.until(/^xf49 [^\r\n]*\r\n/m);
    const tags = said.match(/^x?f\d+(?= OK)/gm);
    assert.deepEqual(
      tags,
      names.flatMap((name) => [name, `x${name}`]),
    );
  });
});

/** Resolves once it is so; the test's own timeout ends the waiting. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await settled();
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 10);
  });
}
