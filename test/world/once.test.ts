// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Step } from '../../src/mailroom/steps/step-store.ts';
import { Fault } from '../../src/platform/faults.ts';
import { afterwards, losesTheAnswer, refuses } from './faulty-store.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';
const ENGINES = ['memory', 'sqlite'] as const;

/** Whether the step writes that record. */
const records = (event: string) => (step: Step) =>
  step.parts.some(({ acts }) => acts.some((act) => act.do === 'record' && act.record.event === event));

/** Everybody has what one message makes, exactly once. */
async function happenedOnce(world: World, id: string): Promise<void> {
  const { alfa, beta } = world;
  assert.deepEqual(await alfa.user('anna').kinds(), ['accettazione', 'avvenuta-consegna']);
  assert.deepEqual(await beta.user('carla').kinds(), ['posta-certificata']);
  assert.deepEqual(alfa.store.listQueue(), []);
  assert.deepEqual(beta.store.listQueue(), []);
  assert.equal(alfa.store.findTracking(id, CARLA)?.outcome, 'delivered');
  assert.equal(beta.story(id).filter((line) => line === `delivered ${CARLA}`).length, 1);
  for (const { key } of world.providers) assert.deepEqual(readdirSync(join(world.folder, key, 'spool')), []);
}

for (const engine of ENGINES) {
  suite(`what happens twice happens once, ${engine}`, () => {
    test('IP-28 DP-24 the same envelope again: delivered once, the second arrival logged', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      await world.settles();
      const { octets } = world.network.carried('transport-envelope');
      assert.deepEqual(await world.beta.receives(octets, { from: ANNA, to: [CARLA] }), { outcome: 'taken' });
      await world.settles();
      await happenedOnce(world, id);
      assert.deepEqual(await world.alfa.service.kinds(), ['presa-in-carico'], 'no second take-charge');
      assert.equal(world.beta.story(id).at(-1), `duplicate-received ${CARLA}`);
    });

    test('IP-28 IP-12 the same envelope for one more recipient: only that one is new', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const dario = 'dario@pec.beta.test';
      await world.alfa.user('anna').certifies({ to: [CARLA, dario], forwardPaths: [CARLA, dario] });
      const content = world.alfa.store.findContent(world.alfa.store.listQueue()[0]?.content ?? 0);
      assert.ok(content);
      const octets = await content.octets.read(0, content.size);
      await world.beta.receives(octets, { from: ANNA, to: [CARLA] });
      await world.settles();
      assert.deepEqual(await world.alfa.user('anna').kinds(), [
        'accettazione',
        'avvenuta-consegna',
        'avvenuta-consegna',
      ]);
      const covered = (await world.alfa.service.messages()).map(({ data }) => data.takenInCharge);
      assert.deepEqual(covered.sort(), [[CARLA], [dario]]);
      assert.deepEqual(await world.beta.user('carla').kinds(), ['posta-certificata']);
    });

    test('IP-28 DP-24 the same envelope twice at the same time', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      const [entry] = world.alfa.store.listQueue();
      const content = world.alfa.store.findContent(entry?.content ?? 0);
      assert.ok(content);
      const octets = await content.octets.read(0, content.size);
      const outcomes = await Promise.all(
        Array.from({ length: 4 }, () => world.beta.receives(octets, { from: ANNA, to: [CARLA] })),
      );
      assert.deepEqual(outcomes, Array(4).fill({ outcome: 'taken' }));
      await world.settles();
      await happenedOnce(world, id);
      const again = world.beta.story(id).filter((line) => line === `duplicate-received ${CARLA}`);
      assert.ok(again.length >= 3, 'each further arrival is logged');
    });

    test('IP-18 IP-20 the same notification twice, in turn and at the same time', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      await world.settles();
      const { octets, reversePath } = world.network.carried('delivery-complete');
      const receipt = { from: reversePath, to: [ANNA] };
      await world.alfa.receives(octets, receipt);
      await Promise.all([world.alfa.receives(octets, receipt), world.alfa.receives(octets, receipt)]);
      const takeCharge = world.network.carried('take-charge');
      await world.alfa.receives(takeCharge.octets, { from: reversePath, to: [world.alfa.serviceMailbox] });
      await happenedOnce(world, id);
      assert.deepEqual(await world.alfa.service.kinds(), ['presa-in-carico']);
      assert.equal(world.alfa.story(id).filter((line) => line === `duplicate-received ${ANNA}`).length, 3);
    });

    test('IP-18 DP-2 what a notification says tells it from others, whatever its Message-ID', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      await world.alfa.user('anna').certifies({ to: [CARLA, 'dario@pec.beta.test'], receipt: 'sintetica' });
      const from = world.beta.serviceAddress;
      world.network.unreachable.add('pec.alfa.test');
      await world.settles();
      const receipts = world.beta.store.listQueue().filter(({ kind }) => kind === 'delivery-concise');
      assert.equal(receipts.length, 2);
      for (const { content } of receipts) {
        const found = world.beta.store.findContent(content);
        assert.ok(found);
        const octets = (await found.octets.read(0, found.size)).toString('latin1');
        for (const id of ['same', 'same', 'other']) {
          const sent = octets.replace(/^Message-ID: <.*>/m, `Message-ID: <${id}@pec.beta.test>`);
          await world.alfa.receives(Buffer.from(sent, 'latin1'), { from, to: [ANNA] });
        }
      }
      assert.deepEqual(await world.alfa.user('anna').kinds(), [
        'accettazione',
        'avvenuta-consegna',
        'avvenuta-consegna',
      ]);
    });

    test('AP-31 an answer that got lost: the envelope goes again, and nobody notices', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      let lost = 0;
      world.network.losesAnswer = () => lost++ < 3;
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      await world.passes(600_000);
      await happenedOnce(world, id);
      assert.deepEqual(world.network.answers('transport-envelope'), ['taken', 'taken']);
      assert.deepEqual(world.network.answers('take-charge'), ['taken', 'taken']);
      assert.deepEqual(world.network.answers('delivery-complete'), ['taken', 'taken']);
    });
  });

  suite(`a store that fails, ${engine}`, () => {
    test('AP-21 at the acceptance: nothing happened, and the same submission goes well later', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const anna = world.alfa.user('anna');
      world.alfa.faults.next(refuses, records('acceptance'));
      await assert.rejects(
        anna.sends({ to: [CARLA] }),
        (error) => error instanceof Fault && error.code === 'store-unavailable' && error.temporary,
      );
      await anna.seesNothing();
      assert.deepEqual(world.alfa.store.listQueue(), []);
      assert.equal(world.alfa.store.lastSequence(), 0);
      const id = await anna.certifies({ to: [CARLA] });
      await world.settles();
      await happenedOnce(world, id);
    });

    test('DP-3 DP-24 DP-25 at the delivery: 451, nothing happened, tried again, one outcome', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      for (let times = 0; times < 3; times++) world.beta.faults.next(refuses, records('delivered'));
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      await world.settles();
      assert.deepEqual(world.network.answers('transport-envelope'), ['451 4.3.0 store-unavailable']);
      await world.beta.user('carla').seesNothing();
      assert.deepEqual(world.beta.story(id), []);
      assert.deepEqual(world.beta.store.listQueue(), [], 'no receipt without its delivery');
      await world.passes(600_000);
      assert.deepEqual(world.network.answers('transport-envelope'), [
        ...Array(3).fill('451 4.3.0 store-unavailable'),
        'taken',
      ]);
      await happenedOnce(world, id);
      assert.deepEqual(await world.alfa.service.kinds(), ['presa-in-carico']);
    });

    test('DP-25 AP-33 for longer than a day: the sender is told, and nothing is in the mailbox', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      for (let times = 0; times < 200; times++) world.beta.faults.next(refuses, records('delivered'));
      await world.alfa.user('anna').certifies({ to: [CARLA] });
      await world.passes(25 * 3_600_000);
      const notice = await world.alfa.user('anna').sees('errore-consegna', CARLA);
      assert.equal(notice.data.error, 'altro');
      await world.beta.user('carla').seesNothing();
    });

    test('DP-24 IP-28 the step is kept but the answer is lost: the peer sends again, one outcome', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      world.beta.faults.next(losesTheAnswer, records('delivered'));
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      await world.passes(60_000);
      assert.deepEqual(world.network.answers('transport-envelope'), ['451 4.3.0 store-unavailable', 'taken']);
      await happenedOnce(world, id);
      assert.ok(world.beta.story(id).includes(`duplicate-received ${CARLA}`));
    });

    test('AP-31 after the relay: the envelope is not sent again while the store is down', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      for (let times = 0; times < 4; times++) world.alfa.faults.next(refuses, records('envelope-sent'));
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      await world.settles();
      assert.deepEqual(world.network.answers('transport-envelope'), ['taken']);
      await happenedOnce(world, id);
    });

    test('IP-20 at the arrival of a receipt: tried again until it is in the mailbox', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      world.alfa.faults.next(refuses, records('notification-received'));
      const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
      await world.settles();
      assert.deepEqual(await world.alfa.user('anna').kinds(), ['accettazione']);
      await world.passes(60_000);
      await happenedOnce(world, id);
    });
  });

  suite(`a mailbox that changes between decision and commit, ${engine}`, () => {
    test('DP-24 DP-29 it fills up: M13, no receipt, nothing over the quota', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const quotaBytes = 12_000;
      const carla = await world.beta.opens('carla', { quotaBytes });
      const anna = world.alfa.user('anna');
      const [first, second] = [
        await anna.certifies({ to: [CARLA], subject: 'Prima' }),
        await anna.certifies({ to: [CARLA], subject: 'Seconda' }),
      ];
      const envelopes = await Promise.all(
        world.alfa.store.listQueue().map(async ({ content }) => {
          const found = world.alfa.store.findContent(content);
          assert.ok(found);
          return found.octets.read(0, found.size);
        }),
      );
      // Both find room; the one whose commit comes later does not.
      const [one, other] = envelopes;
      assert.ok(one && other);
      const transaction = { from: ANNA, to: [CARLA] };
      world.beta.faults.next(
        afterwards(() => world.beta.receives(other, transaction)),
        records('delivered'),
      );
      assert.deepEqual(await world.beta.receives(one, transaction), { outcome: 'taken' });
      await world.settles();
      assert.deepEqual(await carla.kinds(), ['posta-certificata']);
      assert.equal((await carla.sees('posta-certificata')).messageId, second);
      assert.ok(world.beta.store.usage(carla.mailbox.id).countedBytes <= quotaBytes);
      const [notice, receipt] = [await anna.sees('errore-consegna'), await anna.sees('avvenuta-consegna')];
      assert.equal(notice.data.identifier, first);
      assert.equal(notice.data.extendedError, `5.2.2 - ${BETA.name} - casella piena`);
      assert.equal(receipt.data.identifier, second);
      assert.equal(world.beta.store.findDeliveryOutcome(first, CARLA)?.outcome, 'not-delivered');
      assert.deepEqual(
        world.beta.story(first).filter((line) => /deliver/.test(line)),
        [`nondelivery-emitted ${CARLA}`],
      );
    });

    test('DP-22 DP-24 it is disabled: M13 says that', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const anna = world.alfa.user('anna');
      world.beta.faults.next(
        afterwards(() => world.beta.opens('carla', { status: 'disabled' })),
        records('delivered'),
      );
      await anna.certifies({ to: [CARLA] });
      await world.settles();
      const notice = await anna.sees('errore-consegna', CARLA);
      assert.equal(notice.data.extendedError, `5.2.1 - ${BETA.name} - casella disabilitata`);
      await world.beta.user('carla').seesNothing();
    });

    test('DP-24 DP-25 it fills up and the store fails before M13: the peer sends again, one outcome', async () => {
      await using world = await World.open([ALFA, BETA], { engine });
      const anna = world.alfa.user('anna');
      world.beta.faults.next(
        afterwards(() => world.beta.opens('carla', { quotaBytes: 10 })),
        records('delivered'),
      );
      world.beta.faults.next(refuses, records('nondelivery-emitted'));
      const id = await anna.certifies({ to: [CARLA] });
      await world.settles();
      assert.deepEqual(world.network.answers('transport-envelope'), ['451 4.3.0 store-unavailable']);
      assert.equal(world.beta.store.findDeliveryOutcome(id, CARLA), undefined);
      await world.passes(60_000);
      assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
      // IP-12: what covers her was said already.
      assert.deepEqual(await world.alfa.service.kinds(), ['presa-in-carico']);
      assert.equal(world.beta.store.findDeliveryOutcome(id, CARLA)?.outcome, 'not-delivered');
    });
  });
}

suite('a signing key that fails', () => {
  test('GEN-1 AP-21 at the access point: nothing happened, and the submission can be repeated', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.alfa.keyWorks = false;
    for (const letter of [{ to: [CARLA] }, { cc: [CARLA] }]) {
      await assert.rejects(
        anna.sends(letter),
        (error) => error instanceof Fault && error.code === 'signing-key-unusable' && error.temporary,
      );
    }
    await anna.seesNothing();
    assert.equal(world.alfa.store.lastSequence(), 0);
    world.alfa.keyWorks = true;
    const id = await anna.certifies({ to: [CARLA] });
    await world.settles();
    await happenedOnce(world, id);
  });

  test('GEN-1 DP-3 at the receiving provider: 451, neither delivery nor receipt, later both', async () => {
    await using world = await World.open();
    world.beta.keyWorks = false;
    const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    assert.deepEqual(world.network.answers('transport-envelope'), ['451 4.3.0 signing-key-unusable']);
    await world.beta.user('carla').seesNothing();
    assert.deepEqual(world.beta.story(id), []);
    world.beta.keyWorks = true;
    await world.passes(60_000);
    await happenedOnce(world, id);
  });

  test('AP-34 SIG-3 after a refusal: M13 waits for the key, and comes once', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    await world.publishes(({ key, terms }) => (key === 'beta' ? ['pec.sparito.test'] : terms.domains));
    await anna.certifies({ to: ['chi@pec.sparito.test'] });
    world.alfa.keyWorks = false;
    await world.passes(60_000);
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    assert.equal(world.alfa.store.listQueue().length, 1);
    world.alfa.keyWorks = true;
    await world.passes(600_000);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    assert.deepEqual(world.alfa.store.listQueue(), []);
  });
});
