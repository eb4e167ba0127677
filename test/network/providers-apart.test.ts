// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FixedClock, systemClock } from '../../src/platform/clock.ts';
import { courierTo, openPeer } from '../queue/smtp-peers.ts';
import { TestAuthority } from '../smtp/certificates.ts';
import { ALFA, BETA } from '../world/terms.ts';
import { HOUR_MS, World } from '../world/world.ts';
import { CARLA, calmsDown, certified, openApart, wentWell } from './providers-apart.ts';
import { STAGES } from './smtp-proxy.ts';

suite('two providers with a network that fails between them', () => {
  for (const by of ['BDAT', 'DATA'])
    test(`DP-24 IP-28 AP-31 connections that break at every stage, by ${by}, in both directions: all once, nothing lost`, async () => {
      await using apart = await openApart({ engine: 'sqlite' });
      const { world, beforeBeta, beforeAlfa } = apart;
      for (const proxy of [beforeBeta, beforeAlfa]) proxy.hidesChunking = by === 'DATA';
      const letters: string[] = [];
      for (const stage of STAGES) {
        for (const proxy of [beforeBeta, beforeAlfa]) proxy.plans.push({ stage, mishap: 'cut' });
        letters.push(await world.alfa.user('anna').certifies({ to: [CARLA] }));
        await calmsDown(world);
        // A kept connection shows the stages before MAIL only to who connects anew.
        for (const proxy of [beforeBeta, beforeAlfa]) proxy.breakAll();
        await new Promise((resolve) => setImmediate(resolve));
      }
      // What is left (QUIT is said only by who closes in peace) has nothing more to break.
      for (const proxy of [beforeBeta, beforeAlfa]) {
        const stages = proxy.happened.map(({ stage }) => stage);
        assert.deepEqual(stages, STAGES.slice(0, stages.length));
        assert.ok(stages.length >= STAGES.length - 1, stages.join());
        assert.ok(proxy.connections > STAGES.length / 2);
      }
      await wentWell(world, letters);
      const again = letters.flatMap((id) => world.beta.story(id)).filter((line) => /^duplicate/.test(line));
      assert.equal(again.length, 2, 'the answers that got lost, to a dot and in a reply');
    });

  test('half-open connections at every stage end in time: all once, nothing lost', async () => {
    await using apart = await openApart();
    const { world, beforeBeta } = apart;
    const letters: string[] = [];
    for (const stage of STAGES.slice(1, -1)) {
      beforeBeta.plans.push({ stage, mishap: 'silence' });
      letters.push(await world.alfa.user('anna').certifies({ to: [CARLA] }));
      await calmsDown(world);
      beforeBeta.breakAll();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(beforeBeta.happened.length, STAGES.length - 2);
    await wentWell(world, letters);
  });

  test('only one side learns that the connection broke: all once, nothing lost', async () => {
    await using apart = await openApart();
    const { world, beforeBeta } = apart;
    const letters: string[] = [];
    for (const mishap of ['client-cut', 'server-cut'] as const) {
      for (const stage of ['RCPT', 'middle of the message', 'final dot'] as const) {
        beforeBeta.plans.push({ stage, mishap });
        letters.push(await world.alfa.user('anna').certifies({ to: [CARLA] }));
        await calmsDown(world);
      }
    }
    assert.equal(beforeBeta.happened.length, 6);
    await wentWell(world, letters);
  });

  test('a slow line delays and breaks nothing', async () => {
    await using apart = await openApart({ timeouts: {} });
    const { world, beforeBeta, beforeAlfa } = apart;
    for (const proxy of [beforeBeta, beforeAlfa]) proxy.delayMs = 30;
    const recipients = [CARLA, 'dario@pec.beta.test'];
    const id = await world.alfa.user('anna').certifies({ to: recipients });
    await calmsDown(world);
    await wentWell(world, [id], recipients);
  });

  test('AP-33 a provider that says 4xx for 23 hours, and then takes the message', async () => {
    await using apart = await openApart();
    const { world, beforeBeta } = apart;
    beforeBeta.refusal = '421 4.3.2 not now';
    const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.passes(23 * HOUR_MS);
    const [entry] = world.alfa.store.listQueue();
    assert.ok((entry?.attempts ?? 0) > 40, 'tried again and again');
    assert.match(entry?.lastError ?? '', /421 4\.3\.2 not now/);
    beforeBeta.refusal = undefined;
    await calmsDown(world);
    const kinds = await world.alfa.user('anna').kinds();
    assert.equal(kinds.filter((kind) => kind === 'avvenuta-consegna').length, 1);
    assert.equal(kinds.filter((kind) => kind === 'errore-consegna').length, 0);
    assert.equal(world.beta.story(id).filter((line) => line === `delivered ${CARLA}`).length, 1);
  });

  test('AP-33 AP-34 a provider that says 4xx for 25 hours: one notice, and no message after it', async () => {
    await using apart = await openApart();
    const { world, beforeBeta } = apart;
    beforeBeta.refusal = '421 4.3.2 not now';
    await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.passes(25 * HOUR_MS);
    beforeBeta.refusal = undefined;
    await calmsDown(world);
    await world.passes(HOUR_MS);
    const notice = await world.alfa.user('anna').sees('errore-consegna', CARLA);
    assert.equal(notice.data.error, 'altro');
    assert.match(notice.data.extendedError ?? '', new RegExp(`^5\\.4\\.7 - ${ALFA.name} - tempo massimo`));
    await world.beta.user('carla').seesNothing();
  });

  test('AP-34 a provider that refuses some recipients by SMTP: each has its own end, in the words it was given', async () => {
    await using world = await World.open([ALFA, BETA], { clock: new FixedClock(systemClock.now()) });
    using authority = new TestAuthority();
    const { door, port, transactions } = await openPeer({ identity: authority.issue('mx.pec.beta.test') });
    await using _ = door;
    const route = { host: '127.0.0.1', port, tlsName: 'mx.pec.beta.test' };
    using courier = courierTo({ 'pec.beta.test': route }, { certifiedCa: authority.ca, clock: world.clock });
    world.alfa.courier = courier;
    const anna = world.alfa.user('anna');
    const [unknown, full] = ['nessuno@pec.beta.test', 'pieno@pec.beta.test'];
    await anna.certifies({ to: [CARLA, unknown, full] });
    await world.settles();
    assert.deepEqual(
      transactions.map(({ forwardPaths }) => forwardPaths),
      [[CARLA]],
    );
    const refused = await anna.sees('errore-consegna');
    assert.deepEqual([refused.data.deliveredTo, refused.data.error], [unknown, 'no-dest']);
    assert.equal(refused.data.extendedError, `5.1.1 - ${ALFA.name} - indirizzo non valido (unknown)`);
    assert.deepEqual(world.alfa.store.listQueue()[0]?.forwardPaths, [full]);
    await world.passes(25 * HOUR_MS);
    const expired = await anna.sees('errore-consegna', full);
    assert.equal(expired.data.error, 'altro');
    assert.equal(
      expired.data.extendedError,
      `5.4.7 - ${ALFA.name} - tempo massimo per la consegna superato (452 4.2.2 full)`,
    );
    assert.equal(transactions.length, 1);
    assert.deepEqual(world.alfa.store.listQueue(), []);
  });

  test('SEC-3 SEC-12 a certificate swapped on the way: nothing goes, neither over TLS nor in cleartext', async () => {
    await using apart = await openApart();
    const { world, beforeBeta } = apart;
    const good = beforeBeta.identity;
    using stranger = new TestAuthority();
    const wrong = [stranger.issue('mx.pec.beta.test'), await certified(world, 'mx.pec.gamma.test')];
    const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
    for (const identity of wrong) {
      beforeBeta.identity = identity;
      await world.passes(2 * 60_000);
      const [entry] = world.alfa.store.listQueue();
      assert.match(
        entry?.lastError ?? '',
        /mx\.pec\.beta\.test \(127\.0\.0\.1:\d+\): .*(certificate|altname)/i,
      );
    }
    await world.beta.user('carla').seesNothing();
    assert.deepEqual(world.beta.story(id), []);
    beforeBeta.identity = good;
    await calmsDown(world);
    await wentWell(world, [id]);
  });
});
