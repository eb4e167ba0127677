// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CertificationData } from '../../src/evidence/certification-data/certification-data.ts';
import { draftVirusDetection } from '../../src/evidence/notices/virus.ts';
import { draftConciseDelivery } from '../../src/evidence/receipts/delivery.ts';
import { draftTakeCharge } from '../../src/evidence/receipts/take-charge.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';
import type { WorldProvider } from './world-provider.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';

/** What a provider drafts with. */
const facts = (provider: WorldProvider, about: CertificationData) => ({
  provider: provider.emitting,
  ids: randomIds,
  instant: provider.clock.now(),
  about,
});

/** The data of a message that Anna sent to Carla and that has not left yet. */
async function waiting(world: World): Promise<CertificationData> {
  world.network.unreachable.add('pec.beta.test');
  await world.alfa.user('anna').certifies({ to: [CARLA] });
  return (await world.alfa.user('anna').sees('accettazione')).data;
}

/** Signed by Alfa, with the headers of an envelope, but this inside. */
function envelopeWith(world: World, header: string, entity: string): Promise<Buffer> {
  const from = '"Per conto di: anna@pec.alfa.test" <posta-certificata@pec.alfa.test>';
  return world.alfa.seals(
    `From: ${from}\r\nTo: ${CARLA}\r\nSubject: POSTA CERTIFICATA: x\r\n${header}`,
    entity,
  );
}

suite('certified mail that is not in order', () => {
  test('IP-9 IP-10 IP-26 a signed message that is neither envelope nor notification is propagated', async () => {
    const text = 'Content-Type: text/plain\r\n\r\nCiao';
    const kinds: readonly (readonly [string, string, string, RegExp])[] = [
      ['nothing of PEC', 'Message-ID: <1@pec.alfa.test>\r\n', text, /^not-certified-mail/],
      [
        'an envelope without its parts',
        'X-Trasporto: posta-certificata\r\nMessage-ID: <2@pec.alfa.test>\r\n',
        text,
        /^certification-data-missing, original-missing/,
      ],
      [
        'envelope and notification at once',
        'X-Trasporto: posta-certificata\r\nX-Ricevuta: avvenuta-consegna\r\n',
        text,
        /contradictory-headers/,
      ],
      ['a receipt nobody knows', 'X-Ricevuta: mancata-consegna\r\n', text, /^unknown-receipt/],
      ['an anomaly envelope that left its house', 'X-Trasporto: errore\r\n', text, /^not-certified-mail/],
    ];
    for (const [sentence, header, entity, defect] of kinds) {
      // Ordinary mail is refused at Beta; this is not ordinary.
      await using world = await World.open();
      const octets = await envelopeWith(world, header, entity);
      const outcome = await world.beta.receives(octets, { from: ANNA, to: [CARLA] });
      assert.deepEqual(outcome, { outcome: 'taken' }, sentence);
      const seen = await world.beta.user('carla').sees('anomalia');
      assert.deepEqual(seen.original, octets, sentence);
      assert.match(seen.text, /non è una busta di trasporto o una ricevuta formalmente corretta/, sentence);
      const [record] = world.beta.ordinaryLog();
      assert.equal(record?.event, 'anomaly-created', sentence);
      assert.equal(record?.provider, ALFA.name, sentence);
      assert.match(record?.detail?.defect ?? '', defect, sentence);
      assert.deepEqual(world.beta.store.listQueue(), [], 'IP-24 neither M6 nor receipt');
    }
  });

  test('IP-9 GEN-11 an envelope that says another identifier than its data is damaged', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.tamper = (octets) => {
      // The outer header is not signed: nobody could tell, but for the data.
      const text = octets.toString('latin1');
      return Buffer.from(
        text.replace(/^Message-ID: <.*>\r$/m, 'Message-ID: <altro@pec.alfa.test>\r'),
        'latin1',
      );
    };
    await anna.certifies({ to: [CARLA] });
    await world.settles();
    assert.deepEqual(world.network.answers('transport-envelope'), ['taken']);
    assert.deepEqual(await world.beta.user('carla').kinds(), ['anomalia']);
    assert.match(world.beta.ordinaryLog()[0]?.detail?.defect ?? '', /^identifier-mismatch/);
    assert.deepEqual(await anna.kinds(), ['accettazione']);
  });

  test('IP-26 LOG-1 whoever cannot be reached is written down; nobody at all is told by SMTP', async () => {
    await using world = await World.open();
    const octets = await envelopeWith(world, '', 'Content-Type: text/plain\r\n\r\nCiao');
    const to = [CARLA, 'ignoto@pec.beta.test'];
    assert.deepEqual(await world.beta.receives(octets, { from: ANNA, to }), { outcome: 'taken' });
    assert.deepEqual(
      world.beta.ordinaryLog().map(({ event, recipient }) => `${event} ${recipient}`),
      ['anomaly-created carla@pec.beta.test', 'ordinary-discarded ignoto@pec.beta.test'],
    );
    const nobody = await world.beta.receives(octets, { from: ANNA, to: ['ignoto@pec.beta.test'] });
    assert.equal(nobody.outcome === 'refused' && `${nobody.code} ${nobody.enhanced}`, '550 5.1.1');
  });

  test('IP-27 an envelope for a stranger: an anomaly for him, receipts for the others', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.unreachable.add('pec.beta.test');
    const id = await anna.certifies({ to: [CARLA] });
    await world.settles();
    const [entry] = world.alfa.store.listQueue();
    const content = world.alfa.store.findContent(entry?.content ?? 0);
    assert.ok(content);
    const octets = await content.octets.read(0, content.size);
    const to = [CARLA, 'dario@pec.beta.test', 'ignoto@pec.beta.test'];
    assert.deepEqual(await world.beta.receives(octets, { from: ANNA, to }), { outcome: 'taken' });
    await world.settles();
    assert.deepEqual(await world.beta.user('carla').kinds(), ['posta-certificata']);
    const strange = await world.beta.user('dario').sees('anomalia');
    assert.match(strange.text, /il destinatario non è indicato nei dati di certificazione/);
    assert.deepEqual(strange.original, octets);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
    const [takeCharge] = await world.alfa.service.messages();
    assert.deepEqual(takeCharge?.data.takenInCharge, [CARLA]);
    const story = world.beta.story(id);
    assert.ok(story.includes('anomaly-created dario@pec.beta.test'));
    assert.ok(story.includes('ordinary-discarded ignoto@pec.beta.test'));
    // Once more: the stranger is not bothered twice.
    assert.deepEqual(await world.beta.receives(octets, { from: ANNA, to: [...to.slice(0, 2)] }), {
      outcome: 'taken',
    });
    assert.deepEqual(await world.beta.user('dario').kinds(), ['anomalia']);
    assert.equal(world.beta.story(id).filter((line) => line.startsWith('duplicate-received')).length, 2);
  });

  test('IP-27 an envelope for strangers only is damaged', async () => {
    await using world = await World.open();
    world.network.unreachable.add('pec.beta.test');
    await world.alfa.user('anna').certifies({ to: [CARLA] });
    const content = world.alfa.store.findContent(world.alfa.store.listQueue()[0]?.content ?? 0);
    assert.ok(content);
    const octets = await content.octets.read(0, content.size);
    const to = ['dario@pec.beta.test'];
    assert.deepEqual(await world.beta.receives(octets, { from: ANNA, to }), { outcome: 'taken' });
    assert.deepEqual(await world.beta.user('dario').kinds(), ['anomalia']);
    assert.match(world.beta.ordinaryLog()[0]?.detail?.defect ?? '', /^no-recipient-listed/);
    assert.deepEqual(world.beta.store.listQueue(), []);
  });

  test('IP-11 IP-26 IP-27 a stranger and a damaged envelope over the quota are told by SMTP or the log', async () => {
    await using world = await World.open();
    await world.beta.opens('carla', { quotaBytes: 1000 });
    const octets = await envelopeWith(world, '', 'Content-Type: text/plain\r\n\r\nCiao');
    const outcome = await world.beta.receives(octets, { from: ANNA, to: [CARLA] });
    assert.equal(outcome.outcome, 'refused');
    assert.deepEqual(
      world.beta.ordinaryLog().map(({ event }) => event),
      ['ordinary-refused'],
    );
  });
});

suite('notifications in the wrong place', () => {
  test('IP-14 IP-30 a take-charge receipt for a user moves nothing; he gets an anomaly', async () => {
    await using world = await World.open();
    const data = await waiting(world);
    const octets = await world.beta.attests(
      draftTakeCharge({ ...facts(world.beta, data), serviceMailbox: ANNA, takenInCharge: [CARLA] }),
    );
    const outcome = await world.alfa.receives(octets, { from: world.beta.serviceAddress, to: [ANNA] });
    assert.deepEqual(outcome, { outcome: 'taken' });
    assert.deepEqual(await world.alfa.user('anna').kinds(), ['accettazione', 'anomalia']);
    assert.equal(world.alfa.store.findTracking(data.identifier, CARLA)?.takenInChargeAt, undefined);
    assert.deepEqual(await world.alfa.service.kinds(), []);
    assert.match(
      world.alfa.ordinaryLog()[0]?.detail?.defect ?? '',
      /presa-in-carico is not for a user's mailbox/,
    );
    assert.deepEqual(world.alfa.story(data.identifier), ['acceptance']);
  });

  test('IP-30 a receipt about what was not issued here', async () => {
    await using world = await World.open();
    const data = { ...(await waiting(world)), identifier: 'inventato@pec.alfa.test' };
    const receipt = await world.beta.attests(
      draftConciseDelivery({ ...facts(world.beta, data), recipient: CARLA, requested: 'completa' }),
    );
    const from = world.beta.serviceAddress;
    assert.deepEqual(await world.alfa.receives(receipt, { from, to: [ANNA] }), { outcome: 'taken' });
    const seen = await world.alfa.user('anna').sees('anomalia');
    assert.deepEqual(seen.original, receipt);
    assert.match(world.alfa.ordinaryLog()[0]?.detail?.defect ?? '', /no message inventato@pec\.alfa\.test/);
    // To the service mailbox, which takes nothing else, not even that: SMTP says so.
    const takeCharge = await world.beta.attests(
      draftTakeCharge({
        ...facts(world.beta, data),
        serviceMailbox: world.alfa.serviceMailbox,
        takenInCharge: [CARLA],
      }),
    );
    const outcome = await world.alfa.receives(takeCharge, { from, to: [world.alfa.serviceMailbox] });
    assert.equal(outcome.outcome === 'refused' && outcome.code, 550);
    assert.deepEqual(await world.alfa.service.kinds(), []);
  });

  test('SRV-1 IP-30 a delivery receipt for the service mailbox is refused', async () => {
    await using world = await World.open();
    const data = await waiting(world);
    const receipt = await world.beta.attests(
      draftConciseDelivery({ ...facts(world.beta, data), recipient: CARLA, requested: 'completa' }),
    );
    const to = [world.alfa.serviceMailbox];
    const outcome = await world.alfa.receives(receipt, { from: world.beta.serviceAddress, to });
    assert.equal(outcome.outcome === 'refused' && outcome.code, 550);
    assert.deepEqual(await world.alfa.service.kinds(), []);
    assert.equal(world.alfa.store.findTracking(data.identifier, CARLA)?.outcome, undefined);
  });

  test('IP-20 AP-42 tracking goes by identifier and recipient, so a receipt for another moves nothing', async () => {
    await using world = await World.open();
    const data = await waiting(world);
    const receipt = await world.beta.attests(
      draftConciseDelivery({
        ...facts(world.beta, data),
        recipient: 'dario@pec.beta.test',
        requested: 'completa',
      }),
    );
    await world.alfa.receives(receipt, { from: world.beta.serviceAddress, to: [ANNA] });
    await world.alfa.user('anna').sees('avvenuta-consegna', 'dario@pec.beta.test');
    assert.equal(world.alfa.store.findTracking(data.identifier, CARLA)?.outcome, undefined);
  });

  test('IP-20 a receipt may come before the take-charge receipt', async () => {
    await using world = await World.open();
    const data = await waiting(world);
    const from = world.beta.serviceAddress;
    const [receipt, takeCharge] = [
      await world.beta.attests(
        draftConciseDelivery({ ...facts(world.beta, data), recipient: CARLA, requested: 'completa' }),
      ),
      await world.beta.attests(
        draftTakeCharge({
          ...facts(world.beta, data),
          serviceMailbox: world.alfa.serviceMailbox,
          takenInCharge: [CARLA.toUpperCase()],
        }),
      ),
    ];
    await world.alfa.receives(receipt, { from, to: [ANNA] });
    await world.alfa.receives(takeCharge, { from, to: [world.alfa.serviceMailbox] });
    const tracking = world.alfa.store.findTracking(data.identifier, CARLA);
    assert.equal(tracking?.outcome, 'delivered');
    assert.equal(tracking?.takenInChargeAt, world.clock.now());
  });

  test('IP-19 IP-20 AP-40 a virus notice: the user learns it from us, once', async () => {
    await using world = await World.open();
    const data = await waiting(world);
    const notice = (laterMs: number) =>
      world.beta.attests(
        draftVirusDetection({
          ...facts(world.beta, data),
          instant: world.clock.now() + laterMs,
          recipient: CARLA,
          serviceMailbox: world.alfa.serviceMailbox,
          virus: 'EICAR-Test-File',
        }),
      );
    const transaction = { from: world.beta.serviceAddress, to: [world.alfa.serviceMailbox] };
    const both = [await notice(0), await notice(1000)];
    await Promise.all(both.map((octets) => world.alfa.receives(octets, transaction)));
    const anna = world.alfa.user('anna');
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    const told = await anna.sees('errore-consegna', CARLA);
    assert.equal(told.subject, 'AVVISO DI MANCATA CONSEGNA PER VIRUS: Convocazione');
    assert.equal(told.field('X-VerificaSicurezza'), 'errore');
    assert.equal(told.data.error, 'virus');
    assert.equal(told.data.extendedError, 'EICAR-Test-File');
    assert.equal(told.data.provider, ALFA.name);
    assert.deepEqual(await world.alfa.service.kinds(), ['rilevazione-virus', 'rilevazione-virus']);
    assert.equal(world.alfa.store.findTracking(data.identifier, CARLA)?.outcome, 'virus');
    assert.deepEqual(world.alfa.story(data.identifier).sort(), [
      'acceptance',
      `virus-nondelivery-emitted ${CARLA}`,
      `virus-notice-received ${CARLA}`,
      `virus-notice-received ${CARLA}`,
    ]);
  });

  test('IP-8 a receipt signed by a provider in another one’s name is damaged', async () => {
    await using world = await World.open();
    const data = await waiting(world);
    const receipt = await world.beta.attests(
      draftConciseDelivery({
        ...facts(world.beta, data),
        provider: { ...world.beta.emitting, serviceAddress: 'posta-certificata@pec.altri.test' },
        recipient: CARLA,
        requested: 'completa',
      }),
    );
    await world.alfa.receives(receipt, { from: world.beta.serviceAddress, to: [ANNA] });
    assert.deepEqual(await world.alfa.user('anna').kinds(), ['accettazione', 'anomalia']);
    assert.equal(world.alfa.store.findTracking(data.identifier, CARLA)?.outcome, undefined);
    assert.equal(world.alfa.ordinaryLog()[0]?.detail?.cause, 'wrong-sender');
  });

  test('IP-18 DP-2 a notification for a mailbox that is gone moves the tracking and is written down', async () => {
    await using world = await World.open();
    const data = await waiting(world);
    const receipt = await world.beta.attests(
      draftConciseDelivery({ ...facts(world.beta, data), recipient: CARLA, requested: 'completa' }),
    );
    const to = ['partita@pec.alfa.test'];
    const outcome = await world.alfa.receives(receipt, { from: world.beta.serviceAddress, to });
    assert.deepEqual(outcome, { outcome: 'taken' });
    assert.equal(world.alfa.store.findTracking(data.identifier, CARLA)?.outcome, 'delivered');
    assert.ok(world.alfa.story(data.identifier).includes(`notification-undeliverable ${to[0]}`));
    assert.deepEqual(
      world.alfa.store.listQueue().map(({ kind }) => kind),
      ['transport-envelope'],
      BETA.name,
    );
  });
});
