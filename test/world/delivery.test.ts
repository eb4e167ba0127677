// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { checkCertificationData, checkSignatures } from './checks.ts';
import { bodyOf } from './seen.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const CARLA = 'carla@pec.beta.test';

/** What the end of one recipient looks like from both sides. */
async function endsIn(
  world: World,
  { recipient, error, status, words }: { recipient: string; error: string; status: string; words: string },
): Promise<void> {
  const anna = world.alfa.user('anna');
  const id = await anna.certifies({ to: [recipient] });
  await world.settles();
  // The peer took the envelope: the failure is told by M13, not by SMTP.
  assert.equal(world.network.hops.find((hop) => hop.identifier === id)?.answer, 'taken');
  const notice = await anna.sees('errore-consegna', recipient);
  assert.equal(notice.subject, 'AVVISO DI MANCATA CONSEGNA: Convocazione');
  assert.equal(notice.field('From'), 'posta-certificata@pec.beta.test');
  assert.equal(notice.field('X-VerificaSicurezza'), undefined);
  assert.equal(notice.original, undefined);
  assert.equal(notice.data.error, error);
  assert.equal(notice.data.extendedError, `${status} - ${BETA.name} - ${words}`);
  assert.match(notice.text, new RegExp(`è stato rilevato un errore ${status} - ${BETA.name}`));
  assert.equal(notice.data.identifier, id);
  assert.deepEqual(world.beta.story(id).slice(0, 3), [
    'envelope-received',
    'take-charge-emitted',
    `nondelivery-emitted ${recipient}`,
  ]);
  const emitted = world.beta.log(id).find(({ event }) => event === 'nondelivery-emitted');
  assert.deepEqual(emitted?.generated, [notice.messageId]);
  assert.ok(world.alfa.story(id).includes(`notification-received ${recipient}`));
  assert.equal(world.alfa.store.findTracking(id, recipient)?.outcome, 'not-delivered');
  assert.equal(world.beta.store.findDeliveryOutcome(id, recipient)?.outcome, 'not-delivered');
}

suite('into the mailbox, or not', () => {
  test('DP-21 DP-22 DP-23 unknown, full and disabled mailboxes: M13 by the receiving provider', async () => {
    await using world = await World.open();
    const full = await world.beta.opens('piena', { quotaBytes: 100 });
    const disabled = await world.beta.opens('sospesa', { status: 'disabled' });
    await endsIn(world, {
      recipient: 'ignoto@pec.beta.test',
      error: 'no-dest',
      status: '5.1.1',
      words: 'indirizzo non valido',
    });
    await endsIn(world, {
      recipient: full.address,
      error: 'altro',
      status: '5.2.2',
      words: 'casella piena',
    });
    await endsIn(world, {
      recipient: disabled.address,
      error: 'altro',
      status: '5.2.1',
      words: 'casella disabilitata',
    });
    await full.seesNothing();
    await disabled.seesNothing();
    await checkCertificationData(world);
  });

  test('DP-26 SRV-1 a user who writes to a service mailbox hears that there is none', async () => {
    await using world = await World.open();
    await endsIn(world, {
      recipient: world.beta.serviceMailbox,
      error: 'no-dest',
      status: '5.1.1',
      words: 'indirizzo non valido',
    });
    assert.deepEqual(await world.beta.service.kinds(), []);
  });

  test('AP-34 a domain that does not exist, and one certified at nobody’s: M13 by the sending provider', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    // Certified for the index, yet nobody answers for it: its machine says it does not know the domain.
    await world.publishes((provider) => [
      ...provider.terms.domains,
      ...(provider.key === 'beta' ? ['pec.sparito.test'] : []),
    ]);
    const recipient = 'chi@pec.sparito.test';
    const id = await anna.certifies({ to: [recipient] });
    await world.settles();
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    const notice = await anna.sees('errore-consegna', recipient);
    assert.equal(notice.field('From'), 'posta-certificata@pec.alfa.test');
    assert.equal(notice.data.error, 'no-dominio');
    assert.equal(notice.data.extendedError, `5.1.2 - ${ALFA.name} - dominio non valido`);
    assert.deepEqual(world.alfa.story(id), [
      'acceptance',
      `smtp-failure ${recipient}`,
      `nondelivery-emitted ${recipient}`,
    ]);
    assert.equal(world.alfa.store.findTracking(id, recipient)?.outcome, 'not-delivered');
    assert.deepEqual(world.alfa.store.listQueue(), []);
  });

  test('AP-33 AP-34 a provider that does not answer for 24 hours: M13, and no attempt after it', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.unreachable.add('pec.beta.test');
    const id = await anna.certifies({ to: [CARLA] });
    await world.passes(24 * 3_600_000 - 1000);
    assert.deepEqual(await anna.kinds(), ['accettazione']);
    assert.ok((world.alfa.store.listQueue()[0]?.attempts ?? 0) > 20, 'tried again and again');
    await world.passes(2000);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    const notice = await anna.sees('errore-consegna', CARLA);
    assert.equal(notice.data.error, 'altro');
    // No peer spoke: nothing is told as its answer.
    assert.equal(
      notice.data.extendedError,
      '5.4.7 - Gestore Alfa S.p.A. - tempo massimo per la consegna superato',
    );
    assert.deepEqual(world.alfa.story(id), [
      'acceptance',
      `smtp-failure ${CARLA}`,
      `nondelivery-emitted ${CARLA}`,
    ]);
    world.network.unreachable.clear();
    await world.passes(3_600_000);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'errore-consegna']);
    await world.beta.user('carla').seesNothing();
  });

  test('AP-33 a provider that answers after hours: everything as if nothing had been', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    world.network.unreachable.add('pec.beta.test');
    await anna.certifies({ to: [CARLA] });
    await world.passes(11 * 3_600_000);
    world.network.unreachable.clear();
    await world.passes(3_600_000);
    assert.deepEqual(await anna.kinds(), ['accettazione', 'avvenuta-consegna']);
    const receipt = await anna.sees('avvenuta-consegna');
    const waited = receipt.data.instant - (await anna.sees('accettazione')).data.instant;
    assert.ok(waited >= 11 * 3_600_000, 'DP-20 the instant of delivery, not of sending');
  });

  test('GEN-16 DP-23 a notification that cannot be relayed causes none, and is written down', async () => {
    await using world = await World.open();
    const id = await world.alfa.user('anna').certifies({ to: [CARLA] });
    const alfa = 'pec.alfa.test';
    world.network.unreachable.add(alfa);
    await world.passes(25 * 3_600_000);
    assert.deepEqual(world.beta.store.listQueue(), []);
    const lost = world.beta.log(id).filter(({ event }) => event === 'notification-undeliverable');
    assert.deepEqual(
      lost.map(({ recipient, detail }) => `${recipient} ${detail?.kind}`),
      [`servizio@${alfa} take-charge`, `anna@${alfa} delivery-complete`],
    );
    for (const { sender, recipients, subject, provider } of lost) {
      // LOG-2: what the notification is about, not who sent the notification.
      assert.deepEqual(
        { sender, recipients, subject, provider },
        { sender: `anna@${alfa}`, recipients: [CARLA], subject: 'Convocazione', provider: ALFA.name },
      );
    }
    assert.deepEqual(await world.alfa.user('anna').kinds(), ['accettazione']);
  });

  test('DP-2 AP-26 the envelope lies in the mailbox as it came, with trace fields on top', async () => {
    await using world = await World.open();
    await world.alfa.user('anna').certifies({
      to: [CARLA],
      fields: [
        'Received: from pc by smtps.alfa.test; Mon, 2 Mar 2026 10:15:00 +0100',
        'Reply-To: Uffici <u@pec.alfa.test>',
      ],
    });
    await world.settles();
    const { octets: sent } = world.network.carried('transport-envelope');
    const { octets: kept } = await world.beta.user('carla').sees('posta-certificata');
    const trace = kept.subarray(0, kept.length - sent.length);
    assert.deepEqual(kept.subarray(trace.length), sent);
    assert.match(
      trace.toString(),
      /^Return-Path: <anna@pec\.alfa\.test>\r\nReceived: from mx\.pec\.beta\.test \(\[192\.0\.2\.1\]\)\r\n by mx\.pec\.beta\.test with ESMTPS;\r\n .* \+0000\r\n$/,
    );
    assert.equal(await checkSignatures(world), 4);
  });
});

suite('three forms of receipt', () => {
  const BODY = [
    '--x',
    'Content-Type: text/plain',
    '',
    'Si allega.',
    '--x',
    'Content-Type: application/octet-stream; name="atto.bin"',
    'Content-Disposition: attachment; filename="atto.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    'SGVsbG8sIFBFQyE=',
    '--x--',
    '',
  ].join('\r\n');

  const letter = (receipt: string | undefined) => ({
    to: [CARLA],
    cc: ['dario@pec.beta.test'],
    fields: ['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="x"'],
    text: BODY,
    ...(receipt !== undefined && { receipt }),
  });

  test('DP-6 DP-7 DP-10 DP-12 DP-18 DP-19 complete for To, concise for Cc, naming what was asked', async () => {
    for (const asked of [undefined, 'completa', 'Completa ', 'quella lunga']) {
      await using world = await World.open();
      const anna = world.alfa.user('anna');
      await anna.certifies(letter(asked));
      await world.settles();
      const envelope = await world.beta.user('carla').sees('posta-certificata');
      const [primary, copy] = [
        await anna.sees('avvenuta-consegna', CARLA),
        await anna.sees('avvenuta-consegna', 'dario@pec.beta.test'),
      ];
      assert.equal(envelope.field('X-TipoRicevuta'), 'completa');
      assert.deepEqual(
        primary.original,
        envelope.original,
        'the original exactly as the envelope carries it',
      );
      assert.match(primary.text, /^Ricevuta di avvenuta consegna\r\n/);
      assert.equal(copy.original, undefined);
      assert.match(copy.text, /^Ricevuta sintetica di avvenuta consegna\r\n/);
      for (const { data } of [primary, copy]) {
        const {
          kind,
          error,
          receiptType,
          identifier,
          messageId,
          sender,
          recipients,
          replyTo,
          subject,
          provider,
        } = data;
        assert.deepEqual(
          { kind, error, receiptType, provider },
          { kind: 'avvenuta-consegna', error: 'nessuno', receiptType: 'completa', provider: BETA.name },
        );
        const of = envelope.data;
        assert.deepEqual(
          { identifier, messageId, sender, recipients, replyTo, subject },
          {
            identifier: of.identifier,
            messageId: of.messageId,
            sender: of.sender,
            recipients: of.recipients,
            replyTo: of.replyTo,
            subject: of.subject,
          },
        );
      }
    }
  });

  test('DP-11 DP-13 DP-17 AP-28 brief: the named part is a hash, the rest as it was', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    await anna.certifies(letter('BREVE'));
    await world.settles();
    const envelope = await world.beta.user('carla').sees('posta-certificata');
    assert.equal(envelope.field('X-TipoRicevuta'), 'breve');
    const receipt = await anna.sees('avvenuta-consegna', CARLA);
    assert.match(receipt.text, /^Ricevuta breve di avvenuta consegna\r\n/);
    assert.equal(receipt.data.receiptType, 'breve');
    const reduced = bodyOf(receipt.original ?? Buffer.alloc(0)).toString();
    const hash = createHash('sha1').update('SGVsbG8sIFBFQyE=').digest('hex');
    assert.equal(hash, 'aa8f7e7f3b82a58ed869b1393217bb663e936145', 'the vector of the specification');
    assert.match(reduced, new RegExp(`name="atto\\.bin\\.hash"[\\s\\S]*\\r\\n\\r\\n${hash}\\r\\n--x--`));
    assert.match(reduced, /Si allega\./);
    assert.doesNotMatch(reduced, /SGVsbG8s/);
    assert.equal((await anna.sees('avvenuta-consegna', 'dario@pec.beta.test')).original, undefined);
    assert.equal(await checkSignatures(world), 6);
  });

  test('DP-8 concise for everybody who is asked for concise ones', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    await anna.certifies(letter('sintetica'));
    await world.settles();
    for (const recipient of [CARLA, 'dario@pec.beta.test']) {
      const receipt = await anna.sees('avvenuta-consegna', recipient);
      assert.equal(receipt.original, undefined, recipient);
      assert.equal(receipt.data.receiptType, 'sintetica');
    }
  });

  test('DP-9 a recipient in both fields counts as primary', async () => {
    await using world = await World.open();
    const anna = world.alfa.user('anna');
    await anna.certifies({ to: [CARLA], cc: [CARLA], forwardPaths: [CARLA] });
    await world.settles();
    assert.ok((await anna.sees('avvenuta-consegna', CARLA)).original);
  });

  test('receipts go to their own folder where the holder wants it, and never count', async () => {
    await using world = await World.open();
    const anna = await world.alfa.opens('anna', { filesReceipts: true, quotaBytes: 10 });
    await anna.certifies({ to: [CARLA] });
    await world.settles();
    const folders = (await anna.messages()).map(({ kind, folder }) => `${kind} in ${folder}`);
    assert.deepEqual(folders.sort(), ['accettazione in Ricevute', 'avvenuta-consegna in Ricevute']);
    assert.equal(world.alfa.store.usage(anna.mailbox.id).countedBytes, 0);
  });
});
