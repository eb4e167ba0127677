// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { makeZip } from '../clamd/archive-maker.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const CARLA = 'carla@pec.beta.test';
const STRICT = { refusedExtensions: ['exe'], refuseUnreadable: true };

/** A message with one attachment. */
function withAttachment(
  from: string,
  attachment: { readonly name: string; readonly content: Buffer },
): Buffer {
  const base64 = attachment.content.toString('base64').replace(/.{76}/g, '$&\r\n');
  return Buffer.from(
    [
      `From: ${from}`,
      `To: ${CARLA}`,
      'Subject: Fattura',
      'Message-ID: <1@client.test>',
      'MIME-Version: 1.0',
      `Content-Type: application/zip; name="${attachment.name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      base64,
      '',
    ].join('\r\n'),
  );
}

const PROGRAM = { name: 'fattura.zip', content: makeZip([{ name: 'fattura.pdf.exe', content: 'x' }]) };
const LOCKED = { name: 'fattura.zip', content: makeZip([{ name: 'a.pdf', content: 'x', encrypted: true }]) };

suite('attachments that a provider does not take', () => {
  test('AP-14 AP-18 a submission gets M2, which names the attachment', async () => {
    await using world = await World.open([{ ...ALFA, ...STRICT }, BETA]);
    const anna = world.alfa.user('anna');
    for (const [attachment, words] of [
      [PROGRAM, 'allegato di tipo eseguibile, non ammesso dal gestore (fattura.zip/fattura.pdf.exe)'],
      [LOCKED, 'archivio allegato che non può essere esaminato, non ammesso dal gestore (fattura.zip/a.pdf)'],
    ] as const) {
      const octets = withAttachment(anna.address, attachment);
      const outcome = await anna.sends({ octets, forwardPaths: [CARLA] });
      assert.ok(outcome.outcome === 'not-accepted');
      assert.equal(outcome.reason, words);
      const notice = (await anna.messages()).at(-1);
      assert.equal(notice?.subject, 'AVVISO DI NON ACCETTAZIONE: Fattura');
      assert.deepEqual([notice?.data.error, notice?.data.extendedError], ['altro', words]);
      assert.equal(notice?.field('X-VerificaSicurezza'), undefined);
      assert.equal(world.alfa.log(outcome.identifier)[0]?.event, 'non-acceptance-formal');
    }
    assert.deepEqual(world.alfa.store.listQueue(), []);
  });

  test('IP-11 IP-21 ordinary mail is refused for them, certified mail of others never', async () => {
    await using world = await World.open([ALFA, { ...BETA, ...STRICT, ordinaryMail: 'deliver' }]);
    const { alfa, beta } = world;
    const ordinary = withAttachment('x@posta.test', PROGRAM);
    assert.deepEqual(await beta.receives(ordinary, { from: 'x@posta.test', to: [CARLA] }), {
      outcome: 'refused',
      code: 550,
      enhanced: '5.7.1',
      text: 'attachments of this kind are not taken',
    });
    const [record] = beta.ordinaryLog();
    assert.deepEqual(
      [record?.event, record?.detail?.attachment],
      ['ordinary-refused', 'fattura.zip/fattura.pdf.exe'],
    );
    const anna = alfa.user('anna');
    const octets = withAttachment(anna.address, PROGRAM);
    await anna.certifies({ octets, forwardPaths: [CARLA] });
    await world.settles();
    const envelope = await beta.user('carla').sees('posta-certificata');
    assert.ok(envelope.original?.includes(octets.subarray(-60)));
    assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
  });
});
