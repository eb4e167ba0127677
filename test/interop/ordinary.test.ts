// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { until } from '../demo/demo-process.ts';
import { type Letter, write } from './letter.ts';
import type { Message } from './message.ts';
import { signedBy } from './openssl-signer.ts';
import { Outside, type Session, type User } from './outside.ts';
import { assertEverything } from './verdicts.ts';

suite('ordinary mail, in and out', { timeout: 300_000 }, () => {
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

  const ordinaryFrom = 'info@posta.test';
  const ordinary = (to: string, terms: Partial<Letter> = {}) =>
    write({ from: ordinaryFrom, to: [to], ...terms });
  const endOf = ({ replies }: Session) => replies.at(-1) ?? assert.fail('no reply');
  const idOf = (reference: string) => reference.slice(1, -1);

  /** The one anomaly envelope with that Message-ID, which it inherits (IP-23). */
  async function anomalyOf(user: User, reference: string): Promise<Message> {
    return until(`an anomaly envelope of ${reference} for ${user.address}`, async () => {
      const all = await user.fetches();
      return all.find(({ pec }) => pec.kind === 'anomalia' && pec.messageId === idOf(reference));
    });
  }

  suite('coming in', () => {
    test('IP-22 IP-23 through the ordinary host: wrapped whole, signed by the receiver, without any receipt', async () => {
      const letter = ordinary(registry.address, { subject: 'Offerta', fields: ['X-Ricevuta: accettazione'] });
      const session = await outside.transact(outside.ordinaryDoor, { from: ordinaryFrom, ...letter });
      assert.deepEqual(endOf(session).slice(0, 2), ['END', 250]);
      const anomaly = await anomalyOf(registry, letter.reference);
      assert.equal(anomaly.pec.subject, 'ANOMALIA MESSAGGIO: Offerta');
      assert.equal(anomaly.pec.from, `"Per conto di: ${ordinaryFrom}" <posta-certificata@pec.beta.test>`);
      assert.deepEqual(anomaly.pec.replyTo, [ordinaryFrom]);
      assert.deepEqual(anomaly.pec.parts, [null, 'postacert.eml']);
      assert.match(
        anomaly.pec.text,
        /per il seguente errore:\r\nla firma digitale del messaggio non risulta attendibile\r\n/,
      );
      // Whatever the hosts on the way put on top, the message is there to its last octet.
      assert.equal(anomaly.original.subarray(-letter.message.length).compare(letter.message), 0);
      assert.match(anomaly.original.toString('latin1'), /^Received: from client\.test/m);
      assert.equal(anomaly.pec.returnPath, `<${ordinaryFrom}>`);
      const records = await outside.trace(letter.reference);
      assert.deepEqual(
        records.map(({ event, house }) => [event, house]),
        [['anomaly-created', 'Gestore Beta S.r.l.']],
      );
      assert.deepEqual(
        filesOf('info').filter((octets) => octets.includes(idOf(letter.reference))),
        [],
      );
    });

    for (const tls of ['none', 'starttls'] as const) {
      test(`IP-1 directly at the exchange, TLS ${tls}`, async () => {
        const letter = ordinary(registry.address);
        const facts = { from: ordinaryFrom, ...letter };
        assert.deepEqual(endOf(await outside.transact(outside.exchange('beta', tls), facts)).slice(0, 2), [
          'END',
          250,
        ]);
        await anomalyOf(registry, letter.reference);
      });
    }

    test('IP-22 an office that takes certified mail only: 550 after DATA, and in the log', async () => {
      const letter = ordinary(office.address);
      for (const door of [outside.exchange('beta'), outside.ordinaryDoor]) {
        const [command, code, words] = endOf(await outside.transact(door, { from: ordinaryFrom, ...letter }));
        assert.deepEqual([command, code], ['END', 550]);
        assert.match(words, /5\.7\.1 .*certified mail only/);
      }
      const events = (await outside.trace(letter.reference)).map(({ event }) => event);
      assert.deepEqual(events, ['ordinary-refused', 'ordinary-refused']);
    });

    test('IP-2 DP-23 an unknown mailbox is told after DATA, by SMTP alone', async () => {
      const letter = ordinary('nessuno@pec.beta.test');
      const session = await outside.transact(outside.exchange('beta'), { from: ordinaryFrom, ...letter });
      assert.deepEqual(
        session.replies.map(([name, code]) => [name, code]),
        [
          ['MAIL', 250],
          ['RCPT', 250],
          ['DATA', 354],
          ['END', 550],
        ],
      );
    });

    test('DP-26 the service mailbox and the service address take nothing of the kind', async () => {
      for (const address of ['ricevute@pec.beta.test', 'posta-certificata@pec.beta.test']) {
        const session = await outside.transact(outside.exchange('beta'), {
          from: ordinaryFrom,
          ...ordinary(address),
        });
        assert.equal(endOf(session)[1], 550);
      }
      const login = { do: 'login', port: outside.provider('beta').pop3s.port, password: 'ceralacca' };
      assert.match(await outside.agent.ask<string>({ ...login, user: 'ricevute@pec.beta.test' }), /-ERR/);
    });

    test('IP-5 signed by a private person: ordinary mail', async () => {
      const folder = join(outside.demo.folder, 'ordinary', 'keys');
      const letter = ordinary(registry.address, { subject: 'Firmato da me' });
      const signed = signedBy(letter, { certificate: join(folder, 'tls.pem'), key: join(folder, 'tls.key') });
      const session = await outside.transact(outside.exchange('beta'), {
        from: ordinaryFrom,
        to: letter.to,
        message: signed,
      });
      assert.equal(endOf(session)[1], 250);
      const anomaly = await anomalyOf(registry, letter.reference);
      assert.equal(anomaly.original.subarray(-signed.length).compare(signed), 0);
    });
  });

  suite('going out', () => {
    test('AP-22 AP-35 the ordinary recipient gets the envelope, the sender nothing but the acceptance', async () => {
      const letter = write({ from: writer.address, to: ['info@posta.test'], subject: 'Avviso pubblico' });
      await writer.submits(letter);
      const acceptance = await writer.receivesOne('accettazione', { reference: letter.reference });
      assert.deepEqual(acceptance.data.destinatari, [['info@posta.test', 'esterno']]);
      assert.match(acceptance.pec.text, /^info@posta\.test \("posta ordinaria"\)$/m);
      const { identificativo } = acceptance.data;
      const envelope = await until('the envelope', () =>
        filesOf('info').find((file) => file.includes(identificativo)),
      );
      assert.match(
        envelope.toString('latin1'),
        new RegExp(`^Return-Path: <${writer.address}>\r\nReceived: `),
      );
      const read = await outside.agent.ask<{ pec?: unknown; complaint?: string }>({
        do: 'read',
        message: envelope.toString('base64'),
      });
      assert.equal(read.complaint, undefined);
      const records = await outside.traceWith(identificativo, ['envelope-sent']);
      assert.deepEqual(
        records.map(({ event }) => event),
        ['acceptance', 'envelope-sent'],
      );
    });

    test('spec 4.5 an unknown ordinary mailbox: the failure comes back as an anomaly', async () => {
      const letter = write({ from: office.address, to: ['nessuno@posta.test'] });
      await office.submits(letter);
      const bounce = await office.receivesOne('anomalia', { subject: 'Undelivered Mail Returned to Sender' });
      const report = bounce.original.toString('latin1');
      assert.match(
        report,
        /^Final-Recipient: rfc822;nessuno@posta\.test\r\nAction: failed\r\nStatus: 5\.1\.1\r\n/m,
      );
      assert.match(report, /^Diagnostic-Code: smtp; 550 5\.1\.1 /m);
      const records = await outside.traceWith(letter.reference, ['smtp-failure', 'anomaly-created']);
      assert.ok(records.every(({ event }) => event !== 'nondelivery-emitted'));
    });

    test('spec 4.5 an ordinary host that takes it and sends it back: an anomaly, where ordinary mail is let in', async () => {
      const letter = write({ from: writer.address, to: ['respinge@posta.test'], subject: 'Torna' });
      await writer.submits(letter);
      const bounce = await writer.receivesOne('anomalia', { subject: 'Undelivered Mail Returned to Sender' });
      assert.equal(
        bounce.pec.from,
        '"Per conto di: MAILER-DAEMON@mx.posta.test" <posta-certificata@pec.alfa.test>',
      );
      assert.ok(bounce.original.includes(`X-Riferimento-Message-ID: ${letter.reference}`));
      assert.equal(bounce.pec.returnPath, '<>');
    });

    test('AP-34 DP-22 a domain that nobody has', async () => {
      const letter = write({ from: writer.address, to: ['chiunque@altrove.test'] });
      await writer.submits(letter);
      const acceptance = await writer.receivesOne('accettazione', { reference: letter.reference });
      assert.deepEqual(acceptance.data.destinatari, [['chiunque@altrove.test', 'esterno']]);
      const bounce = await until('the bounce', async () => {
        const all = await writer.fetches();
        return all.find(
          ({ pec }) =>
            pec.kind === 'anomalia' &&
            pec.original !== null &&
            Buffer.from(pec.original, 'base64').includes('chiunque@altrove.test'),
        );
      });
      assert.match(bounce.original.toString('latin1'), /^Status: 5\.1\.2\r\n/m);
    });
  });

  test('SIG-1 openssl and xmllint accept every anomaly envelope', async () => {
    const anomalies = outside.collected.filter(({ pec }) => pec.kind === 'anomalia');
    assert.ok(anomalies.length > 5, `${anomalies.length}`);
    await assertEverything(outside.collected, outside.demo.world);
  });

  /** What lies in a maildir of the ordinary host. */
  function filesOf(name: string): Buffer[] {
    const maildir = outside.demo.world.ordinary.mailboxes.find(({ address }) =>
      address.startsWith(`${name}@`),
    )?.maildir;
    assert.ok(maildir);
    return readdirSync(join(maildir, 'new')).map((file) => readFileSync(join(maildir, 'new', file)));
  }
});
