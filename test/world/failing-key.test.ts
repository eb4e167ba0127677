// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { randomIds } from '../../src/platform/ids.ts';
import { Attestation } from '../../src/points/attestation.ts';
import { ReissueDesk } from '../../src/points/reissuing/reissue-desk.ts';
import { afterwards } from './faulty-store.ts';
import { writeLetter } from './letters.ts';
import { ALFA, BETA } from './terms.ts';
import { HOUR_MS, MORNING, World } from './world.ts';

const CARLA = 'carla@pec.beta.test';
const WORM = 'this text is a worm';
const MINUTE_MS = 60_000;
const UNUSABLE = { code: 'signing-key-unusable', temporary: true };

/** What `once.test.ts` shows of acceptance, delivery and M13 holds of everything else that is signed. */
suite('SIG-3 SIG-5 a signing key that fails loses nothing', () => {
  test('AP-14 AP-17 at the access point: neither notice nor quarantine, and the submission can be repeated', async () => {
    await using world = await World.open();
    const { alfa } = world;
    alfa.words.viruses.set(WORM, 'Test.Worm-1');
    const anna = alfa.user('anna');
    const letters = [
      { to: [CARLA], forwardPaths: [CARLA, 'altri@pec.beta.test'] },
      { to: [CARLA], text: `${WORM}\r\n` },
    ];
    alfa.keyWorks = false;
    for (const letter of letters) await assert.rejects(anna.sends(letter), UNUSABLE);
    await anna.seesNothing();
    assert.equal(alfa.store.lastSequence(), 0);
    assert.deepEqual(alfa.store.listQuarantined(0, 100), []);
    alfa.keyWorks = true;
    for (const letter of letters) assert.equal((await anna.sends(letter)).outcome, 'not-accepted');
    assert.deepEqual(await anna.kinds(), ['non-accettazione', 'non-accettazione']);
    assert.equal(alfa.store.listQuarantined(0, 100).length, 1);
  });

  test('IP-22 ordinary mail: its host keeps it, and there is one anomaly envelope', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }]);
    const { beta } = world;
    const from = 'info@posta.test';
    const letter = writeLetter({ to: [CARLA] }, { address: from, instant: MORNING });
    const receive = () => beta.receives(letter, { from, to: [CARLA] });
    beta.keyWorks = false;
    await assert.rejects(receive(), UNUSABLE);
    await beta.user('carla').seesNothing();
    assert.equal(beta.store.lastSequence(), 0);
    beta.keyWorks = true;
    assert.deepEqual(await receive(), { outcome: 'taken' });
    assert.deepEqual(await beta.user('carla').kinds(), ['anomalia']);
  });

  test('IP-17 a virus at the receiving provider: 451 and no quarantine; later one, and one M8 and M9', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    const anna = alfa.user('anna');
    beta.words.viruses.set(WORM, 'Test.Worm-1');
    beta.keyWorks = false;
    const id = await anna.certifies({ to: [CARLA], text: `${WORM}\r\n` });
    await world.settles();
    assert.deepEqual(world.network.answers('transport-envelope'), ['451 4.3.0 signing-key-unusable']);
    assert.deepEqual([beta.store.listQuarantined(0, 9), beta.story(id)], [[], []]);
    beta.keyWorks = true;
    // M9 is signed by the sender's provider, when M8 comes there.
    alfa.keyWorks = false;
    await world.passes(MINUTE_MS);
    const answers = new Set(world.network.answers('virus-detection'));
    assert.deepEqual([...answers], ['451 4.3.0 signing-key-unusable']);
    assert.equal(beta.store.listQuarantined(0, 9).length, 1);
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    alfa.keyWorks = true;
    await world.passes(10 * MINUTE_MS);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    assert.equal(beta.store.listQuarantined(0, 9).length, 1);
    for (const { store } of [alfa, beta]) assert.deepEqual(store.listQueue(), []);
  });

  test('DP-21 no such mailbox: 451, and M13 once', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.beta.keyWorks = false;
    await anna.certifies({ to: ['nessuno@pec.beta.test'] });
    await world.settles();
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    assert.equal(world.beta.store.lastSequence(), 0);
    world.beta.keyWorks = true;
    await world.passes(MINUTE_MS);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    assert.deepEqual(await world.alfa.service.kinds(), ['presa-in-carico']);
  });

  test('DP-24 DP-25 the mailbox fills up at the commit, and M13 cannot be signed: the peer sends again, one M13', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    const anna = alfa.user('anna');
    const fillsUp = async () => {
      await beta.opens('carla', { quotaBytes: 10 });
      beta.keyWorks = false;
    };
    beta.faults.next(afterwards(fillsUp), (step) =>
      step.parts.some(({ acts }) =>
        acts.some((act) => act.do === 'record' && act.record.event === 'delivered'),
      ),
    );
    const id = await anna.certifies({ to: [CARLA] });
    await world.settles();
    assert.deepEqual(world.network.answers('transport-envelope'), ['451 4.3.0 signing-key-unusable']);
    assert.equal(beta.store.findDeliveryOutcome(id, CARLA), undefined);
    beta.keyWorks = true;
    await world.passes(MINUTE_MS);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    assert.deepEqual(await alfa.service.kinds(), ['presa-in-carico']);
    await beta.user('carla').seesNothing();
  });

  test('AP-35 an ordinary host refuses: the anomaly envelope that says so waits for the key, and comes once', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    const to = 'nessuno@posta.test';
    world.network.ordinary.unknown.add(to);
    await anna.certifies({ to: [to] });
    world.alfa.keyWorks = false;
    await world.settles();
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    assert.equal(world.alfa.store.listQueue().length, 1);
    world.alfa.keyWorks = true;
    await world.passes(10 * MINUTE_MS);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'anomalia']);
    assert.deepEqual(world.alfa.store.listQueue(), []);
  });

  test('AP-33 AP-37 AP-38 the notices of 12 and 24 hours, and the end of the queue: late, and once each', async () => {
    await using world = await World.open();
    const { alfa } = world;
    const anna = alfa.user('anna');
    world.network.unreachable.add('pec.beta.test');
    await anna.certifies({ to: [CARLA] });
    for (const [hours, kinds] of [
      [12.1, ['accettazione', 'preavviso-errore-consegna']],
      [12.1, ['accettazione', 'preavviso-errore-consegna', 'preavviso-errore-consegna']],
    ] as const) {
      alfa.keyWorks = false;
      await world.passes(hours * HOUR_MS);
      await assert.rejects(alfa.house.deadlines.look(), UNUSABLE);
      assert.deepEqual(await anna.kinds(), kinds.slice(0, -1));
      alfa.keyWorks = true;
      for (const _ of [1, 2]) await alfa.house.deadlines.look();
      assert.deepEqual(await anna.kinds(), kinds);
    }
    await world.passes(HOUR_MS);
    assert.deepEqual(alfa.store.listQueue(), []);
    // AP-40: after the second notice there is no M13.
    assert.equal((await anna.kinds()).length, 3);
  });

  test('LOG-10 a declaration that cannot be signed is not given, and the log says of none', async () => {
    await using world = await World.open();
    const { alfa, beta } = world;
    const about = await alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    const { store, clock, emitting } = beta;
    const attestation = new Attestation({ signer: beta.signer(), numbers: store });
    const desk = new ReissueDesk({ store, clock, attestation, provider: emitting, ids: randomIds });
    const before = store.lastSequence();
    beta.keyWorks = false;
    await assert.rejects(desk.answer({ about, holder: 'anna@pec.alfa.test' }), UNUSABLE);
    assert.equal(store.lastSequence(), before);
    beta.keyWorks = true;
    const answer = await desk.answer({ about, holder: 'anna@pec.alfa.test' });
    assert.ok(answer.outcome === 'given' && answer.declaration !== undefined);
    assert.deepEqual(
      store.listRecords(before + 1, 10).map(({ event }) => event),
      ['reissued'],
    );
  });
});
