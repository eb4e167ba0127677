// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { parseAddressList } from '../../src/wire/mime/addresses.ts';
import type { MimePart } from '../../src/wire/mime/mime-index.ts';
import { MemoryOctets } from '../../src/wire/mime/octets.ts';
import { decodeTransferred } from '../../src/wire/mime/transfer-encoding.ts';
import { checkCertificationData, checkSignatures } from './checks.ts';
import type { Seen } from './seen.ts';
import { ALFA, BETA } from './terms.ts';
import { World } from './world.ts';

const ANNA = 'anna@pec.alfa.test';
const CARLA = 'carla@pec.beta.test';
const MSGID = '<Un.Id/Strano+1@client.test>';
/** Half of it is not Latin-1. */
const SUBJECT = 'Perché – 漢字 "sì" <b>';
const SECRET = 'parola-segreta-del-testo';

let world: World;
let all: { readonly owner: string; readonly seen: Seen }[];
/** PEC msgids: with everything, and without Message-ID and Subject. */
let full: string;
let bare: string;

const notifications = () => all.filter(({ seen }) => seen.field('X-Ricevuta') !== undefined);
const envelopes = () => all.filter(({ seen }) => seen.field('X-Trasporto') !== undefined);
const about = (id: string) => all.filter(({ seen }) => seen.xml !== undefined && seen.data.identifier === id);

function decoded({ octets }: Seen, part: MimePart): Buffer {
  return decodeTransferred(part.encoding, octets.subarray(part.bodyStart, part.bodyEnd));
}

/** Text and HTML of a message. */
function readable(seen: Seen): { readonly plain: MimePart; readonly html: MimePart } {
  const [first] = seen.mixed.parts;
  assert.equal(`${first?.type}/${first?.subtype}`, 'multipart/alternative', seen.subject);
  const [plain, html, ...others] = first?.parts ?? [];
  assert.ok(plain && html && others.length === 0, seen.subject);
  return { plain, html };
}

/** What a browser would show. */
function shown(html: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
  return html
    .replace(/<style[\s\S]*?<\/style>|<head>[\s\S]*?<\/head>|<[^>]*>/g, ' ')
    .replace(/&(#?\w+);/g, (_, name: string) => entities[name] ?? String.fromCodePoint(Number(name.slice(1))))
    .replace(/\s+/g, ' ')
    .trim();
}

suite('every message a provider makes', () => {
  before(async () => {
    world = await World.open([ALFA, { ...BETA, ordinaryMail: 'deliver' }]);
    const anna = world.alfa.user('anna');
    const fields = [
      'Reply-To: Uffici <uffici@pec.alfa.test>',
      'Sender: Segreteria <segreteria@pec.alfa.test>',
      'Bcc:',
      'X-Ricevuta: avvenuta-consegna',
      'X-Trasporto: errore',
      'X-VerificaSicurezza: errore',
      'X-Mittente: altri@posta.test',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
    ];
    const letter = {
      to: [CARLA, 'ignoto@pec.beta.test'],
      cc: ['dario@pec.beta.test'],
      subject: '=?utf-8?q?Perch=C3=A9_=E2=80=93_=E6=BC=A2=E5=AD=97_=22s=C3=AC=22_=3Cb=3E?=',
      text: `${SECRET} è già\r\n`,
    };
    full = await anna.certifies({ ...letter, messageId: MSGID, fields });
    bare = await anna.certifies({ to: [CARLA], messageId: null, receipt: 'breve', text: `${SECRET}\r\n` });
    await anna.sends({ ...letter, to: [], messageId: MSGID, fields });
    await world.settles();
    const ordinary = 'From: z@posta.test\r\nTo: carla@pec.beta.test\r\nSubject: Ciao\r\n\r\nciao\r\n';
    await world.beta.receives(Buffer.from(ordinary), { from: 'z@posta.test', to: [CARLA] });
    all = await world.everything();
  });
  after(() => world[Symbol.asyncDispose]());

  test('all kinds there are to see', () => {
    const kinds = new Set(all.map(({ seen }) => seen.subject.replace(/:.*/, '')));
    assert.deepEqual(
      [...kinds].sort(),
      [
        'ACCETTAZIONE',
        'ANOMALIA MESSAGGIO',
        'AVVISO DI MANCATA CONSEGNA',
        'AVVISO DI NON ACCETTAZIONE',
        'CONSEGNA',
        'POSTA CERTIFICATA',
        'PRESA IN CARICO',
      ].sort(),
    );
  });

  test('GEN-1 SIG-1 SIG-2 SIG-4 is signed, for openssl and for us', async () => {
    assert.equal(await checkSignatures(world), all.length);
    assert.ok((await checkCertificationData(world)) >= all.length - 1);
    for (const { seen } of all) {
      assert.match(
        seen.field('Content-Type') ?? '',
        /^multipart\/signed; protocol="application\/pkcs7-signature";/,
      );
      const verdict = await world.alfa.verifier.verify(new MemoryOctets(seen.octets), seen.index);
      assert.equal(verdict.authentic, true, seen.subject);
    }
  });

  test('GEN-2 GEN-3 GEN-4 begins with a text that says the same in HTML, which refers to nothing', () => {
    for (const { seen } of all) {
      assert.equal(`${seen.mixed.type}/${seen.mixed.subtype}`, 'multipart/mixed');
      const { plain, html } = readable(seen);
      assert.equal(`${plain.type}/${plain.subtype} ${plain.params.charset}`, 'text/plain iso-8859-1');
      assert.equal(`${html.type}/${html.subtype}`, 'text/html');
      const markup = decoded(seen, html).toString('latin1');
      assert.doesNotMatch(
        markup,
        /src=|href=|url\(|cid:|<script|<style|<link|<img|<object|on\w+=/i,
        seen.subject,
      );
      // GEN-18: HTML can show what Latin-1 lacks.
      assert.equal(
        shown(markup).replace(/[^\x00-\xff]/gu, '?'),
        seen.text.replace(/\s+/g, ' ').trim(),
        seen.subject,
      );
    }
  });

  test('GEN-5 is 7-bit where we wrote it, and labelled for what the original is', () => {
    for (const { seen } of all) {
      const original = seen.original;
      const at = original === undefined ? -1 : seen.octets.indexOf(original);
      const ours =
        original === undefined
          ? seen.octets
          : Buffer.concat([seen.octets.subarray(0, at), seen.octets.subarray(at + original.length)]);
      assert.ok(
        ours.every((octet) => octet < 128),
        seen.subject,
      );
      const eightBit = original?.some((octet) => octet > 127) === true;
      for (const container of [seen.index.root, seen.mixed]) {
        assert.equal(container.encoding, eightBit ? '8bit' : '7bit', seen.subject);
      }
    }
  });

  test('GEN-6 GEN-7 GEN-8 SRV-2 comes from the address in the certificate', async () => {
    for (const { seen } of all) {
      const verdict = await world.beta.verifier.verify(new MemoryOctets(seen.octets), seen.index);
      assert.ok(verdict.authentic);
      const [from, ...others] = parseAddressList(seen.field('From') ?? '').mailboxes;
      assert.deepEqual(others, []);
      assert.deepEqual(verdict.certificate.rfc822Names, [from?.address]);
      assert.match(from?.address ?? '', /^posta-certificata@pec\.(alfa|beta)\.test$/);
      assert.equal(seen.field('Sender'), undefined);
    }
    for (const { seen } of notifications())
      assert.match(seen.field('From') ?? '', /^posta-certificata@[a-z.]+$/);
    for (const { seen } of envelopes()) {
      assert.match(seen.field('From') ?? '', /^"Per conto di: \S+@\S+" <posta-certificata@[a-z.]+>$/);
    }
  });

  test('GEN-9 GEN-17 goes to the reverse path of the submission, whatever Reply-To says', () => {
    for (const { seen, owner } of notifications()) assert.equal(seen.field('To'), owner, seen.subject);
    for (const hop of world.network.hops) {
      if (hop.kind === 'transport-envelope') {
        assert.equal(hop.reversePath, ANNA);
        continue;
      }
      assert.equal(hop.reversePath, `posta-certificata@pec.${hop.from}.test`, hop.kind);
      const to = hop.kind === 'take-charge' ? 'servizio@pec.alfa.test' : ANNA;
      assert.deepEqual(hop.forwardPaths, [to], hop.kind);
    }
  });

  test('GEN-10 AP-22 certifies the dialogue: sender and recipients as they were handed over', () => {
    for (const { seen } of about(full)) {
      assert.equal(seen.data.sender, ANNA);
      assert.deepEqual(
        seen.data.recipients.map(({ address }) => address),
        [CARLA, 'ignoto@pec.beta.test', 'dario@pec.beta.test'],
      );
      assert.equal(seen.data.replyTo, 'uffici@pec.alfa.test');
    }
  });

  test('GEN-12 AP-23 refers to the Message-ID of the client, or to none', () => {
    assert.ok(about(full).length >= 6 && about(bare).length >= 3);
    for (const { seen } of about(full)) {
      assert.equal(seen.field('X-Riferimento-Message-ID'), MSGID, seen.subject);
      assert.equal(seen.data.messageId, MSGID, seen.subject);
      assert.match(seen.xml?.toString() ?? '', /<msgid>&lt;Un\.Id\/Strano\+1@client\.test&gt;<\/msgid>/);
    }
    for (const { seen } of about(bare)) {
      assert.equal(seen.field('X-Riferimento-Message-ID'), undefined, seen.subject);
      assert.equal(seen.data.messageId, undefined, seen.subject);
      assert.doesNotMatch(seen.xml?.toString() ?? '', /<msgid/);
    }
  });

  test('GEN-13 GEN-14 has an id of its own, and names the one it is about', () => {
    const own = notifications().map(({ seen }) => seen.messageId);
    assert.equal(new Set(own).size, own.length);
    for (const { seen } of notifications()) {
      const { identifier } = seen.data;
      assert.notEqual(seen.messageId, identifier);
      assert.ok(seen.text.includes(`Identificativo messaggio: ${identifier}\r\n`), seen.text);
    }
    for (const { seen } of [...about(full), ...about(bare)]) {
      assert.match(seen.data.identifier, /^[A-Za-z0-9]+@pec\.alfa\.test$/);
    }
  });

  test('GEN-15 GEN-18 repeats the subject: header and data as it was, Latin-1 text as it can', () => {
    for (const { seen } of about(full)) {
      const prefix = seen.subject.slice(0, -SUBJECT.length);
      assert.equal(seen.subject, prefix + SUBJECT);
      assert.match(prefix, /^[A-Z ]+: $/);
      assert.match(seen.octets.toString('latin1', 0, seen.index.root.bodyStart), /^[\x00-\x7f]*$/);
      assert.equal(seen.data.subject, SUBJECT);
      assert.ok(seen.text.includes('"Perché ? ?? "sì" <b>"'), seen.text);
    }
  });

  test('GEN-19 holds no more parts than its kind asks for', () => {
    for (const { seen } of all) {
      const parts = seen.mixed.parts.map((part) => part.params.name ?? part.subtype);
      const expected = ['alternative'];
      if (seen.kind !== 'anomalia') expected.push('daticert.xml');
      if (seen.original !== undefined) expected.push('postacert.eml');
      assert.deepEqual(parts, expected, seen.subject);
    }
  });

  test('GEN-20 AP-29 lets nothing of the original’s header out but what the law names', () => {
    for (const { seen } of about(full)) {
      const names = seen.header.fields.map(({ name }) => name);
      assert.ok(
        !names.some((name) => /^(bcc|sender|x-mittente|x-verificasicurezza)$/i.test(name)),
        seen.subject,
      );
      assert.equal(
        seen.header.all('X-Ricevuta').length + seen.header.all('X-Trasporto').length,
        1,
        seen.subject,
      );
    }
  });

  test('AP-26 AP-27 AP-30 an envelope has these fields and no others', () => {
    const [envelope] = about(full).filter(({ seen }) => seen.kind === 'posta-certificata');
    assert.ok(envelope);
    const { seen } = envelope;
    assert.deepEqual(
      seen.header.fields.map(({ name }) => name).sort(),
      [
        'Cc',
        'Content-Transfer-Encoding', // its original holds octets above 127 (GEN-5)
        'Content-Type',
        'Date',
        'From',
        'MIME-Version',
        'Message-ID',
        'Received',
        'Reply-To',
        'Return-Path',
        'Subject',
        'To',
        'X-Riferimento-Message-ID',
        'X-TipoRicevuta',
        'X-Trasporto',
      ].sort(),
    );
    assert.equal(seen.field('Reply-To'), 'Uffici <uffici@pec.alfa.test>');
    assert.equal(seen.field('X-TipoRicevuta'), 'completa');
    assert.equal(seen.field('Message-ID'), `<${full}>`);
    const [plain] = about(bare).filter(({ seen: { kind } }) => kind === 'posta-certificata');
    assert.equal(plain?.seen.field('Reply-To'), ANNA, 'only where there was none');
    assert.equal(plain?.seen.field('X-TipoRicevuta'), 'breve');
  });

  test('DP-1 DP-4 GEN-16 only a correct envelope gives rise to anything', () => {
    const carla = all.filter(({ owner }) => owner === CARLA).map(({ seen }) => seen.kind);
    assert.deepEqual(carla.sort(), ['anomalia', 'posta-certificata', 'posta-certificata']);
    const emitted = world.network.hops.filter(({ from }) => from === 'beta').map(({ kind }) => kind);
    assert.deepEqual(emitted.sort(), [
      'delivery-brief',
      'delivery-complete',
      'delivery-concise',
      'non-delivery',
      'take-charge',
      'take-charge',
    ]);
    const fromAlfa = world.network.hops.filter(({ from }) => from === 'alfa').map(({ kind }) => kind);
    assert.deepEqual(fromAlfa, ['transport-envelope', 'transport-envelope']);
    assert.deepEqual([...world.alfa.store.listQueue(), ...world.beta.store.listQueue()], []);
  });

  test('IP-20 DP-24 one end for each recipient at both providers', () => {
    for (const recipient of [CARLA, 'ignoto@pec.beta.test', 'dario@pec.beta.test']) {
      const expected = recipient.startsWith('ignoto') ? 'not-delivered' : 'delivered';
      assert.equal(world.alfa.store.findTracking(full, recipient)?.outcome, expected);
      assert.equal(world.beta.store.findDeliveryOutcome(full, recipient)?.outcome, expected);
    }
  });

  test('LOG-2 LOG-4 LOG-6 every record has its fields, and none holds content', () => {
    for (const provider of [world.alfa, world.beta]) {
      const records = provider.store.listRecords(1, 1000);
      assert.ok(records.length > 8);
      assert.doesNotMatch(JSON.stringify(records), new RegExp(SECRET));
      for (const record of provider.log(full)) {
        const { messageId, sender, recipients, subject, provider: name, identifier, instant } = record;
        assert.deepEqual(
          { messageId, sender, subject, name, identifier, instant, recipients: recipients.length },
          {
            messageId: MSGID,
            sender: ANNA,
            subject: SUBJECT,
            name: ALFA.name,
            identifier: full,
            instant: world.clock.now(),
            recipients: 3,
          },
          record.event,
        );
      }
    }
    const generated = new Set(
      world.providers.flatMap(({ store }) =>
        store.listRecords(1, 1000).flatMap((record) => record.generated ?? []),
      ),
    );
    for (const { seen } of all) assert.ok(generated.has(seen.messageId), `${seen.subject} is in some record`);
  });
});

suite('what other providers may write', () => {
  test('GEN-19 GEN-11 an extra part is passed over, whatever it says; the data count', async () => {
    await using one = await World.open();
    one.network.unreachable.add('pec.beta.test');
    const id = await one.alfa.user('anna').certifies({ to: [CARLA] });
    const content = one.alfa.store.findContent(one.alfa.store.listQueue()[0]?.content ?? 0);
    assert.ok(content);
    const octets = await content.octets.read(0, content.size);
    const [mixed] = content.index.root.parts;
    assert.ok(mixed);
    const boundary = `--${mixed.params.boundary}`;
    const entity = octets.subarray(mixed.headerStart, mixed.bodyEnd).toString('latin1');
    const extra = `${boundary}\r\nContent-Type: text/plain; name="avviso.txt"\r\n\r\nconsegnato a dario@pec.beta.test`;
    const header = octets.toString('latin1', 0, octets.indexOf('MIME-Version'));
    const end = entity.lastIndexOf(`${boundary}--`);
    const wider = await one.alfa.seals(header, `${entity.slice(0, end)}${extra}\r\n${boundary}--`);
    assert.deepEqual(await one.beta.receives(wider, { from: ANNA, to: [CARLA] }), { outcome: 'taken' });
    one.network.unreachable.clear();
    await one.settles();
    assert.equal((await one.beta.user('carla').sees('posta-certificata')).messageId, id);
    assert.deepEqual(await one.alfa.user('anna').kinds(), ['accettazione', 'avvenuta-consegna']);
    assert.deepEqual(await one.beta.user('dario').kinds(), []);
  });

  test('SIG-14 IP-5 of several certificates of a record any is good', async () => {
    await using one = await World.open();
    const { alfa, beta } = one;
    const old = alfa.identity;
    const renewed = await one.identityFor(ALFA, { key: 'alfa, renewed' });
    await one.publishes(undefined, (provider) =>
      provider === alfa ? [old.certificate, renewed.certificate] : undefined,
    );
    for (const identity of [old, renewed]) {
      alfa.signsWith(identity);
      await alfa.user('anna').certifies({ to: [CARLA] });
      await one.settles();
    }
    assert.deepEqual(await beta.user('carla').kinds(), ['posta-certificata', 'posta-certificata']);
    assert.equal((await alfa.user('anna').kinds()).filter((kind) => kind === 'avvenuta-consegna').length, 2);
    assert.equal(await checkSignatures(one), 2 + 2 + 4);
  });
});
