// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isAutomatic } from '../../src/wire/mime/automatic-mail.ts';
import { parseHeader } from '../../src/wire/mime/header.ts';
import { writeLetter } from './letters.ts';
import type { Seen } from './seen.ts';
import { ALFA, BETA } from './terms.ts';
import type { User } from './user.ts';
import { MORNING, World } from './world.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';

/** What a mail program that answers for an absent person does, by the header of each message alone (RFC 3834). */
class Vacation {
  answered = 0;
  readonly #user: User;
  readonly #done = new Set<Seen>();

  constructor(user: User) {
    this.#user = user;
  }

  /** Answers what has come; whether there was anything to answer. */
  async answers(): Promise<boolean> {
    const before = this.answered;
    for (const seen of await this.#user.messages()) {
      const path = (seen.field('Return-Path') ?? '').replace(/[<>]/g, '');
      if (this.#done.has(seen)) continue;
      this.#done.add(seen);
      if (isAutomatic(seen.header, path)) continue;
      this.answered++;
      const fields = ['Auto-Submitted: auto-replied'];
      const sent = await this.#user.sends({ to: [path], subject: 'Assente', fields });
      assert.equal(sent.outcome, 'accepted');
    }
    return this.answered > before;
  }
}

async function untilSilence(world: World, vacations: readonly Vacation[]): Promise<void> {
  for (let rounds = 0; rounds < 20; rounds++) {
    await world.settles();
    const busy = [];
    for (const vacation of vacations) busy.push(await vacation.answers());
    if (!busy.includes(true)) return;
  }
  assert.fail('the programs go on answering one another');
}

suite('programs that answer', () => {
  test('GEN-16 two absent people: one answer, and no program answers it, a receipt or a notice', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }]);
    const [anna, carla] = [world.alfa.user('anna'), world.beta.user('carla')];
    const programs = [new Vacation(anna), new Vacation(carla)];
    await anna.certifies({ to: [CARLA, 'ignoto@pec.beta.test'] });
    await anna.sends({ to: [CARLA], fields: ['Bcc: x@posta.test'] });
    await untilSilence(world, programs);
    assert.deepEqual(
      programs.map(({ answered }) => answered),
      [0, 1],
      "Carla's program answers the letter",
    );
    assert.deepEqual(await anna.kinds(), [
      'accettazione',
      'avvenuta-consegna',
      'errore-consegna',
      'non-accettazione',
      'posta-certificata',
    ]);
    const answer = await anna.sees('posta-certificata');
    assert.equal(answer.field('Auto-Submitted'), 'auto-generated', 'above the envelope of the answer');
    const letter = await carla.sees('posta-certificata');
    assert.equal(letter.field('Auto-Submitted'), undefined, 'a person wrote it');
  });

  test('an ordinary program at the other end: its answer is answered by nobody, and so is a bounce', async () => {
    await using world = await World.open([{ ...ALFA, ordinaryMail: 'deliver' }, BETA]);
    const anna = world.alfa.user('anna');
    const program = new Vacation(anna);
    world.network.ordinary.unknown.add('nessuno@posta.test');
    await anna.certifies({ to: ['info@posta.test', 'nessuno@posta.test'] });
    await world.settles();
    const [mail] = world.network.ordinary.mail;
    assert.equal(mail?.reversePath, ANNA);
    const absent = writeLetter(
      { to: [ANNA], subject: 'Ferie', fields: ['Auto-Submitted: auto-replied'] },
      { address: 'info@posta.test', instant: MORNING },
    );
    await world.alfa.receives(absent, { from: 'info@posta.test', to: [ANNA] });
    const bounce = writeLetter(
      { to: [ANNA], subject: 'Undelivered' },
      { address: 'x@posta.test', instant: MORNING },
    );
    await world.alfa.receives(bounce, { from: '', to: [ANNA] });
    await untilSilence(world, [program]);
    assert.equal(program.answered, 0);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'anomalia', 'anomalia', 'anomalia']);
    assert.deepEqual(world.alfa.store.listQueue(), [], 'the house itself answers nothing');
    assert.equal(world.network.ordinary.mail.length, 1);
  });

  test('what is signed does not change by it', async () => {
    await using world = await World.open();
    await world.alfa.user('anna').certifies({ to: [CARLA] });
    await world.settles();
    const { octets } = world.network.carried('delivery-complete');
    assert.equal(parseHeader(octets).first('Auto-Submitted'), undefined, 'receipts leave without it');
    const seen = await world.alfa.user('anna').sees('avvenuta-consegna');
    assert.ok(seen.octets.includes(octets));
  });
});
