// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { until } from '../demo/demo-process.ts';
import { write } from './letter.ts';
import { sha256, split } from './message.ts';
import { resigned } from './openssl-signer.ts';
import { Outside, type Session, type User } from './outside.ts';
import { assertEverything, inFolder } from './verdicts.ts';

suite('forged, altered and repeated envelopes at the exchange', { timeout: 300_000 }, () => {
  let outside: Outside;
  /** Takes ordinary mail. */
  let registry: User;
  /** Takes certified mail only. */
  let office: User;
  /** Their correspondent at the other provider. */
  let writer: User;

  before(async () => {
    outside = await Outside.open();
    registry = outside.user('protocollo@pec.comune.castelmora.test');
    office = outside.user('tributi@pec.comune.castelmora.test');
    writer = outside.user('protocollo@pec.comune.borgolirio.test');
  });
  after(() => outside[Symbol.asyncDispose]());

  const endOf = ({ replies }: Session) => replies.at(-1) ?? assert.fail('no reply');

  /** A real envelope as it went over the wire, and its identifier. */
  async function realEnvelope(to: User): Promise<{ octets: Buffer; identifier: string; reference: string }> {
    const letter = write({ from: writer.address, to: [to.address], subject: 'Ordinanza' });
    await writer.submits(letter);
    const envelope = await to.receivesOne('posta-certificata', { reference: letter.reference });
    // Without the trace fields that the receiver put on top.
    const text = envelope.octets.toString('latin1');
    const octets = Buffer.from(text.slice(text.indexOf('X-Trasporto:')), 'latin1');
    return { octets, identifier: envelope.data.identificativo, reference: letter.reference };
  }

  const inject = (message: Buffer, to: readonly string[]) =>
    outside.transact(outside.exchange('beta'), { from: writer.address, to, message });

  const anomaliesWith = async (user: User, identifier: string) =>
    (await user.fetches()).filter(({ pec }) => pec.kind === 'anomalia' && pec.messageId === identifier);

  test('IP-28 the same envelope again: taken, logged, not delivered twice', async () => {
    const { octets, identifier, reference } = await realEnvelope(registry);
    assert.equal(endOf(await inject(octets, [registry.address]))[1], 250);
    const records = await outside.traceWith(identifier, ['duplicate-received']);
    assert.equal(records.filter(({ event }) => event === 'delivered').length, 1);
    await registry.receives('posta-certificata', { reference, count: 1 });
    assert.deepEqual(await anomaliesWith(registry, identifier), []);
  });

  test('SIG-13 IP-6 one changed octet: ordinary mail, wrapped or refused, with no receipt', async () => {
    const { octets, identifier, reference } = await realEnvelope(registry);
    const altered = Buffer.from(
      octets.toString('latin1').replace('Ordinanza\r\nDate', 'Ordinanze\r\nDate'),
      'latin1',
    );
    assert.notEqual(sha256(altered), sha256(octets));
    assert.equal(endOf(await inject(altered, [office.address]))[1], 550);
    assert.equal(endOf(await inject(altered, [registry.address]))[1], 250);
    const anomaly = await until('the anomaly', async () => (await anomaliesWith(registry, identifier))[0]);
    assert.match(anomaly.pec.text, /il contenuto è stato alterato/);
    assert.ok(anomaly.original.includes(altered));
    await writer.receives('avvenuta-consegna', { reference, count: 1 });
    const events = (await outside.trace(identifier)).map(({ event }) => event);
    assert.ok(!events.includes('duplicate-received'), `${events}`);
  });

  test('IP-27 to others than it names: an anomaly, even where only certified mail is taken', async () => {
    const others = outside.user('biblioteca@pec.comune.castelmora.test');
    const { octets, identifier, reference } = await realEnvelope(registry);
    assert.equal(endOf(await inject(octets, [registry.address, office.address]))[1], 250);
    const anomaly = await until('the anomaly', async () => (await anomaliesWith(office, identifier))[0]);
    assert.match(anomaly.pec.text, /il destinatario non è indicato nei dati di certificazione/);
    assert.equal(endOf(await inject(octets, [others.address]))[1], 250);
    const another = await until('the anomaly', async () => (await anomaliesWith(others, identifier))[0]);
    assert.match(another.pec.text, /non è una busta di trasporto o una ricevuta formalmente corretta/);
    await outside.traceWith(identifier, ['duplicate-received', 'anomaly-created']);
    await writer.receives('avvenuta-consegna', { reference, count: 1 });
    await registry.receives('posta-certificata', { reference, count: 1 });
  });

  test('IP-5 signed by a key that has the right name only', async () => {
    const { octets } = await realEnvelope(registry);
    await inFolder(async (folder) => {
      const certificate = join(folder, 'cert.pem');
      const key = join(folder, 'key.pem');
      const subject = '/C=IT/O=Gestore Alfa S.p.A./CN=Posta Certificata';
      const san = 'subjectAltName=email:posta-certificata@pec.alfa.test';
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-keyout',
          key,
          '-out',
          certificate,
          '-subj',
          subject,
          '-addext',
          san,
          '-days',
          '2',
        ],
        { stdio: 'ignore' },
      );
      const { message, identifier } = resigned(octets, { certificate, key });
      assert.equal(endOf(await inject(message, [office.address]))[1], 550);
      assert.equal(endOf(await inject(message, [registry.address]))[1], 250);
      const anomaly = await until('the anomaly', async () => (await anomaliesWith(registry, identifier))[0]);
      assert.match(anomaly.pec.text, /la firma digitale del messaggio non risulta attendibile\r\n/);
    });
  });

  test("IP-10 signed by openssl with the provider's own key: certified, and the sender gets the receipt", async () => {
    const { octets } = await realEnvelope(office);
    const { message, identifier } = resigned(octets, providerKey('alfa'));
    assert.equal(endOf(await inject(message, [office.address]))[1], 250);
    const envelope = await until('the envelope', async () =>
      (await office.fetches()).find(({ pec }) => pec.messageId === identifier),
    );
    assert.equal(envelope.pec.kind, 'posta-certificata');
    const events = (await outside.traceWith(identifier, ['delivered'])).map(({ event }) => event);
    assert.ok(events.includes('take-charge-emitted'), `${events}`);
  });

  test('IP-10 IP-26 rightly signed, but no envelope: propagated as an anomaly, and the log says what is wrong', async () => {
    const { octets } = await realEnvelope(office);
    const spoilt = Buffer.from(
      octets.toString('latin1').replace('X-Trasporto: posta-certificata\r\n', ''),
      'latin1',
    );
    assert.equal(endOf(await inject(spoilt, [office.address]))[1], 250);
    const { header } = split(spoilt);
    const identifier = /^Message-ID: <([^>]+)>/m.exec(header)?.[1] ?? '';
    const anomaly = await until('the anomaly', async () => (await anomaliesWith(office, identifier))[0]);
    assert.match(anomaly.pec.text, /non è una busta di trasporto o una ricevuta formalmente corretta/);
  });

  test('IP-8 rightly signed by Beta in the name of Alfa: not from Alfa', async () => {
    const { octets } = await realEnvelope(office);
    const { message, identifier } = resigned(octets, providerKey('beta'));
    assert.equal(endOf(await inject(message, [office.address]))[1], 250);
    const anomaly = await until('the anomaly', async () => (await anomaliesWith(office, identifier))[0]);
    assert.match(anomaly.pec.text, /il mittente della busta non corrisponde al gestore che ha firmato/);
  });

  test('IP-30 a receipt for what was never sent here', async () => {
    const receipt = (await writer.fetches()).find(({ pec }) => pec.kind === 'avvenuta-consegna');
    assert.ok(receipt);
    const text = receipt.octets.toString('latin1');
    const message = Buffer.from(text.slice(text.indexOf('X-Ricevuta:')), 'latin1');
    assert.equal(endOf(await inject(message, [office.address]))[1], 250);
    const anomaly = await until(
      'the anomaly',
      async () => (await anomaliesWith(office, receipt.pec.messageId))[0],
    );
    assert.match(anomaly.pec.text, /formalmente corretta/);
  });

  function providerKey(name: 'alfa' | 'beta') {
    const path = join(outside.demo.folder, 'authority', `provider-${name}`);
    return { certificate: `${path}.pem`, key: `${path}.key` };
  }

  test('SIG-1 openssl and xmllint accept every anomaly envelope', async () => {
    const anomalies = outside.collected.filter(({ pec }) => pec.kind === 'anomalia');
    assert.ok(anomalies.length > 5, `${anomalies.length}`);
    await assertEverything(outside.collected, outside.demo.world);
  });
});
