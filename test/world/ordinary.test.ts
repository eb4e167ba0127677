// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkSignatures } from './checks.ts';
import { writeLetter } from './letters.ts';
import { ALFA, BETA } from './terms.ts';
import { MORNING, World } from './world.ts';

const FROM = 'info@posta.test';
const TO = ['carla@pec.beta.test'];

function ordinaryLetter(to: readonly string[] = TO, fields: readonly string[] = []): Buffer {
  return writeLetter(
    { to, subject: 'Perche no', messageId: '<7@posta.test>', fields },
    { address: FROM, instant: MORNING },
  );
}

suite('ordinary mail that comes in', () => {
  test('IP-22 refused by default: SMTP says so, the log too, the user sees nothing', async () => {
    await using world = await World.open();
    const outcome = await world.beta.receives(ordinaryLetter(), { from: FROM, to: TO });
    assert.deepEqual(outcome, {
      outcome: 'refused',
      code: 550,
      enhanced: '5.7.1',
      text: 'carla@pec.beta.test takes certified mail only',
    });
    await world.beta.user('carla').seesNothing();
    const [record, ...others] = world.beta.ordinaryLog();
    assert.deepEqual(others, []);
    assert.equal(record?.event, 'ordinary-refused');
    assert.equal(record?.sender, FROM);
    assert.deepEqual(record?.recipients, TO);
    assert.equal(record?.subject, 'Perche no');
    assert.equal(record?.messageId, '<7@posta.test>');
    assert.deepEqual(record?.detail, {
      failed: 'existence',
      reason: 'no-signature',
      peer: '192.0.2.99',
      reply: '550 5.7.1 carla@pec.beta.test takes certified mail only',
    });
  });

  test('IP-22 IP-23 IP-24 IP-25 GEN-7 GEN-16 admitted: an anomaly envelope, and nothing back', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }]);
    const octets = ordinaryLetter(TO, [
      'Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0100',
      'Cc: z@posta.test',
    ]);
    assert.deepEqual(await world.beta.receives(octets, { from: FROM, to: TO }), { outcome: 'taken' });
    const carla = world.beta.user('carla');
    const seen = await carla.sees('anomalia');
    assert.equal(seen.subject, 'ANOMALIA MESSAGGIO: Perche no');
    assert.equal(seen.field('From'), '"Per conto di: info@posta.test" <posta-certificata@pec.beta.test>');
    assert.equal(seen.field('Reply-To'), FROM);
    assert.equal(seen.field('Message-ID'), '<7@posta.test>', 'inherited');
    assert.equal(seen.field('To'), TO[0]);
    assert.equal(seen.field('Cc'), 'z@posta.test');
    assert.equal(seen.field('Return-Path'), `<${FROM}>`, 'of the final delivery');
    assert.equal(seen.header.all('Received').length, 2, 'ours, and the one it came with');
    assert.equal(Date.parse(seen.field('Date') ?? ''), Math.floor(MORNING / 1000) * 1000);
    for (const absent of ['X-TipoRicevuta', 'X-Riferimento-Message-ID', 'X-Ricevuta', 'Sender']) {
      assert.equal(seen.field(absent), undefined, absent);
    }
    assert.deepEqual(seen.original, octets, 'the entire message as it was received');
    assert.equal(seen.mixed.parts.length, 2, 'text and message, nothing else');
    assert.equal(seen.xml, undefined);
    assert.match(
      seen.text,
      /^Anomalia nel messaggio\r\nIl giorno 02\/03\/2026 alle ore 10:15:02 \(\+0100\) è stato ricevuto/,
    );
    assert.match(seen.text, /la firma digitale del messaggio non risulta attendibile/);
    assert.deepEqual(world.beta.store.listQueue(), [], 'no M6, no receipt');
    const [record, ...others] = world.beta.ordinaryLog();
    assert.deepEqual(others, []);
    assert.equal(record?.event, 'anomaly-created');
    assert.equal(record?.recipient, carla.address);
    assert.deepEqual(record?.generated, ['7@posta.test']);
    assert.equal(record?.detail?.cause, 'no-signature');
    assert.equal(await checkSignatures(world), 1);
  });

  test('IP-22 discarded where the mailbox says so: taken, logged, and nobody sees it', async () => {
    await using world = await World.open();
    await world.beta.opens('carla', { ordinaryMail: 'discard' });
    assert.deepEqual(await world.beta.receives(ordinaryLetter(), { from: FROM, to: TO }), {
      outcome: 'taken',
    });
    await world.beta.user('carla').seesNothing();
    assert.deepEqual(
      world.beta.ordinaryLog().map(({ event }) => event),
      ['ordinary-discarded'],
    );
  });

  test('IP-22 LOG-1 one mailbox takes it and another throws it away: both are written down', async () => {
    await using world = await World.open();
    await world.beta.opens('carla', { ordinaryMail: 'deliver' });
    await world.beta.opens('dario', { ordinaryMail: 'discard' });
    const to = ['carla@pec.beta.test', 'dario@pec.beta.test'];
    assert.deepEqual(await world.beta.receives(ordinaryLetter(to), { from: FROM, to }), { outcome: 'taken' });
    assert.deepEqual(await world.beta.user('carla').kinds(), ['anomalia']);
    await world.beta.user('dario').seesNothing();
    assert.deepEqual(
      world.beta.ordinaryLog().map(({ event, recipient }) => `${event} ${recipient}`),
      ['anomaly-created carla@pec.beta.test', 'ordinary-discarded dario@pec.beta.test'],
    );
  });

  test('DP-4 DP-23 ordinary mail that cannot be delivered: an SMTP error and no notification', async () => {
    await using world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }]);
    await world.beta.opens('piena', { quotaBytes: 10 });
    const replies = [];
    for (const name of ['ignoto', 'piena', 'servizio']) {
      const to = [`${name}@pec.beta.test`];
      const outcome = await world.beta.receives(ordinaryLetter(to), { from: FROM, to });
      replies.push(outcome.outcome === 'refused' ? `${outcome.code} ${outcome.enhanced}` : outcome.outcome);
    }
    assert.deepEqual(replies, ['550 5.1.1', '552 5.2.2', '550 5.1.1']);
    assert.deepEqual(world.beta.store.listQueue(), []);
    assert.deepEqual(world.network.hops, []);
  });

  test('IP-4 IP-5 a message signed by a private person is ordinary mail', async () => {
    await using world = await World.open([
      ALFA,
      { ...BETA, ordinaryMail: 'deliver' },
      { ...ALFA, key: 'privato', name: 'Privato', domains: ['posta.test'], listed: false },
    ]);
    const signed = await world
      .provider('privato')
      .seals(
        `From: ${FROM}\r\nTo: ${TO[0]}\r\nSubject: Firmato\r\nMessage-ID: <8@posta.test>\r\n`,
        'Content-Type: text/plain\r\n\r\nCiao',
      );
    assert.deepEqual(await world.beta.receives(signed, { from: FROM, to: TO }), { outcome: 'taken' });
    const seen = await world.beta.user('carla').sees('anomalia');
    assert.deepEqual(seen.original, signed);
    const detail = world.beta.ordinaryLog()[0]?.detail;
    assert.equal(`${detail?.failed} ${detail?.reason}`, 'origin certificate-not-in-index');
    assert.equal(await checkSignatures(world), 1);
  });

  test('IP-2 IP-3 any address of our domains is served, existing or not, and no other', async () => {
    await using world = await World.open();
    const { incoming } = world.beta.house;
    assert.equal(incoming.serves('carla@pec.beta.test'), true);
    assert.equal(incoming.serves('IGNOTO@PEC.BETA.TEST'), true);
    assert.equal(incoming.serves('carla@sub.pec.beta.test'), false);
    assert.equal(incoming.serves('anna@pec.alfa.test'), false);
  });
});

suite('mail that goes out to ordinary recipients', () => {
  test('AP-35 the envelope itself goes out; neither receipts nor timers are awaited', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    const id = await anna.certifies({ to: [FROM] });
    await world.settles();
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    assert.match((await anna.sees('accettazione')).text, /info@posta\.test \("posta ordinaria"\)/);
    const [mail] = world.network.ordinary.mail;
    assert.equal(mail?.reversePath, anna.address);
    assert.match(mail?.octets.toString() ?? '', /^X-Trasporto: posta-certificata\r$/m);
    assert.deepEqual(world.alfa.store.listTrackings(id), []);
    assert.deepEqual(world.alfa.story(id), ['acceptance', 'envelope-sent']);
  });

  test('AP-34 AP-35 a refused ordinary recipient comes back as ordinary mail, not as M13', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.ordinary.unknown.add('nessuno@posta.test');
    const id = await anna.certifies({ to: [FROM, 'nessuno@posta.test'] });
    await world.settles();
    assert.deepEqual(await anna.kinds(), ['accettazione', 'anomalia']);
    assert.deepEqual(
      world.network.ordinary.mail.map(({ forwardPaths }) => forwardPaths),
      [[FROM]],
    );
    const bounce = await anna.sees('anomalia');
    assert.equal(bounce.subject, 'ANOMALIA MESSAGGIO: Undelivered Mail Returned to Sender');
    const report = bounce.original?.toString() ?? '';
    assert.match(report, /^From: Mail Delivery System <MAILER-DAEMON@mx\.pec\.alfa\.test>\r$/m);
    assert.match(report, /^To: anna@pec\.alfa\.test\r$/m);
    assert.match(report, /^Content-Type: multipart\/report; report-type=delivery-status;\r$/m);
    assert.match(report, /^Final-Recipient: rfc822;nessuno@posta\.test\r$/m);
    assert.match(report, /^Action: failed\r$/m);
    assert.match(report, /^Status: 5\.1\.1\r$/m);
    assert.match(report, /^Diagnostic-Code: smtp; 550 5\.1\.1 no such user\r$/m);
    assert.match(report, /^Risposta del sistema di destinazione: 550 5\.1\.1 no such user\r$/m);
    assert.match(report, new RegExp(`^Message-ID: <${id}>\\r$`, 'm'));
    assert.deepEqual(world.alfa.story(id), [
      'acceptance',
      'envelope-sent',
      'smtp-failure nessuno@posta.test',
      'anomaly-created nessuno@posta.test',
    ]);
    assert.equal(await checkSignatures(world), 2);
  });

  test('AP-35 an ordinary host that never answers: the user is told after two days', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.unreachable.add('posta.test');
    await anna.certifies({ to: [FROM] });
    await world.passes(47 * 3_600_000);
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    await world.passes(2 * 3_600_000);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'anomalia']);
    const report = (await anna.sees('anomalia')).original?.toString() ?? '';
    assert.match(report, /^Status: 4\.4\.7\r$/m);
    assert.doesNotMatch(report, /^Diagnostic-Code|Risposta del sistema/m);
    assert.match(report, /Il sistema di destinazione non lo ha ricevuto entro il tempo/);
  });
});
