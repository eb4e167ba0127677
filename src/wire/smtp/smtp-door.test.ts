// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { TestAuthority } from '../../../test/smtp/certificates.ts';
import { Dialogue, plainToken } from '../../../test/smtp/dialogue.ts';
import type { DoorTimers } from './door-timers.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor, type SmtpDoorLimits } from './smtp-door.ts';
import type { SmtpHost, SmtpTransaction } from './smtp-host.ts';

/** Timers that fire when told to. */
class HandTimers implements DoorTimers {
  readonly #waiting = new Set<{ at: number; callback: () => void }>();
  #now = 0;

  get waiting(): number {
    return this.#waiting.size;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#waiting.add(timer);
    return () => this.#waiting.delete(timer);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#waiting].filter(({ at }) => at <= this.#now)) {
      this.#waiting.delete(timer);
      timer.callback();
    }
  }
}

const OK = { code: 250, enhanced: '2.0.0', text: 'taken' };
let authority: TestAuthority;
let identity: { key: Buffer; cert: Buffer };

interface Heard {
  readonly transactions: { transaction: SmtpTransaction<string>; octets: string }[];
  readonly failures: unknown[];
  readonly disturbances: unknown[];
}

async function openDoor(
  options: {
    host?: Partial<SmtpHost<string>>;
    limits?: Partial<SmtpDoorLimits>;
    mode?: 'implicit' | 'starttls';
    login?: boolean;
    timers?: DoorTimers;
    placeOf?: (address: string) => string;
  } = {},
) {
  const heard: Heard = { transactions: [], failures: [], disturbances: [] };
  const host: SmtpHost<string> = {
    checkSender: () => undefined,
    checkRecipient: () => undefined,
    takeMessage: async (chunks, transaction) => {
      try {
        const octets: Buffer[] = [];
        for await (const chunk of chunks) octets.push(chunk);
        heard.transactions.push({ transaction, octets: Buffer.concat(octets).toString('latin1') });
        return OK;
      } catch (error) {
        heard.failures.push(error);
        throw error;
      }
    },
    translate: (error) => {
      heard.failures.push(error);
      return { code: 451, enhanced: '4.3.0', text: 'translated' };
    },
    onDisturbance: (error) => heard.disturbances.push(error),
    ...(options.login
      ? {
          authenticate: async ({ username, password }) =>
            username === 'a@alfa.test' && password === 'segreta'
              ? { user: username }
              : { refused: { code: 535, enhanced: '5.7.8', text: 'no' } },
        }
      : {}),
    ...options.host,
  };
  const door = new SmtpDoor({
    host,
    name: 'mx.alfa.test',
    tls: identity,
    mode: options.mode ?? 'starttls',
    ...(options.timers && { timers: options.timers }),
    ...(options.placeOf && { placeOf: options.placeOf }),
    limits: {
      ...DEFAULT_SMTP_DOOR_LIMITS,
      messageBytes: 100_000,
      recipients: 3,
      closeMs: 200,
      ...options.limits,
    },
  });
  const { port } = await door.listen({ port: 0, host: '127.0.0.1' });
  return { door, port, heard };
}

async function greeted(port: number, options: { tls?: boolean } = {}): Promise<Dialogue> {
  const dialogue = await Dialogue.open(port, options);
  assert.match(await dialogue.reply(), /^220 mx\.alfa\.test ESMTP/);
  return dialogue;
}

/** Ready for DATA. */
async function withEnvelope(port: number): Promise<Dialogue> {
  const dialogue = await greeted(port);
  await dialogue.say('EHLO client.test');
  assert.match(await dialogue.say('MAIL FROM:<a@alfa.test>'), /^250/);
  assert.match(await dialogue.say('RCPT TO:<b@beta.test>'), /^250/);
  return dialogue;
}

suite('smtp door', () => {
  before(() => {
    authority = new TestAuthority();
    identity = authority.issue('mx.alfa.test');
  });
  after(() => authority[Symbol.dispose]());

  test('EHLO announces what is spoken, and nothing else', async () => {
    const { door, port } = await openDoor();
    await using _ = door;
    using dialogue = await greeted(port);
    assert.equal(
      await dialogue.say('EHLO client.test'),
      [
        '250-mx.alfa.test',
        '250-PIPELINING',
        '250-8BITMIME',
        '250-ENHANCEDSTATUSCODES',
        '250-STARTTLS',
        '250 SIZE 100000',
      ].join('\n'),
    );
    assert.match(await dialogue.say('HELO client.test'), /^250 mx\.alfa\.test$/);
  });

  test('AUTH is offered and taken within TLS only', async () => {
    const { door, port, heard } = await openDoor({ login: true });
    await using _ = door;
    using dialogue = await greeted(port);
    assert.doesNotMatch(await dialogue.say('EHLO client.test'), /AUTH/);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken('a@alfa.test', 'segreta')}`), /^538 5\.7\.0/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test>'), /^530 5\.7\.0/);
    assert.match(await dialogue.startTls(), /^250.AUTH PLAIN LOGIN$/m);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test>'), /^530 5\.7\.0/);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken('a@alfa.test', 'segreta')}`), /^235 2\.7\.0/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test>'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<b@beta.test>'), /^250/);
    assert.match(await dialogue.say('DATA'), /^354/);
    assert.match(await dialogue.say('ciao\r\n.'), /^250 2\.0\.0 taken/);
    assert.equal(heard.transactions[0]?.transaction.user, 'a@alfa.test');
  });

  test('AUTH LOGIN asks in two steps; a PLAIN token for somebody else is refused', async () => {
    const { door, port } = await openDoor({ login: true, mode: 'implicit' });
    await using _ = door;
    using dialogue = await greeted(port, { tls: true });
    await dialogue.say('EHLO client.test');
    const other = Buffer.from('altri@alfa.test\0a@alfa.test\0segreta').toString('base64');
    assert.match(await dialogue.say(`AUTH PLAIN ${other}`), /^535 5\.7\.8/);
    assert.equal(await dialogue.say('AUTH LOGIN'), '334 VXNlcm5hbWU6');
    assert.equal(await dialogue.say(Buffer.from('a@alfa.test').toString('base64')), '334 UGFzc3dvcmQ6');
    assert.match(await dialogue.say(Buffer.from('segreta').toString('base64')), /^235/);
  });

  test('the third failed login ends the connection', async () => {
    const { door, port } = await openDoor({ login: true, mode: 'implicit' });
    await using _ = door;
    using dialogue = await greeted(port, { tls: true });
    await dialogue.say('EHLO client.test');
    const wrong = `AUTH PLAIN ${plainToken('a@alfa.test', 'sbagliata')}`;
    assert.match(await dialogue.say(wrong), /^535 5\.7\.8 no/);
    assert.match(await dialogue.say(wrong), /^535/);
    assert.match(await dialogue.say(wrong), /^421 4\.7\.0/);
    await dialogue.closed();
  });

  test('a message arrives octet by octet, its dots unstuffed', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    assert.match(await dialogue.say('A: \xe8\r\n\r\n..\r\n...x\r\n.'), /^250 2\.0\.0 taken$/);
    assert.equal(heard.transactions[0]?.octets, 'A: \xe8\r\n\r\n.\r\n..x\r\n');
    const { reversePath, forwardPaths, peer } = heard.transactions[0]?.transaction ?? {};
    assert.deepEqual(
      { reversePath, forwardPaths },
      { reversePath: 'a@alfa.test', forwardPaths: ['b@beta.test'] },
    );
    assert.deepEqual(
      { address: peer?.address, helo: peer?.helo, tls: peer?.tls },
      { address: '127.0.0.1', helo: 'client.test', tls: false },
    );
  });

  test('no mix of bare CR and LF ends DATA early, nor loses an octet', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    assert.match(await dialogue.say('a\n.\nb\r.\rc\n.\r\nd\r\n..\ne\n..f\r\n.'), /^250/);
    assert.equal(heard.transactions[0]?.octets, 'a\n.\nb\r.\rc\n.\r\nd\r\n.\ne\n..f\r\n');
    assert.equal(heard.transactions.length, 1);
  });

  test('a command line one octet too long ends the connection', async () => {
    const { door, port } = await openDoor({ limits: { commandBytes: 100 } });
    await using _ = door;
    using dialogue = await greeted(port);
    assert.match(await dialogue.say(`NOOP ${'x'.repeat(95)}`), /^250/);
    assert.match(await dialogue.say(`NOOP ${'x'.repeat(96)}`), /^421 5\.5\.6/);
  });

  test('the handler may stop reading: the reply still waits for the end of the message', async () => {
    const refused = { code: 554, enhanced: '5.7.1', text: 'not wanted' };
    const { door, port } = await openDoor({
      host: {
        takeMessage: async (octets) => {
          for await (const _ of octets) break;
          return refused;
        },
      },
    });
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    dialogue.write('x'.repeat(70_000));
    await new Promise((resolve) => setTimeout(resolve, 20));
    dialogue.write(`\r\n${'y'.repeat(20_000)}\r\n.\r\nNOOP\r\n`);
    assert.equal(await dialogue.reply(), '554 5.7.1 not wanted');
    assert.match(await dialogue.reply(), /^250/);
  });

  test('a fault while the message is taken is translated, once all of it has come', async () => {
    const { door, port, heard } = await openDoor({
      host: { takeMessage: () => Promise.reject(new Error('disk')) },
    });
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    assert.equal(await dialogue.say('ciao\r\n.'), '451 4.3.0 translated');
    assert.deepEqual(heard.failures.map(String), ['Error: disk']);
  });

  test('faults in the checks of sender and recipient are translated too', async () => {
    const fail = () => {
      throw new Error('store');
    };
    const { door, port } = await openDoor({ host: { checkSender: fail } });
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.say('EHLO client.test');
    assert.equal(await dialogue.say('MAIL FROM:<a@alfa.test>'), '451 4.3.0 translated');
  });

  test('a peer that leaves in the middle of a message is noticed by the reader', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    const dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    dialogue.write('half a mess');
    dialogue[Symbol.dispose]();
    while (heard.failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(heard.failures.length, 1);
    assert.equal(heard.transactions.length, 0);
  });

  test('SIZE above the limit is refused at MAIL; without SIZE far more than the limit cuts the peer off', async () => {
    const { door, port } = await openDoor({ limits: { drainBytes: 50_000 } });
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.say('EHLO client.test');
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SIZE=100001'), /^552 5\.3\.4/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SIZE=100000'), /^250/);
    await dialogue.say('RCPT TO:<b@beta.test>');
    await dialogue.say('DATA');
    dialogue.write('x'.repeat(160_000));
    assert.match(await dialogue.reply(), /^421 4\.3\.0/);
  });

  test('one recipient above the limit is refused with 452, the others stand', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await withEnvelope(port);
    assert.match(await dialogue.say('RCPT TO:<c@beta.test>'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<d@beta.test>'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<e@beta.test>'), /^452 4\.5\.3/);
    // The same mailbox again is no further one.
    assert.match(await dialogue.say('RCPT TO:<B@Beta.test>'), /^250/);
    await dialogue.say('DATA');
    assert.match(await dialogue.say('ciao\r\n.'), /^250/);
    assert.equal(heard.transactions[0]?.transaction.forwardPaths.length, 3);
  });

  test('parameters not announced are refused, those of DSN tolerated', async () => {
    const { door, port } = await openDoor();
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.say('EHLO client.test');
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SMTPUTF8'), /^555 5\.5\.4/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> REQUIRETLS'), /^5\d\d/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> BODY=BINARYMIME'), /^501/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> SIZE=1 SIZE=1'), /^501/);
    assert.match(await dialogue.say('MAIL FROM:<caff\xe8@alfa.test>'), /^501 5\.1\.7/);
    assert.match(await dialogue.say('MAIL FROM:<a@alfa.test> RET=HDRS ENVID=x BODY=8BITMIME'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<b@beta.test> NOTIFY=SUCCESS ORCPT=rfc822;b@beta.test'), /^250/);
    assert.match(await dialogue.say('RCPT TO:<c@beta.test> XYZ=1'), /^555 5\.5\.4/);
  });

  test('nothing said in cleartext before or behind STARTTLS is heard within TLS', async () => {
    const { door, port, heard } = await openDoor();
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.say('EHLO client.test');
    await dialogue.say('MAIL FROM:<a@alfa.test>');
    await dialogue.say('RCPT TO:<b@beta.test>');
    // RFC 3207 section 4.2; the lines behind STARTTLS are what an attacker in between would add.
    dialogue.write('STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<evil@beta.test>\r\nRCPT TO:<b@beta.test>\r\n');
    assert.match(await dialogue.reply(), /^220/);
    await dialogue.secure();
    assert.match(await dialogue.say('MAIL FROM:<c@alfa.test>'), /^503/);
    await dialogue.say('EHLO client.test');
    assert.match(await dialogue.say('RCPT TO:<b@beta.test>'), /^503/);
    assert.match(await dialogue.say('MAIL FROM:<c@alfa.test>'), /^250/);
    await dialogue.say('RCPT TO:<b@beta.test>');
    await dialogue.say('DATA');
    await dialogue.say('ciao\r\n.');
    assert.equal(heard.transactions.length, 1);
    assert.equal(heard.transactions[0]?.transaction.reversePath, 'c@alfa.test');
    assert.equal(heard.transactions[0]?.transaction.peer.tls, true);
  });

  test('who speaks before the greeting, or in HTTP, is sent away', async () => {
    const { door, port } = await openDoor();
    await using _ = door;
    using early = await Dialogue.open(port);
    early.write('EHLO early.test\r\n');
    assert.match(await early.reply(), /^421/);
    await early.closed();
    using browser = await greeted(port);
    assert.match(await browser.say('POST / HTTP/1.1'), /^421/);
  });

  test('places are counted per address and in all, and given back after STARTTLS too', async () => {
    const { door, port } = await openDoor({ limits: { connections: 3, connectionsPerAddress: 2 } });
    await using _ = door;
    const first = await greeted(port);
    await first.startTls();
    using second = await greeted(port);
    using third = await Dialogue.open(port);
    assert.match(await third.reply(), /^421 4\.7\.0/);
    await third.closed();
    assert.equal(door.connections, 2);
    first[Symbol.dispose]();
    while (door.connections > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    using fourth = await greeted(port);
    await second.say('QUIT');
    await fourth.say('QUIT');
    while (door.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('implicit TLS: a handshake holds a place, a failed one gives it back and disturbs nobody', async () => {
    const { door, port, heard } = await openDoor({ mode: 'implicit', limits: { connectionsPerAddress: 1 } });
    await using _ = door;
    using silent = await Dialogue.open(port);
    while (door.connections < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    using refused = await Dialogue.open(port);
    await refused.closed();
    silent.write('EHLO client.test\r\n');
    await silent.closed();
    while (door.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(heard.disturbances.length, 1);
    using welcome = await greeted(port, { tls: true });
    assert.match(await welcome.say('EHLO client.test'), /^250/);
  });

  test('a silent peer is told and left', async () => {
    const { door, port } = await openDoor({ limits: { idleMs: 150 } });
    await using _ = door;
    using dialogue = await greeted(port);
    assert.match(await dialogue.reply(), /^421 4\.4\.2/);
    await dialogue.closed();
  });

  test('SEC-11 talk alone, or messages taken back, keep no place for ever', async () => {
    const timers = new HandTimers();
    const { door, port } = await openDoor({ timers, limits: { setupMs: 1000, messageMs: 5000 } });
    await using _ = door;
    using talker = await greeted(port);
    timers.pass(999);
    assert.match(await talker.say('NOOP'), /^250/);
    timers.pass(1);
    assert.match(await talker.reply(), /^421 4\.4\.2 too slow/);
    await talker.closed();

    using undecided = await greeted(port);
    await undecided.say('EHLO client.test');
    assert.match(await undecided.say('MAIL FROM:<a@alfa.test>'), /^250/);
    timers.pass(4999);
    assert.match(await undecided.say('RSET'), /^250/);
    assert.match(await undecided.say('MAIL FROM:<a@alfa.test>'), /^250/);
    timers.pass(1);
    assert.match(await undecided.reply(), /^421 4\.4\.2/);

    using trickling = await withEnvelope(port);
    await trickling.say('DATA');
    trickling.write('S');
    timers.pass(5000);
    assert.match(await trickling.reply(), /^421 4\.4\.2/);
    await trickling.closed();
    assert.equal(timers.waiting, 0);
  });

  test('SEC-11 who brings messages one after the other may stay', async () => {
    const timers = new HandTimers();
    const { door, port, heard } = await openDoor({
      timers,
      login: true,
      limits: { setupMs: 1000, messageMs: 5000 },
    });
    await using _ = door;
    using dialogue = await greeted(port);
    await dialogue.startTls();
    timers.pass(900);
    assert.match(await dialogue.say(`AUTH PLAIN ${plainToken('a@alfa.test', 'segreta')}`), /^235/);
    for (let count = 0; count < 3; count++) {
      timers.pass(900);
      await dialogue.say('MAIL FROM:<a@alfa.test>');
      timers.pass(2400);
      await dialogue.say('RCPT TO:<b@beta.test>');
      await dialogue.say('DATA');
      timers.pass(2400);
      assert.match(await dialogue.say('ciao\r\n.'), /^250/);
    }
    assert.equal(heard.transactions.length, 3);
    dialogue[Symbol.dispose]();
    while (door.connections > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(timers.waiting, 0);
  });

  test('SEC-11 nobody is sent away while it is we who are slow', async () => {
    const timers = new HandTimers();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: begun, resolve: tellBegun } = Promise.withResolvers<void>();
    const { door, port } = await openDoor({
      timers,
      limits: { setupMs: 1000, messageMs: 5000 },
      host: {
        takeMessage: async (octets) => {
          for await (const _ of octets);
          tellBegun();
          await released;
          return OK;
        },
      },
    });
    await using _ = door;
    using dialogue = await withEnvelope(port);
    await dialogue.say('DATA');
    const reply = dialogue.say('ciao\r\n.');
    await begun;
    timers.pass(60_000);
    release();
    assert.match(await reply, /^250/);
  });

  test('SEC-11 a handshake that never ends is ended', async () => {
    const timers = new HandTimers();
    const { door, port } = await openDoor({ timers, mode: 'implicit', limits: { setupMs: 1000 } });
    await using _ = door;
    using silent = await Dialogue.open(port);
    using polite = await Dialogue.open(port, { tls: true });
    assert.match(await polite.reply(), /^220/);
    await polite.say('EHLO client.test');
    await polite.say('MAIL FROM:<a@alfa.test>');
    while (door.connections < 2) await new Promise((resolve) => setImmediate(resolve));
    timers.pass(1000);
    await silent.closed();
    assert.match(await polite.say('NOOP'), /^250/);
  });

  test('SEC-11 addresses of one place are counted together', async () => {
    const { door, port } = await openDoor({
      limits: { connectionsPerAddress: 1 },
      placeOf: () => 'one street',
    });
    await using _ = door;
    using __ = await greeted(port);
    using second = await Dialogue.open(port, { from: '127.0.0.2' });
    assert.match(await second.reply(), /^421 4\.7\.0/);
  });

  test('closing says goodbye to the idle and lets a message finish', async () => {
    const { door, port, heard } = await openDoor({ limits: { closeMs: 5_000 } });
    using idle = await greeted(port);
    using busy = await withEnvelope(port);
    await busy.say('DATA');
    const closing = door.close();
    assert.match(await idle.reply(), /^421 4\.3\.2/);
    assert.match(await busy.say('ciao\r\n.'), /^250/);
    assert.match(await busy.say('NOOP'), /^421/);
    await closing;
    assert.equal(heard.transactions.length, 1);
    await assert.rejects(Dialogue.open(port), { code: 'ECONNREFUSED' });
  });

  test('a port that is taken is told by the system’s own code', async () => {
    const { door, port } = await openDoor();
    await using _ = door;
    const { door: other } = await openDoor();
    await other.close();
    const again = new SmtpDoor({
      host: {
        checkSender: () => undefined,
        checkRecipient: () => undefined,
        takeMessage: async () => OK,
        translate: () => OK,
        onDisturbance: () => undefined,
      },
      name: 'mx.alfa.test',
      tls: identity,
      mode: 'starttls',
      limits: { ...DEFAULT_SMTP_DOOR_LIMITS, messageBytes: 1, recipients: 1 },
    });
    await assert.rejects(again.listen({ port, host: '127.0.0.1' }), { code: 'EADDRINUSE' });
  });
});
