// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { text, withAttachments, write } from './letter.ts';
import { assertUntouched, type Message, sha256 } from './message.ts';
import { originals } from './originals.ts';
import { Outside, type User } from './outside.ts';
import { assertChain, assertEverything } from './verdicts.ts';

suite('certified mail, with clients that are not ours', { timeout: 300_000 }, () => {
  let outside: Outside;
  let alfa: User;
  let beta: User;

  before(async () => {
    outside = await Outside.open();
    alfa = outside.user('protocollo@pec.comune.borgolirio.test');
    beta = outside.user('sindaco@pec.comune.castelmora.test');
  });
  after(() => outside[Symbol.asyncDispose]());

  for (const door of ['submission', 'starttls'] as const) {
    test(`AP-19 AP-23 DP-2 DP-10 50 KB by ${door}: the envelope, both receipts, and every step in the logs`, async () => {
      const letter = write({
        from: alfa.address,
        to: [beta.address],
        subject: 'Istanza',
        body: text(50_000),
      });
      await alfa.submits(letter, alfa.facts[door]);
      const { reference } = letter;
      const acceptance = await alfa.receivesOne('accettazione', { reference });
      const receipt = await alfa.receivesOne('avvenuta-consegna', { reference });
      const envelope = await beta.receivesOne('posta-certificata', { reference });
      const { identificativo } = acceptance.data;
      assert.match(identificativo, /^[A-Za-z0-9]+@pec\.alfa\.test$/);
      for (const { data } of [receipt, envelope]) assert.equal(data.identificativo, identificativo);
      assertUntouched(envelope.original, letter.message, identificativo);
      assert.equal(sha256(receipt.original), sha256(envelope.original));

      assert.deepEqual(acceptance.data.destinatari, [[beta.address, 'certificato']]);
      assert.match(acceptance.pec.text, new RegExp(`^${beta.address} \\("posta certificata"\\)$`, 'm'));
      assert.deepEqual(
        [acceptance.data.gestore, receipt.data.gestore],
        ['Gestore Alfa S.p.A.', 'Gestore Beta S.r.l.'],
      );
      assert.equal(receipt.data.consegna, beta.address);
      assert.equal(receipt.data.ricevuta, 'completa');
      assert.equal(envelope.pec.from, `"Per conto di: ${alfa.address}" <posta-certificata@pec.alfa.test>`);
      assert.deepEqual(envelope.pec.replyTo, [alfa.address]);
      assert.deepEqual(envelope.pec.to, [beta.address]);
      assert.deepEqual(acceptance.pec.to, [alfa.address]);

      const records = await outside.traceWith(identificativo, [
        'take-charge-received',
        'notification-received',
      ]);
      const told = records.map(({ house, event }) => `${house.split(' ')[1]} ${event}`).sort();
      assert.deepEqual(told, [
        'Alfa acceptance',
        'Alfa envelope-sent',
        'Alfa notification-received',
        'Alfa take-charge-received',
        'Beta delivered',
        'Beta delivery-receipt-emitted',
        'Beta envelope-received',
        'Beta envelope-sent',
        'Beta envelope-sent',
        'Beta take-charge-emitted',
      ]);
      assert.deepEqual(await outside.trace(reference), records);
    });
  }

  test('AP-24 DP-10 originals of every kind arrive as they left, octet by octet', async () => {
    const [sample] = alfa.messages;
    assert.ok(sample);
    const keys = join(outside.demo.folder, 'alfa', 'keys');
    const all = originals({ from: alfa.address, to: beta.address, keys, ours: sample.octets });
    assert.ok(all.length >= 30, `${all.length} kinds`);
    const [envelopesBefore, receiptsBefore] = [
      countOf(beta, 'posta-certificata'),
      countOf(alfa, 'avvenuta-consegna'),
    ];
    await alfa.submitsAll(all);
    const envelopes = await beta.receives('posta-certificata', { count: envelopesBefore + all.length });
    const receipts = await alfa.receives('avvenuta-consegna', { count: receiptsBefore + all.length });
    const bySubmission = new Map(envelopes.map((envelope) => [keyOf(envelope), envelope]));
    for (const { name, message, reference } of all) {
      const key = name === 'no Message-ID' ? `Prova ${name}` : reference;
      const envelope = bySubmission.get(key);
      assert.ok(envelope, `no envelope of ${name}`);
      await test(name, () => {
        const { identificativo } = envelope.data;
        assertUntouched(envelope.original, message, identificativo);
        const receipt = receipts.find(({ data }) => data.identificativo === identificativo);
        assert.equal(sha256(receipt?.original ?? Buffer.alloc(0)), sha256(envelope.original));
      });
    }
  });

  test('DP-7 DP-8 DP-11 DP-12 complete, brief and concise receipts, as asked for and as To and Cc say', async () => {
    const copied = outside.user('ragioneria@pec.comune.castelmora.test');
    const content = Buffer.from('Hello, PEC!');
    const attached = withAttachments([{ name: 'atto.txt', type: 'application/octet-stream', content }]);
    const expected = [
      ['completa', 'Ricevuta di avvenuta consegna', true],
      ['breve', 'Ricevuta breve di avvenuta consegna', true],
      ['sintetica', 'Ricevuta sintetica di avvenuta consegna', false],
      ['qualunque', 'Ricevuta di avvenuta consegna', true],
    ] as const;
    for (const [receipt, heading, carries] of expected) {
      const letter = write({
        from: alfa.address,
        to: [beta.address],
        cc: [copied.address],
        receipt,
        ...attached,
      });
      await alfa.submits(letter);
      const receipts = await alfa.receives('avvenuta-consegna', { reference: letter.reference, count: 2 });
      const of = (address: string) => {
        const found = receipts.find(({ data }) => data.consegna === address);
        assert.ok(found);
        return found;
      };
      const primary = of(beta.address);
      assert.equal(primary.pec.text.split('\r\n')[0], heading);
      assert.equal(primary.pec.original !== null, carries);
      const concise = of(copied.address);
      assert.equal(concise.pec.text.split('\r\n')[0], 'Ricevuta sintetica di avvenuta consegna');
      assert.equal(concise.pec.original, null);
      const asked = receipt === 'qualunque' ? 'completa' : receipt;
      assert.deepEqual([primary.data.ricevuta, concise.data.ricevuta], [asked, asked]);
      if (receipt === 'breve') {
        const copy = primary.original.toString('latin1');
        assert.match(copy, /name="atto\.txt\.hash"/);
        assert.ok(copy.includes('\r\n\r\naa8f7e7f3b82a58ed869b1393217bb663e936145\r\n--confine-1--'), copy);
        assert.ok(!copy.includes(content.toString('base64')));
      }
    }
  });

  test('AP-13 AP-35 IP-12 fifty recipients at both providers and the ordinary host', async () => {
    const certified = outside.demo.world.providers
      .flatMap(({ mailboxes }) => mailboxes)
      .map(({ address }) => address)
      .filter((address) => !/^(piena|sospesa)@/.test(address));
    const ordinary = outside.demo.world.ordinary.mailboxes.map(({ address }) => address);
    const to = [...certified, ...ordinary];
    assert.equal(to.length, 50);
    const letter = write({ from: alfa.address, to, subject: 'Circolare' });
    await alfa.submits(letter);
    const { reference } = letter;
    const acceptance = await alfa.receivesOne('accettazione', { reference });
    const expected = [
      ...certified.map((one) => [one, 'certificato']),
      ...ordinary.map((one) => [one, 'esterno']),
    ];
    assert.deepEqual(acceptance.data.destinatari, expected);
    for (const [address, type] of expected) {
      const kind = type === 'certificato' ? 'posta certificata' : 'posta ordinaria';
      assert.ok(acceptance.pec.text.includes(`\n${address} ("${kind}")\r\n`), address);
    }
    const receipts = await alfa.receives('avvenuta-consegna', { reference, count: certified.length });
    assert.deepEqual(receipts.map(({ data }) => data.consegna).sort(), certified.toSorted());
    const { identificativo } = acceptance.data;
    for (const { data } of receipts) {
      assert.equal(data.identificativo, identificativo);
      assert.deepEqual(data.destinatari, expected);
    }
    for (const address of certified) {
      const envelope = await outside.user(address).receivesOne('posta-certificata', { reference });
      assert.deepEqual(envelope.data.destinatari, expected);
    }
    const records = await outside.traceWith(identificativo, ['take-charge-received']);
    const taken = records.filter(({ event }) => event === 'take-charge-emitted');
    const relayed = records.filter(
      ({ event, house, detail }) =>
        event === 'envelope-sent' && house.includes('Alfa') && detail.kind === 'transport-envelope',
    );
    // One transaction for each domain elsewhere and one within the house; a take-charge for each that is certified.
    const destinations = relayed.map(({ detail }) => detail.destination ?? '').sort();
    const elsewhere = ['cittadini.beta.test', 'imprese.beta.test', 'pec.comune.castelmora.test'];
    assert.deepEqual(destinations, [...elsewhere, 'local', 'posta.test'].sort());
    const houses = taken.map(({ house }) => house).sort();
    assert.deepEqual(houses, ['Gestore Alfa S.p.A.', ...elsewhere.map(() => 'Gestore Beta S.r.l.')]);
    for (const { maildir } of outside.demo.world.ordinary.mailboxes) {
      const found = readdirSync(join(maildir, 'new')).map((name) => readFileSync(join(maildir, 'new', name)));
      const [one] = found.filter((octets) => octets.includes(`X-Riferimento-Message-ID: ${reference}`));
      assert.ok(one?.includes('X-Trasporto: posta-certificata'));
    }
    assert.equal((await alfa.fetches()).filter(({ pec }) => pec.kind === 'errore-consegna').length, 0);
  });

  test('GEN-9 the holder of an address in capital letters gets all the same', async () => {
    const letter = write({ from: alfa.address, to: [beta.address.toUpperCase()] });
    await alfa.submits({ ...letter, to: [beta.address.toUpperCase()], from: alfa.address.toUpperCase() });
    await alfa.receivesOne('avvenuta-consegna', { reference: letter.reference });
    await beta.receivesOne('posta-certificata', { reference: letter.reference });
  });

  test('DP-28 between two offices of one town, and to oneself', async () => {
    const office = outside.user('segretario@pec.comune.borgolirio.test');
    const letter = write({ from: alfa.address, to: [office.address, alfa.address] });
    await alfa.submits(letter);
    const { reference } = letter;
    await alfa.receives('avvenuta-consegna', { reference, count: 2 });
    await alfa.receivesOne('posta-certificata', { reference });
    const envelope = await office.receivesOne('posta-certificata', { reference });
    assertUntouched(envelope.original, letter.message, envelope.data.identificativo);
  });

  test('SIG-1 SIG-12 openssl and xmllint accept all of it, and the chain with its revocation lists', async () => {
    assert.ok(outside.collected.length > 150);
    await assertEverything(outside.collected, outside.demo.world);
    for (const from of ['pec.alfa.test', 'pec.beta.test']) {
      const one = outside.collected.find(({ pec }) => pec.from.includes(`posta-certificata@${from}`));
      assert.ok(one);
      const certificate = await assertChain(one, outside.demo.world);
      assert.ok(certificate.includes(`email:posta-certificata@${from}`));
      assert.match(certificate, /X509v3 Key Usage: critical\s+Digital Signature/);
      assert.doesNotMatch(certificate, /Basic Constraints/);
    }
  });

  function countOf(user: User, kind: string): number {
    return user.messages.filter(({ pec }) => pec.kind === kind).length;
  }

  function keyOf({ pec }: Message): string {
    return pec.reference ?? pec.subject.replace(/^POSTA CERTIFICATA: /, '');
  }
});
