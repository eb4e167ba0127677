// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { Dialogue, plainToken } from '../../../test/smtp/dialogue.ts';
import {
  doorIdentity,
  greeted,
  HandTimers,
  OK,
  openDoor,
  showsCertificate,
  withEnvelope,
} from '../../../test/smtp/open-door.ts';
import { DEFAULT_SMTP_DOOR_LIMITS, SmtpDoor } from './smtp-door.ts';

suite('smtp door: who may stay, and for how long', () => {
  showsCertificate();

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

  test('SEC-13 a peer that does not read its replies is not read either', async () => {
    const { door, port } = await openDoor({ mode: 'starttls' });
    await using _ = door;
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    // The greeting, and then nothing more.
    await once(socket, 'readable');
    socket.pause();
    const commands = Buffer.from('EHLO a.test\r\n'.repeat(10_000));
    let taken = 0;
    for (let written = 0; written < 500; written++) socket.write(commands, () => taken++);
    let before = -1;
    for (let quiet = 0; quiet < 5; quiet = taken === before ? quiet + 1 : 0) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    assert.ok(taken < 400, `${taken} of 500 pieces were taken`);
    using other = await greeted(port);
    assert.match(await other.say('NOOP'), /^250/);
    socket.destroy();
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
      tls: doorIdentity(),
      mode: 'starttls',
      limits: { ...DEFAULT_SMTP_DOOR_LIMITS, messageBytes: 1, recipients: 1 },
    });
    await assert.rejects(again.listen({ port, host: '127.0.0.1' }), { code: 'EADDRINUSE' });
  });
});
