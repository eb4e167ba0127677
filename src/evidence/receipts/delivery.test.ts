// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CountingIds } from '../../platform/ids.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { indexMessage, type MimePart } from '../../wire/mime/mime-index.ts';
import { MemoryOctets, readPieces } from '../../wire/mime/octets.ts';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import { RECEIPT_TYPES, type ReceiptType } from '../certification-data/certification-data.ts';
import { readCertificationData } from '../certification-data/reader.ts';
import { findNamedPart } from '../certified-parts.ts';
import { type DeliveryWithOriginalFacts, draftDelivery } from './delivery.ts';

const ORIGINAL = `Subject: x\r\nContent-Type: text/plain; name="a.txt"\r\n\r\nperché\r\n`;
const ME = 'protocollo@pec.comune-valle.test';

function factsOf(original: string, partHeader = ''): DeliveryWithOriginalFacts {
  const envelope = Buffer.from(
    'Content-Type: multipart/mixed; boundary="e"\r\n\r\n--e\r\n' +
      `Content-Type: message/rfc822; name="postacert.eml"\r\n${partHeader}\r\n${original}\r\n--e--\r\n`,
  );
  const index = indexMessage(envelope);
  const part = findNamedPart(index, 'postacert.eml');
  assert.ok(part !== undefined);
  return {
    provider: {
      name: 'Gestore Beta S.r.l.',
      domain: 'gestore-beta.test',
      serviceAddress: 'posta-certificata@gestore-beta.test',
    },
    ids: new CountingIds(),
    instant: Date.parse('2024-11-15T18:20:45+01:00'),
    about: {
      identifier: 'pec4711@gestore-alfa.test',
      sender: 'anna.verdi@pec.comune-borgo.test',
      recipients: [{ address: ME, certified: true }],
      replyTo: 'anna.verdi@pec.comune-borgo.test',
      subject: 'Prova',
      messageId: '<old@client.test>',
    },
    recipient: ME,
    requested: 'breve',
    original: { octets: new MemoryOctets(envelope), index, part },
  };
}

async function draft(form: ReceiptType, facts = factsOf(ORIGINAL)) {
  const made = await draftDelivery(form, facts);
  const entity = await readPieces(made.entity);
  const index = indexMessage(entity);
  const read = (part: MimePart | undefined): string | undefined =>
    part && decodeTransferred(part.encoding, entity.subarray(part.bodyStart, part.bodyEnd)).toString();
  const xml = findNamedPart(index, 'daticert.xml');
  const reading = readCertificationData(Buffer.from(read(xml) ?? ''));
  assert.ok(reading.ok);
  return { made, data: reading.data, copy: read(findNamedPart(index, 'postacert.eml')), index };
}

test('DP-10 the complete receipt carries the original as the envelope did', async () => {
  const { made, copy } = await draft('completa');
  assert.equal(made.kind, 'delivery-complete');
  assert.equal(copy, ORIGINAL);
  assert.equal(made.eightBit, true);
});

test('DP-11 the brief receipt carries a reduced original', async () => {
  const { made, copy } = await draft('breve');
  assert.equal(made.kind, 'delivery-brief');
  assert.match(copy ?? '', /name="a\.txt\.hash"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n[0-9a-f]{40}\r\n$/);
});

test('DP-11 a message of many parts is still a draft of few pieces', async () => {
  const parts = '--b\r\nContent-Type: a/b; name=x\r\n\r\nz\r\n'.repeat(1000);
  const original = `Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n${parts}--b--\r\n`;
  const { made, copy } = await draft('breve', factsOf(original));
  assert.equal(made.entity.length, 1);
  assert.equal(copy?.match(/name="x\.hash"/g)?.length, 1000);
});

test('DP-12 the concise receipt carries none', async () => {
  const { made, copy } = await draft('sintetica');
  assert.equal(made.kind, 'delivery-concise');
  assert.equal(copy, undefined);
  assert.equal(made.eightBit, false);
});

test('DP-18 DP-19 DP-20 the data repeat the envelope and add what happened', async () => {
  for (const form of RECEIPT_TYPES) {
    const facts = factsOf(ORIGINAL);
    const { made, data } = await draft(form, facts);
    assert.deepEqual(data, {
      ...facts.about,
      kind: 'avvenuta-consegna',
      error: 'nessuno',
      provider: 'Gestore Beta S.r.l.',
      instant: facts.instant,
      receiptType: 'breve',
      deliveredTo: ME,
    });
    const header = parseHeader(made.header);
    assert.equal(header.first('Date')?.value, 'Fri, 15 Nov 2024 18:20:45 +0100');
    assert.equal(header.first('Subject')?.value, 'CONSEGNA: Prova');
    assert.deepEqual(made.to, ['anna.verdi@pec.comune-borgo.test']);
  }
});

test('DP-10 an original that another provider encoded keeps its label', async () => {
  const encoded = `${Buffer.from(ORIGINAL).toString('base64')}`;
  const facts = factsOf(encoded, 'Content-Transfer-Encoding: base64\r\n');
  for (const form of ['completa', 'breve'] as const) {
    assert.equal((await draft(form, facts)).copy, ORIGINAL);
  }
});
