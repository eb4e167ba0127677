// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createSnapshot } from '../../src/trust/provider-directory/directory-snapshot.ts';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';
import { checkCertificationData, checkSignatures } from './checks.ts';
import { bodyOf } from './seen.ts';
import { ALFA, BETA, GAMMA } from './terms.ts';
import { MORNING, TickingClock, World } from './world.ts';

for (const engine of ['memory', 'sqlite'] as const) {
  suite(`a certified message from end to end, ${engine}`, () => {
    test('AP-19 AP-21 IP-11 IP-18 IP-20 DP-3 the normal transaction between two providers', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const { alfa, beta } = world;
      const [anna, carla] = [alfa.user('anna'), beta.user('carla')];
      const id = await anna.certifies({ to: [carla.address], subject: 'Convocazione' });

      // Accepted: the receipt and the queue entry are there before anything leaves.
      assert.deepEqual(await anna.kinds(), ['accettazione']);
      assert.equal(alfa.store.listQueue().length, 1);
      await carla.seesNothing();

      await world.settles();
      assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
      assert.deepEqual(await carla.kinds(), ['posta-certificata']);
      assert.deepEqual(await alfa.service.kinds(), ['presa-in-carico']);
      assert.deepEqual(await beta.service.kinds(), []);
      assert.deepEqual(
        world.network.hops.map(({ from, to, kind, answer }) => `${from} -> ${to}: ${kind}, ${answer}`),
        [
          'alfa -> pec.beta.test: transport-envelope, taken',
          'beta -> pec.alfa.test: take-charge, taken',
          'beta -> pec.alfa.test: delivery-complete, taken',
        ],
      );
      assert.deepEqual(alfa.story(id), [
        'acceptance',
        'envelope-sent',
        'take-charge-received carla@pec.beta.test',
        'notification-received carla@pec.beta.test',
      ]);
      assert.deepEqual(beta.story(id), [
        'envelope-received',
        'take-charge-emitted',
        'delivered carla@pec.beta.test',
        'delivery-receipt-emitted carla@pec.beta.test',
        'envelope-sent',
        'envelope-sent',
      ]);
      const tracking = alfa.store.findTracking(id, carla.address);
      assert.equal(tracking?.takenInChargeAt, MORNING);
      assert.equal(tracking?.outcome, 'delivered');
      assert.deepEqual([...alfa.store.listQueue(), ...beta.store.listQueue()], []);
      assert.equal(await checkCertificationData(world), 4);
      assert.equal(await checkSignatures(world), 4);
    });

    test('SIG-15 the log says which certificate and which revocation list a verification rested on', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const { alfa, beta } = world;
      const id = await alfa.user('anna').certifies({ to: [beta.user('carla').address] });
      await world.settles();
      const grounds = (home: typeof alfa, events: RegExp) =>
        home
          .log(id)
          .filter(({ event }) => events.test(event))
          .map(({ detail }) => `${detail?.certificate?.length} ${/^\d+$/.test(detail?.crl ?? '')}`);
      assert.deepEqual(grounds(beta, /^(envelope-received|take-charge-emitted)$/), ['40 true', '40 true']);
      assert.deepEqual(grounds(alfa, /-received$/), ['40 true', '40 true']);
    });

    test('IP-8 IP-11 of environments that share a certificate, the sender’s own hears of take-charge', async () => {
      const terms = { ...ALFA, domains: [...ALFA.domains, 'enti.alfa.test'] };
      await using world = await World.open([terms, BETA], { engine });
      const { alfa, beta } = world;
      const { records, ...index } = beta.directory.current;
      const [main, ...others] = records;
      assert.ok(main?.providerName === ALFA.name);
      const unit = {
        ...main,
        providerUnit: 'Ambiente Enti',
        mailReceipt: 'ricevute@enti.alfa.test',
        managedDomains: new Set(['enti.alfa.test']),
      };
      const own = { ...main, managedDomains: new Set(ALFA.domains) };
      beta.directory.replace(createSnapshot({ ...index, records: [own, unit, ...others] }));
      const [carla, gina] = [beta.user('carla'), await alfa.opens('gina@enti.alfa.test')];
      await alfa.user('anna').certifies({ to: [carla.address] });
      await gina.certifies({ to: [carla.address] });
      world.network.unreachable.add('pec.alfa.test').add('enti.alfa.test');
      await world.settles();
      assert.deepEqual(await carla.kinds(), ['posta-certificata', 'posta-certificata']);
      const takeCharges = beta.store.listQueue().filter(({ kind }) => kind === 'take-charge');
      assert.deepEqual(
        takeCharges.map(({ forwardPaths }) => forwardPaths[0]),
        [alfa.serviceMailbox, 'ricevute@enti.alfa.test'],
      );
    });

    test('DP-28 SRV-1 the same domain goes the same way, M6 to oneself included', async () => {
      await using world = await World.open([ALFA], { engine });
      const { alfa } = world;
      const [anna, bruno] = [alfa.user('anna'), alfa.user('bruno')];
      const id = await anna.certifies({ to: [bruno.address] });
      await world.settles();
      assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
      assert.deepEqual(await bruno.kinds(), ['posta-certificata']);
      assert.deepEqual(await alfa.service.kinds(), ['presa-in-carico']);
      assert.deepEqual(
        world.network.hops.map(({ to, kind, answer }) => `${to}: ${kind}, ${answer}`),
        ['local: transport-envelope, taken', 'local: take-charge, taken', 'local: delivery-complete, taken'],
      );
      assert.deepEqual(alfa.story(id).slice(0, 5), [
        'acceptance',
        'envelope-received',
        'take-charge-emitted',
        'delivered bruno@pec.alfa.test',
        'delivery-receipt-emitted bruno@pec.alfa.test',
      ]);
      assert.equal(alfa.store.findTracking(id, bruno.address)?.outcome, 'delivered');
      assert.equal(await checkSignatures(world), 4);
    });

    test('AP-31 AP-35 IP-12 IP-13 DP-5 several recipients at several providers (spec 4.2)', async () => {
      await using world = await World.open([ALFA, BETA, GAMMA], { engine });
      const { alfa, beta, gamma } = world;
      const anna = alfa.user('anna');
      const [r1, r2, r3, r4] = [
        'carla@pec.beta.test',
        'dario@pec.beta.test',
        'elsa@pec.gamma.test',
        'bruno@pec.alfa.test',
      ];
      const e = 'info@posta.test';
      const id = await anna.certifies({ to: [r1, r2, r3, e], cc: [r4] });
      await world.settles();

      const acceptance = await anna.sees('accettazione');
      assert.deepEqual(
        acceptance.data.recipients.map(
          ({ address, certified }) => `${address} ${certified ? 'certificato' : 'esterno'}`,
        ),
        [`${r1} certificato`, `${r2} certificato`, `${r3} certificato`, `${e} esterno`, `${r4} certificato`],
      );
      assert.deepEqual(
        world.network.hops
          .filter(({ kind }) => kind === 'transport-envelope')
          .map(({ to, forwardPaths }) => `${to}: ${forwardPaths}`)
          .sort(),
        [`local: ${r4}`, `pec.beta.test: ${r1},${r2}`, `pec.gamma.test: ${r3}`, `posta.test: ${e}`],
      );
      assert.deepEqual(
        world.network.ordinary.mail.map(({ reversePath, forwardPaths }) => `${reversePath}: ${forwardPaths}`),
        [`${anna.address}: ${e}`],
      );
      // One take-charge for each transaction, over all covering every certified recipient.
      const covered = (await alfa.service.messages()).map(({ data }) => [data.provider, data.takenInCharge]);
      assert.deepEqual(covered.sort(), [
        [ALFA.name, [r4]],
        [BETA.name, [r1, r2]],
        [GAMMA.name, [r3]],
      ]);
      for (const { data } of await alfa.service.messages()) {
        assert.deepEqual(data.recipients, acceptance.data.recipients);
      }
      assert.deepEqual(await anna.kinds(), ['accettazione', ...Array(4).fill('avvenuta-consegna')]);
      for (const primary of [r1, r2, r3]) {
        assert.ok((await anna.sees('avvenuta-consegna', primary)).original, `complete for ${primary}`);
      }
      assert.equal((await anna.sees('avvenuta-consegna', r4)).original, undefined, 'concise for Cc');
      assert.deepEqual(
        alfa.store.listTrackings(id).map(({ recipient, outcome }) => `${recipient} ${outcome}`),
        [r1, r2, r3, r4].map((address) => `${address} delivered`),
      );
      // Everybody got the same envelope.
      const envelopes = [
        await beta.user('carla').sees('posta-certificata'),
        await beta.user('dario').sees('posta-certificata'),
        await gamma.user('elsa').sees('posta-certificata'),
        await alfa.user('bruno').sees('posta-certificata'),
      ];
      assert.deepEqual(
        envelopes.map(({ messageId }) => messageId),
        Array(4).fill(id),
      );
      for (const { octets } of envelopes.slice(1)) {
        assert.deepEqual(bodyOf(octets), bodyOf(envelopes[0]?.octets ?? Buffer.alloc(0)));
      }
      await checkCertificationData(world);
    });

    test('AP-13 DP-5 fifty recipients: one acceptance, one envelope, a receipt for each certified one', async () => {
      await using world = await World.open(
        [ALFA, { ...BETA, users: Array.from({ length: 30 }, (_, at) => `u${at}`) }],
        { engine },
      );
      const anna = world.alfa.user('anna');
      for (let at = 0; at < 15; at++) await world.alfa.opens(`v${at}`);
      const certified = [
        ...Array.from({ length: 30 }, (_, at) => `u${at}@pec.beta.test`),
        ...Array.from({ length: 15 }, (_, at) => `v${at}@pec.alfa.test`),
      ];
      const ordinary = Array.from({ length: 5 }, (_, at) => `w${at}@posta.test`);
      const id = await anna.certifies({ to: certified, cc: ordinary });
      await world.settles({ hurry: true });
      assert.deepEqual(await anna.kinds(), ['accettazione', ...Array(45).fill('avvenuta-consegna')]);
      for (const address of certified) await anna.sees('avvenuta-consegna', address);
      assert.deepEqual(await world.alfa.service.kinds(), ['presa-in-carico', 'presa-in-carico']);
      assert.deepEqual(world.network.answers('transport-envelope'), ['taken', 'taken', 'taken']);
      assert.equal(world.network.ordinary.mail.length, 1);
      assert.equal(world.alfa.store.listTrackings(id).length, 45);
      assert.equal(await checkCertificationData(world), 1 + 45 + 2 + 45);
    });
  });
}

suite('one instant for each transaction', () => {
  test('TIME-1 TIME-7 AP-20 LOG-8 DP-20 whoever looks at the clock twice gives himself away', async () => {
    await using world = await World.open([ALFA, BETA], { clock: new TickingClock(MORNING) });
    const { alfa, beta } = world;
    const [anna, carla] = [alfa.user('anna'), beta.user('carla')];
    const id = await anna.certifies({ to: [carla.address] });
    await world.settles();
    const [acceptance, envelope] = [await anna.sees('accettazione'), await carla.sees('posta-certificata')];
    const [takeCharge] = await alfa.service.messages();
    const receipt = await anna.sees('avvenuta-consegna');
    assert.ok(takeCharge);
    for (const [point, seen, events, provider] of [
      ['access', [acceptance, envelope], ['acceptance'], alfa],
      [
        'incoming and delivery',
        [takeCharge, receipt],
        ['envelope-received', 'take-charge-emitted', 'delivered', 'delivery-receipt-emitted'],
        beta,
      ],
    ] as const) {
      const logged = new Set(
        provider
          .log(id)
          .flatMap(({ event, instant }) => (events.some((one) => one === event) ? [instant] : [])),
      );
      assert.equal(logged.size, 1, point);
      const [instant = 0] = logged;
      const second = Math.floor(instant / 1000) * 1000;
      for (const message of seen) {
        assert.equal(Date.parse(message.field('Date') ?? ''), second, `${point}: Date of ${message.kind}`);
        assert.equal(message.data.instant, second, `${point}: data of ${message.kind}`);
        const { octets, index } = message;
        const verdict = await beta.verifier.verify(new MemoryOctets(octets), index);
        assert.equal(
          verdict.authentic && verdict.signedAt,
          second,
          `${point}: signingTime of ${message.kind}`,
        );
      }
    }
    // Both in the legal time of Italy, in winter an hour ahead.
    assert.match(acceptance.field('Date') ?? '', /^Mon, 0?2 Mar 2026 10:\d\d:\d\d \+0100$/);
  });

  test('TIME-3 TIME-4 TIME-5 TIME-6 texts and data say the same, in legal time', async () => {
    await using world = await World.open();
    const [anna, carla] = [world.alfa.user('anna'), world.beta.user('carla')];
    await anna.certifies({ to: [carla.address] });
    await world.settles();
    for (const { seen } of await world.everything()) {
      assert.match(seen.text, /Il giorno 02\/03\/2026 alle ore 10:15:02 \(\+0100\) il messaggio/);
      const xml = seen.xml?.toString() ?? '';
      assert.match(xml, /<data zona="\+0100">\s*<giorno>02\/03\/2026<\/giorno>\s*<ora>10:15:02<\/ora>/);
    }
  });
});
