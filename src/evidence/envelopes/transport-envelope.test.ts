// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CountingIds } from '../../platform/ids.ts';
import { type Header, parseHeader } from '../../wire/mime/header.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets, readPieces } from '../../wire/mime/octets.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import { readCertificationData } from '../certification-data/reader.ts';
import { findNamedPart } from '../certified-parts.ts';
import type { Draft } from '../draft.ts';
import { draftAcceptance } from '../receipts/acceptance.ts';
import { draftTransportEnvelope, type TransportEnvelopeFacts } from './transport-envelope.ts';

const SENDER = 'anna.verdi@pec.comune-borgo.test';
const TO = 'protocollo@pec.comune-valle.test';

function factsOf(original: string): TransportEnvelopeFacts {
  const octets = Buffer.from(original);
  const index = indexMessage(octets);
  return {
    provider: {
      name: 'Gestore Alfa S.p.A.',
      domain: 'gestore-alfa.test',
      serviceAddress: 'posta-certificata@gestore-alfa.test',
    },
    ids: new CountingIds(),
    instant: Date.parse('2024-11-15T18:20:38.750+01:00'),
    about: {
      identifier: 'pec4711@gestore-alfa.test',
      sender: SENDER,
      recipients: [
        { address: TO, certified: true },
        { address: 'info@posta-ordinaria.test', certified: false },
      ],
      replyTo: SENDER,
      subject: 'Prova',
      messageId: '<old@client.test>',
    },
    receiptType: 'breve',
    original: { octets: new MemoryOctets(octets), index, header: octets.subarray(0, index.root.bodyStart) },
  };
}

const PLAIN = `Received: by a\r\nReceived: by b\r\nFrom: ${SENDER}\r\nTo: ${TO}\r\nMessage-ID: <old@client.test>\r\n\r\ntesto\r\n`;

function headerOf(draft: Draft): Header {
  return parseHeader(draft.header);
}

function value(header: Header, name: string): string | undefined {
  return header.first(name)?.value;
}

async function dataOf(draft: Draft) {
  const entity = await readPieces(draft.entity);
  const part = findNamedPart(indexMessage(entity), 'daticert.xml');
  assert.ok(part !== undefined);
  const reading = readCertificationData(
    decodeTransferred(part.encoding, entity.subarray(part.bodyStart, part.bodyEnd)),
  );
  assert.ok(reading.ok);
  return reading.data;
}

test('AP-27 the fields of the envelope', () => {
  const header = headerOf(draftTransportEnvelope(factsOf(PLAIN)));
  assert.deepEqual(
    header.fields.map((field) => [field.name, field.value]),
    [
      ['Received', 'by a'],
      ['Received', 'by b'],
      ['X-Trasporto', 'posta-certificata'],
      ['Date', 'Fri, 15 Nov 2024 18:20:38 +0100'],
      ['Subject', 'POSTA CERTIFICATA: Prova'],
      ['From', `"Per conto di: ${SENDER}" <posta-certificata@gestore-alfa.test>`],
      ['To', TO],
      ['Reply-To', SENDER],
      ['Message-ID', '<pec4711@gestore-alfa.test>'],
      ['X-Riferimento-Message-ID', '<old@client.test>'],
      ['X-TipoRicevuta', 'breve'],
    ],
  );
});

test('AP-27 a Reply-To of the original is kept, and none is added', () => {
  const header = headerOf(draftTransportEnvelope(factsOf(`REPLY-to: x@y.test\r\n${PLAIN}`)));
  assert.deepEqual(
    header.all('Reply-To').map(({ value }) => value),
    ['x@y.test'],
  );
});

test('AP-26 a Return-Path that lies about the dialogue stays inside', () => {
  const { header } = draftTransportEnvelope(factsOf(`Return-Path: <altro@y.test>\r\n${PLAIN}`));
  assert.ok(header.toString().startsWith('Received: by a\r\n'));
  assert.doesNotMatch(header.toString(), /altro@y\.test/);
});

test('AP-26 To, Cc, Received and Return-Path are copied octet by octet', () => {
  const folded = `Return-Path: <${SENDER}>\r\nCc: Uno\r\n\t<uno@pec.test>,\r\n  due@pec.test\r\ncc: tre@pec.test\r\n`;
  const { header } = draftTransportEnvelope(factsOf(folded + PLAIN));
  const text = header.toString();
  assert.ok(text.startsWith(`Return-Path: <${SENDER}>\r\nReceived: by a\r\nReceived: by b\r\nX-Trasporto:`));
  assert.ok(text.includes('Cc: Uno\r\n\t<uno@pec.test>,\r\n  due@pec.test\r\ncc: tre@pec.test\r\nTo: '));
});

test('AP-29 GEN-8 certified fields and the Sender of the original stay inside', () => {
  const own =
    'X-Ricevuta: x\r\nX-Trasporto: y\r\nX-VerificaSicurezza: z\r\nX-Mittente: w\r\nSender: s@t.test\r\n';
  const header = headerOf(draftTransportEnvelope(factsOf(own + PLAIN)));
  assert.equal(value(header, 'X-Trasporto'), 'posta-certificata');
  assert.equal(header.all('X-Trasporto').length, 1);
  for (const name of ['X-Ricevuta', 'X-VerificaSicurezza', 'X-Mittente', 'Sender']) {
    assert.equal(header.first(name), undefined, name);
  }
});

test('GEN-8 a Sender equal to From where it is asked for', () => {
  const facts = factsOf(PLAIN);
  const provider = { ...facts.provider, variants: { senderField: true } };
  const header = headerOf(draftTransportEnvelope({ ...facts, provider }));
  assert.equal(value(header, 'Sender'), value(header, 'From'));
});

test('GEN-10 recipients come from the SMTP dialogue, whatever To and Cc say', async () => {
  const facts = factsOf(PLAIN.replace(TO, 'altri@pec.test'));
  const draft = draftTransportEnvelope(facts);
  assert.deepEqual((await dataOf(draft)).recipients, facts.about.recipients);
  assert.deepEqual(draft.to, [TO, 'info@posta-ordinaria.test']);
});

test('AP-30 the certification data list every recipient with its kind, and the receipt asked for', async () => {
  const facts = factsOf(PLAIN);
  const data = await dataOf(draftTransportEnvelope(facts));
  assert.deepEqual(data, {
    ...facts.about,
    kind: 'posta-certificata',
    error: 'nessuno',
    provider: 'Gestore Alfa S.p.A.',
    instant: Date.parse('2024-11-15T18:20:38+01:00'),
    receiptType: 'breve',
  });
});

test('AP-20 TIME-1 envelope and acceptance of one submission say the same instant', async () => {
  const facts = factsOf(PLAIN);
  const envelope = draftTransportEnvelope(facts);
  const acceptance = draftAcceptance(facts);
  assert.equal(value(headerOf(envelope), 'Date'), value(headerOf(acceptance), 'Date'));
  assert.equal((await dataOf(envelope)).instant, (await dataOf(acceptance)).instant);
  assert.equal(envelope.instant, facts.instant);
});

test('GEN-5 U-9 the labels say 8bit when the original holds octets above 127', async () => {
  for (const [original, label] of [
    [PLAIN, '7bit'],
    [`${PLAIN}perché\r\n`, '8bit'],
  ] as const) {
    const draft = draftTransportEnvelope(factsOf(original));
    const { root } = indexMessage(await readPieces(draft.entity));
    assert.equal(draft.eightBit, label === '8bit');
    assert.equal(root.encoding, label);
    assert.deepEqual(
      root.parts.map(({ encoding }) => encoding),
      ['7bit', 'base64', label],
    );
  }
});
