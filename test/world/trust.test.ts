// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { opensslVerifies } from './checks.ts';
import { ALFA, BETA } from './terms.ts';
import { HOUR_MS, World } from './world.ts';

const CARLA = 'carla@pec.beta.test';
/** Beta admits ordinary mail, so that what it thinks of a message can be seen. */
const OPEN_BETA = { ...BETA, ordinaryMail: 'deliver' } as const;

/** What becomes of an envelope that does not hold: an anomaly for the recipient, silence for the sender. */
async function isOrdinary(world: World, reason: string, words: RegExp): Promise<void> {
  const { alfa, beta } = world;
  const anna = alfa.user('anna');
  const id = await anna.certifies({ to: [CARLA] });
  await world.settles();
  assert.deepEqual(world.network.answers('transport-envelope'), ['taken']);
  assert.deepEqual(await beta.user('carla').kinds(), ['anomalia']);
  const seen = await beta.user('carla').sees('anomalia');
  assert.match(seen.text, words);
  assert.equal(seen.subject, 'ANOMALIA MESSAGGIO: POSTA CERTIFICATA: Convocazione');
  const [record] = beta.ordinaryLog();
  assert.equal(record?.event, 'anomaly-created');
  assert.equal(`${record?.detail?.failed} ${record?.detail?.reason}`, reason);
  // Neither M6 nor receipt: the sender has the acceptance, and waits.
  assert.deepEqual(beta.store.listQueue(), []);
  assert.deepEqual(await anna.kinds(), ['accettazione']);
  assert.deepEqual(await alfa.service.kinds(), []);
  assert.equal(alfa.store.findTracking(id, CARLA)?.outcome, undefined);
  assert.deepEqual(beta.story(id), [`anomaly-created ${CARLA}`], 'found by its Message-ID');
}

suite('signatures that do not hold (spec 4.7)', () => {
  test('IP-6 SIG-8 an original changed on the way', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    world.network.tamper = (octets, { kind }) =>
      kind === 'transport-envelope'
        ? Buffer.from(octets.toString('latin1').replace('Si convoca', 'Si revoca '), 'latin1')
        : octets;
    await isOrdinary(world, 'validity digest-mismatch', /il contenuto è stato alterato/);
    const { original } = await world.beta.user('carla').sees('anomalia');
    assert.equal((await opensslVerifies(original ?? Buffer.alloc(0), world)).good, false, 'openssl agrees');
  });

  test('IP-6 certification data changed on the way', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    world.network.tamper = (octets) => {
      const text = octets.toString('latin1');
      const at = text.indexOf('\r\n\r\n', text.indexOf('daticert.xml')) + 8;
      return Buffer.from(
        `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`,
        'latin1',
      );
    };
    await isOrdinary(world, 'validity digest-mismatch', /il contenuto è stato alterato/);
  });

  test('IP-6 a signature that was broken', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    world.network.tamper = (octets) => {
      const text = octets.toString('latin1');
      const end = text.lastIndexOf('\r\n--');
      const flipped = text[end - 20] === 'A' ? 'B' : 'A';
      return Buffer.from(`${text.slice(0, end - 20)}${flipped}${text.slice(end - 19)}`, 'latin1');
    };
    await isOrdinary(world, 'validity signature-invalid', /il contenuto è stato alterato/);
  });

  test('IP-4 a signature that was taken off', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    world.network.tamper = (octets) =>
      Buffer.from(octets.toString('latin1').replace('multipart/signed', 'multipart/mixed '), 'latin1');
    await isOrdinary(world, 'existence no-signature', /non risulta attendibile/);
  });

  test('IP-5 SIG-13 a provider that the index does not know', async () => {
    await using world = await World.open([{ ...ALFA, listed: false }, OPEN_BETA]);
    await isOrdinary(world, 'origin certificate-not-in-index', /non risulta attendibile/);
  });

  test('IP-5 a provider whose certificate the index does not know yet, and then does', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    world.alfa.signsWith(await world.identityFor(ALFA, { key: 'alfa, new' }));
    await isOrdinary(world, 'origin certificate-not-in-index', /non risulta attendibile/);
    await world.publishes();
    await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    await world.beta.user('carla').sees('posta-certificata');
  });

  test('IP-6 an expired certificate, and one not valid yet', async () => {
    for (const days of [
      { from: -10, to: -1 },
      { from: 1, to: 10 },
    ]) {
      await using world = await World.open([ALFA, OPEN_BETA]);
      world.alfa.signsWith(await world.identityFor(ALFA, { days }));
      await world.publishes();
      const reason = days.to < 0 ? 'expired' : 'not-yet-valid';
      await isOrdinary(world, `validity ${reason}`, /non è valido alla data di ricezione/);
    }
  });

  test('IP-6 IP-7 a revoked certificate, as soon as the list is due', async () => {
    await using world = await World.open([ALFA, OPEN_BETA]);
    await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    await world.beta.user('carla').sees('posta-certificata');
    world.authority.revoke(world.alfa.identity.certificate, 'keyCompromise');
    world.clock.advance(HOUR_MS + 1000);
    const id = await world.alfa.user('bruno').certifies({ to: ['dario@pec.beta.test'] });
    await world.settles();
    const seen = await world.beta.user('dario').sees('anomalia');
    assert.match(seen.text, /il certificato di firma del gestore mittente è stato revocato/);
    assert.equal(world.beta.ordinaryLog()[0]?.detail?.reason, 'revoked');
    assert.deepEqual(await world.alfa.user('bruno').kinds(), ['accettazione']);
    assert.deepEqual(world.beta.story(id), ['anomaly-created dario@pec.beta.test']);
  });

  test('IP-6 U-17 no revocation list: 451, the sender keeps it, and in the end all is well', async () => {
    await using world = await World.open();
    world.crlAvailable = false;
    const anna = world.alfa.user('anna');
    const id = await anna.certifies({ to: [CARLA] });
    await world.settles();
    assert.deepEqual(world.network.answers('transport-envelope'), [
      '451 4.3.0 the signature cannot be checked at the moment',
    ]);
    await world.beta.user('carla').seesNothing();
    assert.equal(world.beta.store.lastSequence(), 0, 'nothing was judged, nothing is logged');
    assert.deepEqual(world.alfa.story(id), ['acceptance']);
    assert.match(world.alfa.store.listQueue()[0]?.lastError ?? '', /^451 4\.3\.0/);
    world.crlAvailable = true;
    await world.passes(HOUR_MS);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
  });

  test('IP-22 a broken envelope is refused where ordinary mail is, and the sender learns it from us', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.tamper = (octets, { kind }) =>
      kind === 'transport-envelope'
        ? Buffer.from(octets.toString('latin1').replace('Si convoca', 'Si revoca '), 'latin1')
        : octets;
    const id = await anna.certifies({ to: [CARLA] });
    await world.settles();
    assert.deepEqual(world.network.answers('transport-envelope'), [
      '550 5.7.1 carla@pec.beta.test takes certified mail only',
    ]);
    const notice = await anna.sees('errore-consegna', CARLA);
    assert.equal(notice.data.error, 'altro');
    assert.match(notice.data.extendedError ?? '', /messaggio rifiutato .*takes certified mail only/);
    assert.deepEqual(world.alfa.story(id), [
      'acceptance',
      `smtp-failure ${CARLA}`,
      `nondelivery-emitted ${CARLA}`,
    ]);
  });

  test('IP-20 a notification with a broken signature is ordinary mail; the tracking goes on', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.tamper = (octets, { kind }) =>
      kind === 'delivery-complete'
        ? Buffer.from(octets.toString('latin1').replace('Si convoca', 'Si revoca '), 'latin1')
        : octets;
    const id = await anna.certifies({ to: [CARLA] });
    await world.settles();
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    assert.equal(world.network.answers('delivery-complete')[0]?.slice(0, 9), '550 5.7.1');
    const tracking = world.alfa.store.findTracking(id, CARLA);
    assert.deepEqual([tracking?.outcome, tracking?.takenInChargeAt !== undefined], [undefined, true]);
    assert.ok(world.beta.story(id).includes(`notification-undeliverable ${anna.address}`));
  });
});

suite('domains that move', () => {
  test('AP-22 DIR-16 typing follows the index of the moment', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    await world.publishes(({ key, terms }) => (key === 'beta' ? ['pec.altrove.test'] : terms.domains));
    await anna.certifies({ to: [CARLA] });
    const { data } = await anna.sees('accettazione');
    assert.deepEqual(data.recipients, [{ address: CARLA, certified: false }]);
    await world.publishes();
    await anna.certifies({ to: [CARLA] });
    const again = (await anna.messages()).at(-1);
    assert.deepEqual(again?.data.recipients, [{ address: CARLA, certified: true }]);
  });

  test('IP-8 IP-10 an envelope from a domain that is no longer its signer’s is damaged, not lost', async () => {
    await using world = await World.open();
    await world.publishes(({ key, terms }) => (key === 'alfa' ? ['pec.altrove.test'] : terms.domains));
    const anna = world.alfa.user('anna');
    await anna.certifies({ to: [CARLA] });
    await world.settles();
    // Beta refuses ordinary mail, but this is certified mail, though damaged.
    const seen = await world.beta.user('carla').sees('anomalia');
    assert.match(seen.text, /il mittente della busta non corrisponde al gestore che ha firmato/);
    assert.deepEqual(await anna.kinds(), ['accettazione']);
  });

  test('AP-31 IP-11 a domain that moved while the envelope waited: its new provider takes charge', async () => {
    const gamma = {
      key: 'gamma',
      name: 'Gestore Gamma S.p.A.',
      domains: ['pec.gamma.test', 'pec.comune.test'],
      users: [],
    };
    await using world = await World.open([
      ALFA,
      { ...BETA, domains: ['pec.beta.test', 'pec.comune.test'] },
      { ...gamma, listed: false },
    ]);
    const anna = world.alfa.user('anna');
    const recipient = 'sindaco@pec.comune.test';
    await world.gamma.opens(recipient);
    world.network.unreachable.add('pec.comune.test');
    const id = await anna.certifies({ to: [recipient] });
    await world.settles();
    // The town changes provider: index and MX say so, and the envelope that waits goes there.
    await world.publishes(({ key }) =>
      key === 'beta' ? ['pec.beta.test'] : key === 'gamma' ? gamma.domains : ALFA.domains,
    );
    world.network.serve(['pec.comune.test'], world.gamma);
    world.network.unreachable.clear();
    await world.passes(HOUR_MS);
    assert.deepEqual(await world.gamma.user(recipient).kinds(), ['posta-certificata']);
    const receipt = await anna.sees('avvenuta-consegna', recipient);
    assert.equal(receipt.data.provider, gamma.name);
    assert.equal(world.alfa.store.findTracking(id, recipient)?.outcome, 'delivered');
  });
});
