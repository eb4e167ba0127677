// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Fault } from '../../src/platform/faults.ts';
import { checkCertificationData, checkSignatures } from './checks.ts';
import type { Letter } from './letters.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const CARLA = 'carla@pec.beta.test';
const MEBIBYTE = 1024 * 1024;
let world: World;
let lastUser = 0;

/** Each test has a sender of its own. */
const newSender = () => world.alfa.opens(`mittente${++lastUser}`);

suite('what the access point does not accept', () => {
  before(async () => {
    world = await World.open([{ ...ALFA, sizeBytes: 30 * MEBIBYTE }, BETA]);
  });
  after(() => world[Symbol.asyncDispose]());

  /** A letter, and the words that the notice must say. */
  const wrong: Readonly<Record<string, readonly [Letter, RegExp, string]>> = {
    'AP-6 a header that is none': [
      { to: [CARLA], fields: ['questo non va'] },
      /intestazione del messaggio non conforme \(questo non va\)/,
      'malformed-header',
    ],
    'AP-6 a line too long': [
      { to: [CARLA], text: `${'x'.repeat(999)}\r\n` },
      /riga più lunga di 998 caratteri \(999\)/,
      'line-too-long',
    ],
    'AP-6 a line feed alone': [
      { to: [CARLA], text: 'a\nb\r\n' },
      /fine di riga non conforme/,
      'bare-line-end',
    ],
    'AP-7 no From': [{ to: [CARLA], from: null }, /assenza del mittente \(campo From\)/, 'missing-from'],
    'AP-8 no To': [{ cc: [CARLA] }, /assenza di destinatari nel campo To/, 'missing-to'],
    'AP-9 a From that is not the sender': [
      { to: [CARLA], from: 'bruno@pec.alfa.test' },
      /mittente del campo From diverso .* \(bruno@pec\.alfa\.test\)/,
      'sender-mismatch',
    ],
    'AP-10 a recipient nobody sees': [
      { to: [CARLA], forwardPaths: [CARLA, 'dario@pec.beta.test'] },
      /destinatario non indicato nei campi To o Cc \(dario@pec\.beta\.test\)/,
      'recipient-not-in-header',
    ],
    'AP-11 a blind copy': [
      { to: [CARLA], fields: ['Bcc: dario@pec.beta.test'] },
      /copia nascosta \(campo Bcc\)/,
      'bcc-present',
    ],
    'AP-13 one recipient too many': [
      { to: Array.from({ length: 51 }, (_, at) => `u${at}@pec.beta.test`) },
      /numero di destinatari superiore al massimo ammesso \(50\)/,
      'too-many-recipients',
    ],
    'AP-12 AP-15 too large, but not for SMTP': [
      { to: [CARLA], text: `${'x'.repeat(78)}\r\n`.repeat(400_000) },
      /dimensione del messaggio superiore al massimo ammesso \(\d+ byte\)/,
      'too-large',
    ],
    'AP-12 too large for so many': [
      { to: [CARLA, 'dario@pec.beta.test'], text: `${'x'.repeat(78)}\r\n`.repeat(200_000) },
      /moltiplicata per il numero dei destinatari .* \(\d+ byte\)/,
      'too-large-for-recipients',
    ],
  };

  for (const [title, [letter, words, problem]] of Object.entries(wrong)) {
    test(title, async () => {
      const sender = await newSender();
      const outcome = await sender.sends(letter);
      // The client is answered, and the notice says why: for formal reasons SMTP says nothing (AP-16).
      assert.equal(outcome.outcome, 'not-accepted');
      assert.match(outcome.outcome === 'not-accepted' ? outcome.reason : '', words);
      // The user gets one notice, without the original, about nothing that ever left.
      assert.deepEqual(await sender.kinds(), ['non-accettazione']);
      const notice = await sender.sees('non-accettazione');
      assert.equal(notice.subject, 'AVVISO DI NON ACCETTAZIONE: Convocazione');
      assert.equal(notice.field('X-VerificaSicurezza'), undefined);
      assert.equal(notice.original, undefined);
      assert.equal(notice.data.error, 'altro');
      assert.match(notice.data.extendedError ?? '', words);
      assert.match(notice.text.replace(/\s+/g, ' '), words);
      assert.equal(notice.data.identifier, outcome.identifier);
      // The log says what failed; the circuit has seen nothing.
      const [record, ...others] = world.alfa.log(outcome.identifier);
      assert.equal(record?.event, 'non-acceptance-formal');
      assert.equal(record?.detail?.problems, problem);
      assert.deepEqual(record?.generated, [notice.messageId]);
      assert.deepEqual(others, []);
      assert.deepEqual(world.alfa.store.listQueue(), []);
      assert.equal(world.alfa.store.findSubmission(outcome.identifier), undefined);
    });
  }

  test('AP-14 AP-18 SEC-15 several failures make one notice, to the sender alone', async () => {
    const sender = await newSender();
    const letter = {
      cc: [CARLA],
      from: 'bruno@pec.alfa.test',
      fields: [`Bcc: ${CARLA}`, `Reply-To: ${CARLA}`],
    };
    const outcome = await sender.sends(letter);
    assert.equal(outcome.outcome, 'not-accepted');
    const notice = await sender.sees('non-accettazione');
    assert.equal(notice.field('To'), sender.address);
    for (const words of [/diverso da quello/, /campo To/, /campo Bcc/]) {
      assert.match(notice.data.extendedError ?? '', words);
    }
    assert.equal(
      world.alfa.log(outcome.identifier)[0]?.detail?.problems,
      'sender-mismatch missing-to bcc-present',
    );
    await world.alfa.user('bruno').seesNothing();
    await world.beta.user('carla').seesNothing();
  });

  test('AP-3 who sends as somebody else is refused, and nobody is told', async () => {
    const sender = await newSender();
    const before = world.alfa.store.lastSequence();
    const letter = { to: [CARLA], from: 'bruno@pec.alfa.test', reversePath: 'bruno@pec.alfa.test' };
    await assert.rejects(
      sender.sends(letter),
      (error) => error instanceof Fault && error.code === 'foreign-reverse-path' && !error.temporary,
    );
    await sender.seesNothing();
    await world.alfa.user('bruno').seesNothing();
    assert.equal(world.alfa.store.lastSequence(), before);
  });

  test('AP-2 AP-3 letter case does not make a stranger', async () => {
    const sender = await newSender();
    const reversePath = sender.address.toUpperCase();
    assert.equal((await sender.sends({ to: [CARLA], from: reversePath, reversePath })).outcome, 'accepted');
  });

  test('AP-4 AP-5 an identifier for each submission, letters and digits at our domain, accepted or not', async () => {
    const sender = await newSender();
    const outcomes = [
      await sender.sends({ to: [CARLA] }),
      await sender.sends({ to: [CARLA], messageId: '<stesso@client.test>' }),
      await sender.sends({ to: [CARLA], messageId: '<stesso@client.test>' }),
      await sender.sends({ cc: [CARLA] }),
    ];
    const ids = outcomes.map((outcome) => (outcome.outcome === 'refused' ? '' : outcome.identifier));
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9]+@pec\.alfa\.test$/);
  });

  test('AP-10 U-7 an address of the header that nothing was sent to is let pass, and logged', async () => {
    await using world = await World.open();
    const to = Array.from({ length: 52 }, (_, index) => `n${index}@posta.test`);
    const few = await world.alfa.user('anna').certifies({ to: to.slice(0, 2), forwardPaths: to.slice(0, 1) });
    assert.equal(world.alfa.log(few)[0]?.detail?.unserved, 'n1@posta.test');
    const many = await world.alfa.user('anna').certifies({ to, forwardPaths: to.slice(0, 1) });
    assert.match(world.alfa.log(many)[0]?.detail?.unserved ?? '', /^n1@\S+( n\d+@\S+){49} and 1 more$/);
    const all = await world.alfa.user('anna').certifies({ to: to.slice(0, 2) });
    assert.equal(world.alfa.log(all)[0]?.detail?.unserved, undefined);
  });

  test('DP-5 a recipient named twice in the dialogue is one recipient', async () => {
    const sender = await newSender();
    await sender.certifies({ to: [CARLA], forwardPaths: [CARLA, CARLA.toUpperCase(), CARLA] });
    await world.settles();
    assert.deepEqual(await sender.kinds(), ['accettazione', 'avvenuta-consegna']);
    assert.deepEqual((await sender.sees('accettazione')).data.recipients, [
      { address: CARLA, certified: true },
    ]);
  });

  test('GEN-1 SIG-3 every notice is valid against the DTD and signed for openssl', async () => {
    assert.ok((await checkCertificationData(world)) >= Object.keys(wrong).length);
    await checkSignatures(world);
  });
});
