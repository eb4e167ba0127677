// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { examineStore } from '../../src/composition/store-examination.ts';
import { draftTransportEnvelope } from '../../src/evidence/envelopes/transport-envelope.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { checkSignatures } from './checks.ts';
import { ALFA, BETA, GAMMA } from './terms.ts';
import { HOUR_MS, MORNING, World } from './world.ts';
import type { WorldProvider } from './world-provider.ts';

const CARLA = 'carla@pec.beta.test';
const DARIO = 'dario@pec.beta.test';
const WORM = 'this text is a worm';
const TEXT = `Leggi: ${WORM}\r\n`;

function knows(provider: WorldProvider, word = WORM): void {
  provider.words.viruses.set(word, 'Test.Worm-1');
}

/** What the quarantine holds, opened. */
async function quarantine({ store }: WorldProvider) {
  return Promise.all(
    store.listQuarantined(0, 100).map(async (entry) => {
      const content = store.findContent(entry.content);
      assert.ok(content);
      return { ...entry, octets: await content.octets.read(0, content.size) };
    }),
  );
}

suite('a virus at the access point', () => {
  for (const engine of ['memory', 'sqlite'] as const) {
    test(`AP-17 LOG-9 M3 and nothing else; the message is kept for 30 months, as it came (${engine})`, async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const { alfa } = world;
      knows(alfa);
      const anna = alfa.user('anna');
      const outcome = await anna.sends({ to: [CARLA, 'info@posta.test'], subject: 'Leggi', text: TEXT });
      assert.equal(outcome.outcome, 'not-accepted', JSON.stringify(outcome));
      assert.ok(outcome.outcome === 'not-accepted');
      assert.equal(outcome.reason, 'Test.Worm-1');
      assert.deepEqual(await anna.kinds(), ['non-accettazione']);
      const notice = await anna.sees('non-accettazione');
      assert.equal(notice.subject, 'AVVISO DI NON ACCETTAZIONE PER VIRUS: Leggi');
      assert.equal(notice.field('X-VerificaSicurezza'), 'errore');
      assert.deepEqual([notice.data.error, notice.data.extendedError], ['virus', 'Test.Worm-1']);
      assert.match(notice.text, /è stato rilevato un problema di sicurezza Test\.Worm-1\./);
      assert.equal(notice.original, undefined, 'the virus does not come back');
      assert.deepEqual(alfa.store.listQueue(), []);
      assert.equal(alfa.store.findSubmission(outcome.identifier), undefined);
      const [entry, ...others] = await quarantine(alfa);
      assert.ok(entry);
      assert.deepEqual(others, []);
      const { octets, content: _c, id: _i, ...facts } = entry;
      assert.deepEqual(facts, {
        at: MORNING,
        keepUntil: Date.UTC(2028, 8, 2, 9, 15, 2, 345),
        virus: 'Test.Worm-1',
        kind: 'submission',
        identifier: outcome.identifier,
        sender: anna.address,
        recipients: [CARLA, 'info@posta.test'],
        provider: ALFA.name,
      });
      assert.ok(octets.includes(WORM) && octets.toString().startsWith('From: anna@'), 'as it came');
      const [record, ...more] = alfa.log(outcome.identifier);
      assert.deepEqual(more, []);
      assert.equal(record?.event, 'non-acceptance-virus');
      assert.deepEqual(record?.generated, [notice.messageId]);
      assert.equal(record?.detail?.virus, 'Test.Worm-1');
      assert.equal(await checkSignatures(world), 1);
      // And life goes on.
      await anna.certifies({ to: [CARLA] });
    });
  }

  test('AP-18 LOG-9 not in order either: M2 alone says so, and the message is kept', async () => {
    await using world = await World.open();
    knows(world.alfa);
    const anna = world.alfa.user('anna');
    const outcome = await anna.sends({ to: [CARLA], from: 'altri@pec.alfa.test', text: TEXT });
    assert.equal(outcome.outcome, 'not-accepted');
    const notice = await anna.sees('non-accettazione');
    assert.equal(notice.data.error, 'altro');
    const [entry] = await quarantine(world.alfa);
    assert.equal(entry?.kind, 'submission');
    const [record] = world.alfa.log(entry?.identifier ?? '');
    assert.equal(record?.event, 'non-acceptance-formal');
    assert.equal(record?.detail?.virus, 'Test.Worm-1');
  });
});

suite('a virus at the incoming point', () => {
  for (const engine of ['memory', 'sqlite'] as const) {
    test(`IP-15 IP-16 IP-17 IP-19 LOG-9 AP-40 M6 and one M8 each to the provider, M9 each to the user (${engine})`, async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const { alfa, beta } = world;
      knows(beta);
      const anna = alfa.user('anna');
      const to = [CARLA, DARIO, 'ignoto@pec.beta.test'];
      const identifier = await anna.certifies({ to, subject: 'Leggi', text: TEXT });
      await world.settles();
      for (const name of ['carla', 'dario']) await beta.user(name).seesNothing();
      assert.deepEqual(await alfa.service.kinds(), [
        'presa-in-carico',
        ...Array(3).fill('rilevazione-virus'),
      ]);
      // IP-17: M6 left first.
      assert.deepEqual(
        world.network.hops.filter(({ from }) => from === 'beta').map(({ kind }) => kind),
        ['take-charge', 'virus-detection', 'virus-detection', 'virus-detection'],
      );
      const told = await alfa.service.sees('rilevazione-virus', CARLA);
      assert.equal(told.subject, 'PROBLEMA DI SICUREZZA: Leggi');
      assert.equal(told.field('X-Mittente'), anna.address);
      assert.equal(told.field('To'), alfa.serviceMailbox);
      assert.deepEqual([told.data.error, told.data.extendedError], ['virus', 'Test.Worm-1']);
      assert.equal(told.original, undefined);
      assert.deepEqual(await anna.kinds(), ['accettazione', ...Array(3).fill('errore-consegna')]);
      for (const recipient of to) {
        const notice = await anna.sees('errore-consegna', recipient);
        assert.equal(notice.subject, 'AVVISO DI MANCATA CONSEGNA PER VIRUS: Leggi');
        assert.equal(notice.field('X-VerificaSicurezza'), 'errore');
        assert.deepEqual([notice.data.error, notice.data.extendedError], ['virus', 'Test.Worm-1']);
        assert.equal(alfa.store.findTracking(identifier, recipient)?.outcome, 'virus');
        assert.equal(beta.store.findDeliveryOutcome(identifier, recipient)?.outcome, 'virus');
      }
      const [entry, ...others] = await quarantine(beta);
      assert.ok(entry);
      assert.deepEqual(others, []);
      assert.deepEqual([entry.kind, entry.identifier, entry.recipients], ['envelope', identifier, to]);
      const [envelope] = world.network.hops.filter(({ kind }) => kind === 'transport-envelope');
      assert.deepEqual(entry.octets, envelope?.octets, 'the envelope, not one octet changed');
      assert.deepEqual(await quarantine(alfa), [], 'kept by who found it');
      assert.deepEqual(
        beta.story(identifier).filter((line) => !line.startsWith('envelope-sent')),
        ['envelope-received', 'take-charge-emitted', ...to.map((recipient) => `virus-detected ${recipient}`)],
      );
      const missed = alfa.log(identifier).filter(({ event }) => event === 'virus-notice-received');
      assert.deepEqual(
        missed.map(({ detail }) => detail?.error),
        Array(3).fill('Test.Worm-1'),
        'IP-19: what our own antivirus missed',
      );
      // AP-40: no notice of a deadline any more.
      await world.passes(25 * HOUR_MS);
      assert.equal((await anna.kinds()).length, 4);
      await checkSignatures(world);
      if (engine === 'memory') return;
      // Every invariant of both stores holds, the quarantine's references among them.
      for (const key of ['alfa', 'beta']) {
        const findings: unknown[] = [];
        for await (const finding of examineStore({ folder: join(world.folder, key), quick: false }))
          findings.push(finding);
        assert.deepEqual(findings, [], key);
      }
    });
  }

  test('IP-15 within one provider too: what was clean when it was accepted', async () => {
    await using world = await World.open();
    const { alfa } = world;
    const anna = alfa.user('anna');
    const identifier = await anna.certifies({ to: ['bruno@pec.alfa.test'], text: TEXT });
    knows(alfa);
    await world.settles();
    await alfa.user('bruno').seesNothing();
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    const [entry] = await quarantine(alfa);
    assert.equal(entry?.identifier, identifier);
    assert.ok(entry?.octets.includes(WORM));
    assert.deepEqual(alfa.store.listQueue(), []);
  });

  test('IP-28 the same infected envelope again is only written down', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    knows(beta);
    const identifier = await alfa.user('anna').certifies({ to: [CARLA], text: TEXT });
    await world.settles();
    const [hop] = world.network.hops.filter(({ kind }) => kind === 'transport-envelope');
    assert.ok(hop);
    const queued = beta.store.listQueue().length;
    assert.deepEqual(await beta.receives(hop.octets, { from: hop.reversePath, to: [CARLA] }), {
      outcome: 'taken',
    });
    assert.equal((await quarantine(beta)).length, 1);
    assert.equal(beta.store.listQueue().length, queued);
    assert.equal(beta.story(identifier).at(-1), `duplicate-received ${CARLA}`);
  });

  test('U-15 GEN-16 an infected receipt: kept, written down, told to nobody; the deadlines go on', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    const anna = alfa.user('anna');
    const identifier = await anna.certifies({ to: [CARLA], receipt: 'completa', text: TEXT });
    // Learnt in between: the complete receipt carries the original.
    knows(alfa);
    await world.settles();
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    assert.deepEqual(await beta.user('carla').kinds(), ['posta-certificata']);
    const [entry] = await quarantine(alfa);
    assert.equal(entry?.kind, 'notification');
    assert.equal(alfa.store.findTracking(identifier, CARLA)?.outcome, undefined);
    assert.deepEqual(await beta.service.kinds(), []);
    const record = alfa.ordinaryLog().find(({ event }) => event === 'virus-detected');
    assert.equal(record?.recipient, anna.address);
    assert.equal(record?.detail?.kind, 'notification');
  });

  test('U-15 damaged and infected: kept and written down; M8 only where the data can be read', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    knows(beta);
    const damaged = await alfa.seals(
      `From: posta-certificata@pec.alfa.test\r\nTo: ${CARLA}\r\nSubject: POSTA CERTIFICATA: x\r\nX-Trasporto: posta-certificata\r\nMessage-ID: <1@pec.alfa.test>\r\n`,
      `Content-Type: text/plain\r\n\r\n${TEXT}`,
    );
    assert.deepEqual(await beta.receives(damaged, { from: 'anna@pec.alfa.test', to: [CARLA] }), {
      outcome: 'taken',
    });
    await beta.user('carla').seesNothing();
    const [entry] = await quarantine(beta);
    assert.deepEqual([entry?.kind, entry?.provider], ['damaged', ALFA.name]);
    assert.deepEqual(entry?.octets, damaged);
    assert.deepEqual(beta.store.listQueue(), []);
    assert.deepEqual(
      beta.ordinaryLog().map(({ event, recipient }) => `${event} ${recipient}`),
      [`virus-detected ${CARLA}`],
    );
  });

  test('U-15 an infected envelope signed in another provider’s name: told to who signed it', async () => {
    await using world = await World.open([ALFA, BETA, GAMMA]);
    const { alfa, beta, gamma } = world;
    knows(beta);
    const letter = Buffer.from(`From: anna@pec.alfa.test\r\nTo: ${CARLA}\r\nSubject: Leggi\r\n\r\n${TEXT}`);
    const original = await gamma.spool([letter]);
    const forged = await gamma.attests(
      draftTransportEnvelope({
        provider: alfa.emitting,
        ids: randomIds,
        instant: MORNING,
        about: {
          identifier: 'inventato@pec.alfa.test',
          sender: 'anna@pec.alfa.test',
          recipients: [{ address: CARLA, certified: true }],
          replyTo: 'anna@pec.alfa.test',
        },
        receiptType: 'completa',
        original,
      }),
    );
    await beta.receives(forged, { from: 'anna@pec.alfa.test', to: [CARLA] });
    await beta.user('carla').seesNothing();
    const [entry] = await quarantine(beta);
    assert.deepEqual([entry?.kind, entry?.identifier], ['damaged', 'inventato@pec.alfa.test']);
    assert.deepEqual(
      beta.store.listQueue().map(({ kind, forwardPaths }) => [kind, ...forwardPaths]),
      [['virus-detection', gamma.serviceMailbox]],
    );
    assert.deepEqual(beta.story('inventato@pec.alfa.test'), [`virus-detected ${CARLA}`]);
    // Who never issued it does not take the notice either (IP-30), and that is the end of it.
    await world.settles();
    assert.deepEqual(beta.store.listQueue(), []);
    assert.deepEqual(await gamma.service.kinds(), []);
  });

  test('IP-21 infected ordinary mail is refused by SMTP: no notification, no quarantine', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }]);
    const { beta } = world;
    knows(beta);
    const octets = Buffer.from(`From: x@posta.test\r\nTo: ${CARLA}\r\nSubject: Leggi\r\n\r\n${TEXT}`);
    assert.deepEqual(await beta.receives(octets, { from: 'x@posta.test', to: [CARLA] }), {
      outcome: 'refused',
      code: 550,
      enhanced: '5.7.1',
      text: 'the message carries a virus: Test.Worm-1',
    });
    await beta.user('carla').seesNothing();
    assert.deepEqual(await quarantine(beta), []);
    assert.deepEqual(beta.store.listQueue(), []);
    const [record, ...others] = beta.ordinaryLog();
    assert.deepEqual(others, []);
    assert.deepEqual([record?.event, record?.detail?.virus], ['ordinary-refused', 'Test.Worm-1']);
  });

  test('SEC-8 DP-25 a scanner that gives no verdict: the peer keeps the envelope, and all goes on by itself', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    const anna = alfa.user('anna');
    await anna.certifies({ to: [CARLA, 'bruno@pec.alfa.test'] });
    beta.words.works = false;
    alfa.words.works = false;
    await world.settles();
    assert.equal(alfa.store.listQueue().length, 2, 'both wait, the one in the house too');
    await assert.rejects(anna.sends({ to: [CARLA] }), { code: 'scanner-unavailable', temporary: true });
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    beta.words.works = true;
    alfa.words.works = true;
    await world.passes(HOUR_MS);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna', 'avvenuta-consegna']);
  });
});
