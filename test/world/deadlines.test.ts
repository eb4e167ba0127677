// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkCertificationData, checkSignatures } from './checks.ts';
import { World } from './world.ts';

const HOUR_MS = 3_600_000;
const CARLA = 'carla@pec.beta.test';

type Engine = 'memory' | 'sqlite';

/** What goes wrong on the way, and until which hour. */
interface Course {
  /** Beta does not answer at all before that hour. */
  readonly unreachableUntil?: number;
  /** Receipts of delivery break on the way back before that hour. */
  readonly receiptsLostUntil?: number;
}

/** Runs a message through 30 hours, looking at the deadlines every quarter of an hour; says at which hour what came. */
async function runs(course: Course, engine: Engine = 'memory') {
  const world = await World.open(undefined, { engine });
  const anna = world.alfa.user('anna');
  await world.beta.opens('carla');
  const { unreachableUntil = 0, receiptsLostUntil = 0 } = course;
  if (unreachableUntil > 0) world.network.unreachable.add('pec.beta.test');
  let hour = 0;
  world.network.tamper = (octets, entry) => {
    const lost = entry.kind.startsWith('delivery') && hour < receiptsLostUntil;
    return lost ? Buffer.concat([octets.subarray(0, -400), Buffer.from('x'), octets.subarray(-399)]) : octets;
  };
  const id = await anna.certifies({ to: [CARLA] });
  const came: string[] = [];
  for (; hour <= 30; hour += 0.25) {
    if (hour >= unreachableUntil) world.network.unreachable.delete('pec.beta.test');
    await world.settles();
    await world.alfa.house.deadlines.look();
    const events = world.alfa.log(id).filter(({ event }) => event.startsWith('timeout'));
    for (const { event } of events.slice(came.length)) came.push(`${event} at ${hour}`);
    await world.passes(HOUR_MS / 4);
  }
  return { world, anna, id, came };
}

suite('AP-36 AP-37 AP-38 TIME-8 the matrix of spec 4.8', () => {
  for (const [row, course, expected] of [
    ['taken in charge and delivered: none', {}, []],
    [
      'taken in charge, never a receipt: the second only',
      { receiptsLostUntil: 99 },
      ['timeout-24h at 23.75'],
    ],
    ['delivered within 12 hours, late: none', { unreachableUntil: 11 }, []],
    ['delivered between 12 and 24 hours: the first only', { unreachableUntil: 15 }, ['timeout-12h at 12']],
    ['never anything: both', { unreachableUntil: 99 }, ['timeout-12h at 12', 'timeout-24h at 23.75']],
    [
      'taken in charge after 12 hours, never a receipt: both',
      { unreachableUntil: 13, receiptsLostUntil: 99 },
      ['timeout-12h at 12', 'timeout-24h at 23.75'],
    ],
  ] as const) {
    test(`AP-37 AP-38 ${row}`, async () => {
      const { world, came } = await runs(course);
      await using _ = world;
      assert.deepEqual(came, expected);
    });
  }
});

suite('the notices of late delivery', () => {
  test('AP-37 AP-38 AP-40 the user reads both, signed; the queue that gives up afterwards says nothing', async () => {
    const { world, anna, id } = await runs({ unreachableUntil: 99 }, 'sqlite');
    await using _ = world;
    const notices = (await anna.messages()).filter(
      (seen) => seen.field('X-Ricevuta') === 'preavviso-errore-consegna',
    );
    assert.deepEqual(
      notices.map((seen) => seen.data.extendedError?.slice(0, 5)),
      ['4.4.7', '5.4.1'],
    );
    for (const notice of notices) {
      assert.equal(notice.subject, 'AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO: Convocazione');
      assert.equal(notice.data.identifier, id);
      assert.equal(notice.data.deliveredTo, CARLA);
      assert.equal(notice.original, undefined);
    }
    assert.equal(world.alfa.store.findTracking(id, CARLA)?.outcome, undefined);
    assert.ok(!world.alfa.story(id).some((event) => event.startsWith('nondelivery-emitted')));
    assert.ok(world.alfa.story(id).includes(`smtp-failure ${CARLA}`));
    await checkSignatures(world);
    await checkCertificationData(world);
  });

  test('AP-39 a receipt after the second notice still reaches the user', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    await world.beta.opens('carla');
    world.network.unreachable.add('pec.beta.test');
    await anna.certifies({ to: [CARLA] });
    await world.settles();
    world.clock.advance(23.9 * HOUR_MS);
    await world.alfa.house.deadlines.look();
    world.network.unreachable.clear();
    await world.settles();
    const receipt = await anna.sees('avvenuta-consegna', CARLA);
    assert.equal(receipt.data.deliveredTo, CARLA);
  });

  test('AP-41 a provider that slept through both deadlines sends both, once', async () => {
    await using world = await World.open(undefined, { engine: 'sqlite' });
    const anna = world.alfa.user('anna');
    world.network.unreachable.add('pec.beta.test');
    const id = await anna.certifies({ to: [CARLA] });
    world.clock.advance(40 * HOUR_MS);
    await world.alfa.house.deadlines.look();
    await world.alfa.house.deadlines.look();
    assert.deepEqual(
      world.alfa.story(id).filter((event) => event.startsWith('timeout')),
      [`timeout-12h ${CARLA}`, `timeout-24h ${CARLA}`],
    );
  });

  test('AP-40 the second notice and the end of the queue at the same time: one of them', async () => {
    for (const engine of ['memory', 'sqlite'] as const) {
      await using world = await World.open(undefined, { engine });
      const anna = world.alfa.user('anna');
      world.network.unreachable.add('pec.beta.test');
      const to = Array.from({ length: 8 }, (_, index) => `n${index}@pec.beta.test`);
      const id = await anna.certifies({ to });
      world.clock.advance(40 * HOUR_MS);
      await Promise.all([world.settles(), world.alfa.house.deadlines.look()]);
      const ends = world.alfa.story(id).filter((event) => /^(timeout-24h|nondelivery-emitted) /.test(event));
      assert.deepEqual(ends.map((event) => event.split(' ')[1]).sort(), to);
    }
  });

  test('AP-35 nobody waits for ordinary recipients', async () => {
    await using world = await World.open();
    const id = await world.alfa.user('anna').certifies({ to: ['info@posta.test'] });
    await world.settles();
    world.clock.advance(40 * HOUR_MS);
    await world.alfa.house.deadlines.look();
    assert.ok(!world.alfa.story(id).some((event) => event.startsWith('timeout')));
  });
});
