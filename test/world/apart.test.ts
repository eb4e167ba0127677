// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FixedClock, systemClock } from '../../src/platform/clock.ts';
import { Dialogue } from '../smtp/dialogue.ts';
import { openSockets } from './sockets.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';
const DARIO = 'dario@pec.beta.test';
const IGNOTO = 'ignoto@pec.beta.test';
const FROM = 'info@posta.test';
const now = () => ({ clock: new FixedClock(systemClock.now()) });

const codes = (replies: readonly string[]) => replies.map((reply) => reply.split(' ').slice(0, 2).join(' '));

/** One transaction of a host that says what it pleases: the replies to each recipient, and to the message. */
async function transaction(
  port: number,
  { from, to, octets }: { readonly from: string; readonly to: readonly string[]; readonly octets: Buffer },
): Promise<string[]> {
  using dialogue = await Dialogue.open(port);
  await dialogue.reply();
  await dialogue.say('EHLO mx.posta.test');
  await dialogue.say(`MAIL FROM:<${from}>`);
  const replies: string[] = [];
  for (const path of to) replies.push(await dialogue.say(`RCPT TO:<${path}>`));
  if (!/^354/.test(await dialogue.say('DATA'))) return replies;
  dialogue.write(octets);
  replies.push(await dialogue.say('\r\n.'));
  return replies;
}

suite('recipients of unlike fate', () => {
  test('IP-2 IP-22 ordinary mail: each recipient is answered for itself, nobody is answered for another', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }], now());
    await using sockets = await openSockets(world);
    await world.beta.opens('chiusa', { ordinaryMail: 'refuse' });
    const port = sockets.ports.get('beta') ?? 0;
    const octets = Buffer.from(`From: ${FROM}\r\nTo: ${CARLA}\r\nSubject: Ciao\r\n\r\nciao`);
    const all = [CARLA, IGNOTO, 'chiusa@pec.beta.test', DARIO];
    assert.deepEqual(codes(await transaction(port, { from: FROM, to: all, octets })), [
      '250 2.1.5',
      '452 4.5.3',
      '452 4.5.3',
      '250 2.1.5',
      '250 2.0.0',
    ]);
    const put = [IGNOTO, 'chiusa@pec.beta.test'];
    const replies = await transaction(port, { from: FROM, to: put, octets });
    assert.deepEqual(codes(replies), ['250 2.1.5', '250 2.1.5', '550 5.1.1']);
    assert.match(replies[2] ?? '', /no mailbox ignoto@.* here; chiusa@.* takes certified mail only$/);
    for (const name of ['carla', 'dario'])
      assert.deepEqual(await world.beta.user(name).kinds(), ['anomalia']);
    // A bounce comes with the null path and has one recipient; it is no certified mail either.
    assert.deepEqual(codes(await transaction(port, { from: '', to: [CARLA, IGNOTO], octets })), [
      '250 2.1.5',
      '452 4.5.3',
      '250 2.0.0',
    ]);
  });

  test('IP-2 DP-21 certified mail: all in one transaction, and M13 for who does not exist', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }], now());
    await using sockets = await openSockets(world);
    const anna = world.alfa.user('anna');
    await anna.certifies({ to: [CARLA, IGNOTO, DARIO] });
    await world.settles();
    assert.deepEqual(await anna.kinds(), [
      'accettazione',
      'avvenuta-consegna',
      'avvenuta-consegna',
      'errore-consegna',
    ]);
    const [charge, ...others] = await world.alfa.service.messages();
    assert.deepEqual(charge?.data.takenInCharge, [CARLA, IGNOTO, DARIO]);
    assert.deepEqual(others, []);
    // Ordinary mail that pretends to be of a PEC domain meets one refusal for all, as it must.
    const octets = Buffer.from(`From: ${ANNA}\r\nTo: ${CARLA}\r\n\r\nciao`);
    const port = sockets.ports.get('beta') ?? 0;
    assert.deepEqual(codes(await transaction(port, { from: ANNA, to: [CARLA, IGNOTO], octets })), [
      '250 2.1.5',
      '250 2.1.5',
      '550 5.1.1',
    ]);
  });

  test('IP-12 a PEC domain that our index does not know yet: two transactions, and nothing else is different', async () => {
    const terms = { ...ALFA, domains: ['pec.alfa.test', 'pec.alfa-nuova.test'] };
    await using world = await World.open([terms, { ...BETA, ordinaryMail: 'deliver' }], now());
    await using _ = await openSockets(world);
    const lia = await world.alfa.opens('lia@pec.alfa-nuova.test');
    await world.publishes(({ terms: { domains } }) => domains.slice(0, 1));
    const old = world.beta.directory.current;
    await world.publishes();
    world.beta.directory.replace(old);
    await lia.certifies({ to: [CARLA, IGNOTO, DARIO] });
    await world.settles();
    assert.match(world.alfa.store.listQueue()[0]?.lastError ?? '', /^452 4\.5\.3/);
    await world.passes(3_600_000);
    assert.deepEqual(await lia.kinds(), [
      'accettazione',
      'avvenuta-consegna',
      'avvenuta-consegna',
      'errore-consegna',
    ]);
    const covered = (await world.alfa.service.messages()).map(({ data }) => data.takenInCharge);
    assert.deepEqual(covered, [[CARLA, DARIO], [IGNOTO]]);
  });
});

suite('connections that race', () => {
  test('IP-28 DP-24 IP-12 one envelope over six connections at once, and by the queue meanwhile', async () => {
    await using world = await World.open([ALFA, BETA], { ...now(), engine: 'sqlite' });
    await using sockets = await openSockets(world);
    const anna = world.alfa.user('anna');
    const to = [CARLA, DARIO, IGNOTO];
    const id = await anna.certifies({ to });
    const content = world.alfa.store.findContent(world.alfa.store.listQueue()[0]?.content ?? 0);
    assert.ok(content);
    const octets = await content.octets.read(0, content.size);
    const port = sockets.ports.get('beta') ?? 0;
    const some = [to, [CARLA], [IGNOTO, DARIO], [DARIO], to, [IGNOTO]];
    const replies = await Promise.all([
      ...some.map((paths) => transaction(port, { from: ANNA, to: paths, octets })),
      world.settles({ hurry: true }).then(() => ['250 2.0.0']),
    ]);
    assert.deepEqual(
      replies.map((each) => codes(each).at(-1)),
      Array(7).fill('250 2.0.0'),
    );
    await world.settles();
    assert.deepEqual(await anna.kinds(), [
      'accettazione',
      'avvenuta-consegna',
      'avvenuta-consegna',
      'errore-consegna',
    ]);
    for (const name of ['carla', 'dario'])
      assert.deepEqual(await world.beta.user(name).kinds(), ['posta-certificata']);
    const covered = (await world.alfa.service.messages()).flatMap(({ data }) => data.takenInCharge ?? []);
    assert.deepEqual(covered.sort(), [...to].sort());
    const ends = world.alfa.store.listTrackings(id).map(({ outcome }) => outcome);
    assert.deepEqual(ends.sort(), ['delivered', 'delivered', 'not-delivered']);
  });

  test('IP-18 IP-20 one receipt over four connections at once is one receipt', async () => {
    await using world = await World.open([ALFA, BETA], { ...now(), engine: 'sqlite' });
    await using sockets = await openSockets(world);
    const anna = world.alfa.user('anna');
    world.network.unreachable.add('pec.alfa.test');
    const id = await anna.certifies({ to: [CARLA] });
    const [entry] = world.alfa.store.listQueue();
    const envelope = world.alfa.store.findContent(entry?.content ?? 0);
    assert.ok(envelope);
    const octets = await envelope.octets.read(0, envelope.size);
    await world.beta.receives(octets, { from: ANNA, to: [CARLA] });
    const receipt = world.beta.store.listQueue().find(({ kind }) => kind === 'delivery-complete');
    const content = world.beta.store.findContent(receipt?.content ?? 0);
    assert.ok(content);
    const sent = {
      from: world.beta.serviceAddress,
      to: [ANNA],
      octets: await content.octets.read(0, content.size),
    };
    const port = sockets.ports.get('alfa') ?? 0;
    const replies = await Promise.all(Array.from({ length: 4 }, () => transaction(port, sent)));
    assert.deepEqual(
      replies.map((each) => codes(each).at(-1)),
      Array(4).fill('250 2.0.0'),
    );
    assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
    assert.equal(world.alfa.store.findTracking(id, CARLA)?.outcome, 'delivered');
    assert.equal(world.alfa.story(id).filter((line) => line === `notification-received ${CARLA}`).length, 1);
  });
});
