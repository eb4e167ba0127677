// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { draftNonDelivery } from '../../src/evidence/notices/non-delivery.ts';
import { draftTakeCharge } from '../../src/evidence/receipts/take-charge.ts';
import { randomIds } from '../../src/platform/ids.ts';
import { Seen } from './seen.ts';
import { ALFA, BETA, GAMMA } from './terms.ts';
import { World } from './world.ts';
import type { WorldProvider } from './world-provider.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';
const DARIO = 'dario@pec.beta.test';

/** What waits to leave Alfa. */
async function waiting(world: World): Promise<Buffer> {
  const content = world.alfa.store.findContent(world.alfa.store.listQueue()[0]?.content ?? 0);
  assert.ok(content);
  return content.octets.read(0, content.size);
}

/** The same message as another provider would sign it: only From and signature differ. */
function signedBy(provider: WorldProvider, octets: Buffer): Promise<Buffer> {
  const seen = new Seen(octets, '');
  const own = new Set(['mime-version', 'content-type', 'content-transfer-encoding', 'from']);
  const header = seen.header.fields
    .filter(({ key }) => !own.has(key))
    .map(({ start, end }) => octets.toString('latin1', start, end))
    .join('');
  const from = `From: "Per conto di: ${ANNA}" <${provider.serviceAddress}>\r\n`;
  return provider.seals(from + header, seen.partOctets(seen.mixed));
}

for (const engine of ['memory', 'sqlite'] as const) {
  suite(`who signed it counts, ${engine}`, () => {
    test("IP-28 another provider's envelope of the same identifier blocks nothing", async () => {
      await using world = await World.open([ALFA, BETA, GAMMA], { engine });
      world.network.unreachable.add('pec.beta.test');
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      const envelope = await waiting(world);
      const forged = await signedBy(world.gamma, envelope);
      const transaction = { from: ANNA, to: [CARLA] };
      assert.deepEqual(await world.beta.receives(forged, transaction), { outcome: 'taken' });
      assert.deepEqual(await world.beta.receives(envelope, transaction), { outcome: 'taken' });
      assert.equal((await world.beta.user('carla').messages()).length, 2, 'each is a message of its own');
      const signers = ['alfa', 'gamma'].map((key) => world.provider(key).serviceAddress);
      for (const signer of signers)
        assert.equal(world.beta.store.findDeliveryOutcome(id, CARLA, signer)?.outcome, 'delivered');
      for (const octets of [forged, envelope]) await world.beta.receives(octets, transaction);
      assert.equal((await world.beta.user('carla').messages()).length, 2);
      assert.equal(world.beta.story(id).filter((line) => line.startsWith('duplicate-received')).length, 2);
    });

    test('IP-20 what a provider says of recipients of another is delivered and moves nothing', async () => {
      await using world = await World.open([ALFA, BETA, GAMMA], { engine });
      world.network.unreachable.add('pec.beta.test');
      const anna = world.alfa.user('anna');
      const id = await anna.certifies({ to: [CARLA] });
      const { data: about } = await anna.sees('accettazione');
      const facts = { provider: world.gamma.emitting, ids: randomIds, instant: world.clock.now(), about };
      const notice = draftNonDelivery({ ...facts, recipient: CARLA, cause: 'unknown-mailbox' });
      const charge = draftTakeCharge({
        ...facts,
        serviceMailbox: world.alfa.serviceMailbox,
        takenInCharge: [CARLA],
      });
      const from = world.gamma.serviceAddress;
      await world.alfa.receives(await world.gamma.attests(notice), { from, to: [ANNA] });
      await world.alfa.receives(await world.gamma.attests(charge), {
        from,
        to: [world.alfa.serviceMailbox],
      });
      const { outcome, takenInChargeAt } = world.alfa.store.findTracking(id, CARLA) ?? {};
      assert.deepEqual([outcome, takenInChargeAt], [undefined, undefined]);
      assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
      const details = world.alfa.log(id).map(({ detail }) => detail?.tracking);
      assert.deepEqual(
        details.filter((detail) => detail !== undefined),
        ['not-its-domain', 'not-its-domain'],
      );
      world.network.unreachable.clear();
      await world.passes(3_600_000);
      assert.equal(world.alfa.store.findTracking(id, CARLA)?.outcome, 'delivered', 'the true end');
    });
  });

  suite(`arrivals that race, ${engine}`, () => {
    test('IP-12 DP-24 the same envelope at the same time: one take-charge receipt', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const to = [CARLA, DARIO];
      const id = await world.alfa.user('anna').certifies({ to });
      const octets = await waiting(world);
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, () => world.beta.receives(octets, { from: ANNA, to })),
      );
      assert.deepEqual(outcomes, Array(6).fill({ outcome: 'taken' }));
      await world.settles();
      const charges = (await world.alfa.service.messages()).map(({ data }) => data.takenInCharge);
      assert.deepEqual(charges, [to]);
      assert.deepEqual(await world.alfa.user('anna').kinds(), [
        'accettazione',
        'avvenuta-consegna',
        'avvenuta-consegna',
      ]);
      for (const name of ['carla', 'dario'])
        assert.deepEqual(await world.beta.user(name).kinds(), ['posta-certificata']);
      assert.equal(world.beta.story(id).filter((line) => line === 'take-charge-emitted').length, 1);
    });

    test('IP-12 IP-13 transactions with some recipients in common: each recipient is covered once', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const all = [CARLA, DARIO, 'protocollo@pec.beta.test'];
      await world.alfa.user('anna').certifies({ to: all });
      const octets = await waiting(world);
      const parts = [all.slice(1), all.slice(0, 2), all, all.slice(2), all.slice(0, 1)];
      await Promise.all(parts.map((to) => world.beta.receives(octets, { from: ANNA, to })));
      await world.settles();
      const covered = (await world.alfa.service.messages()).flatMap(({ data }) => data.takenInCharge ?? []);
      assert.deepEqual(covered.sort(), all.sort());
      for (const address of all)
        assert.deepEqual(await world.beta.user(address).kinds(), ['posta-certificata']);
      assert.equal((await world.alfa.user('anna').kinds()).length, 1 + all.length);
    });
  });
}

suite('the path an answer would go to', () => {
  test('GEN-17 what the house puts into a mailbox itself has a Return-Path too', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.ordinary.unknown.add('nessuno@posta.test');
    world.network.unreachable.add('pec.beta.test');
    await anna.sends({ to: [CARLA], fields: ['Bcc: x@posta.test'] });
    // A domain that the index lists and no machine serves.
    await world.publishes(({ key, terms }) => [
      ...terms.domains,
      ...(key === 'beta' ? ['pec.delta.test'] : []),
    ]);
    await anna.certifies({ to: [CARLA, 'nessuno@posta.test', 'x@pec.delta.test'] });
    await world.passes(13 * 3_600_000);
    await world.alfa.house.deadlines.look();
    const messages = await anna.messages();
    assert.deepEqual(
      [...new Set(await anna.kinds())],
      ['accettazione', 'anomalia', 'errore-consegna', 'non-accettazione', 'preavviso-errore-consegna'],
    );
    for (const seen of messages) {
      const expected = seen.kind === 'anomalia' ? '<>' : `<${world.alfa.serviceAddress}>`;
      assert.equal(seen.header.fields[0]?.key, 'return-path', seen.kind);
      assert.equal(seen.field('Return-Path'), expected, seen.kind);
    }
  });

  test('AP-24 AP-26 a Return-Path the user wrote stays in the original and misleads nobody', async () => {
    await using world = await World.open();
    await world.alfa.user('anna').certifies({ to: [CARLA], fields: ['Return-Path: <altri@posta.test>'] });
    await world.settles();
    const seen = await world.beta.user('carla').sees('posta-certificata');
    assert.deepEqual(
      seen.header.all('Return-Path').map(({ value }) => value),
      [`<${ANNA}>`],
    );
    assert.match(seen.original?.toString() ?? '', /^Return-Path: <altri@posta\.test>\r$/m);
  });

  test('RFC 5321 4.4: an envelope or ordinary mail that lies about its path gets the true one on top', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }]);
    const message = Buffer.from('Return-Path: <falso@posta.test>\r\nFrom: a@posta.test\r\n\r\nciao\r\n');
    await world.beta.receives(message, { from: 'vero@posta.test', to: [CARLA] });
    const seen = await world.beta.user('carla').sees('anomalia');
    assert.deepEqual(
      seen.header.all('Return-Path').map(({ value }) => value),
      ['<vero@posta.test>', '<falso@posta.test>'],
    );
  });
});
