// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CountingIds } from '../platform/ids.ts';
import { parseHeader } from '../wire/mime/header.ts';
import { indexMessage } from '../wire/mime/mime-index.ts';
import { MemoryOctets, readPieces } from '../wire/mime/octets.ts';
import { decodeTransferred } from '../wire/mime/transfer-encoding.ts';
import { readCertificationData } from './certification-data/reader.ts';
import { findNamedPart } from './certified-parts.ts';
import type { Draft, DraftFacts } from './draft.ts';
import { draftTransportEnvelope } from './envelopes/transport-envelope.ts';
import { draftVirusDetection } from './notices/virus.ts';
import { draftTakeCharge } from './receipts/take-charge.ts';
import {
  claimOf,
  type HardDefect,
  type Recognition,
  type RecognitionInput,
  recognise,
} from './recognition.ts';

const FACTS: DraftFacts = {
  provider: {
    name: 'Gestore Alfa S.p.A.',
    domain: 'gestore-alfa.test',
    serviceAddress: 'posta-certificata@gestore-alfa.test',
  },
  ids: new CountingIds(),
  instant: Date.parse('2024-11-15T18:20:38+01:00'),
  about: {
    identifier: 'pec4711@gestore-alfa.test',
    sender: 'anna.verdi@pec.comune-borgo.test',
    recipients: [
      { address: 'protocollo@pec.comune-valle.test', certified: true },
      { address: 'tributi@pec.comune-valle.test', certified: true },
    ],
    replyTo: 'anna.verdi@pec.comune-borgo.test',
    subject: 'Convocazione – urgente',
    messageId: '<old@client.test>',
  },
};

const INPUT = Buffer.from(
  'From: anna.verdi@pec.comune-borgo.test\r\nTo: protocollo@pec.comune-valle.test\r\n' +
    'Cc: tributi@pec.comune-valle.test\r\nMessage-ID: <old@client.test>\r\n\r\ntesto\r\n',
);

async function text(draft: Draft): Promise<string> {
  return draft.header.toString('latin1') + (await readPieces(draft.entity)).toString('latin1');
}

async function envelope(): Promise<string> {
  const index = indexMessage(INPUT);
  return text(
    draftTransportEnvelope({
      ...FACTS,
      receiptType: 'completa',
      original: { octets: new MemoryOctets(INPUT), index, header: INPUT.subarray(0, index.root.bodyStart) },
    }),
  );
}

function read(message: string, more: Partial<RecognitionInput> = {}): Recognition {
  const octets = Buffer.from(message, 'latin1');
  const index = indexMessage(octets);
  const xml = findNamedPart(index, 'daticert.xml');
  const inner = findNamedPart(index, 'postacert.eml')?.parts[0];
  const data =
    xml &&
    readCertificationData(decodeTransferred(xml.encoding, octets.subarray(xml.bodyStart, xml.bodyEnd)));
  return recognise({
    header: parseHeader(octets),
    index,
    ...(data && { certificationData: data }),
    ...(inner && { innerHeader: parseHeader(octets.subarray(inner.headerStart, inner.bodyStart)) }),
    reversePath: FACTS.about.sender,
    ...more,
  });
}

function hardOf(message: string, more?: Partial<RecognitionInput>): readonly HardDefect[] {
  const recognition = read(message, more);
  return recognition.kind === 'neither' ? recognition.hard : [];
}

/** The message with something changed inside its daticert.xml. */
function withData(message: string, change: (xml: string) => string): string {
  const [before = '', rest = ''] = message.split(
    /(?<=daticert\.xml"\r\nContent-Transfer-Encoding: base64\r\n\r\n)/,
  );
  const end = rest.indexOf('\r\n\r\n');
  const xml = change(Buffer.from(rest.slice(0, end), 'base64').toString());
  return before + Buffer.from(xml).toString('base64') + rest.slice(end);
}

test('IP-9 an envelope of ours is recognised without a remark', async () => {
  const recognition = read(await envelope(), { forwardPaths: ['PROTOCOLLO@pec.comune-valle.test'] });
  assert.equal(recognition.kind, 'transport-envelope');
  assert.ok(recognition.kind === 'transport-envelope');
  assert.deepEqual(recognition.soft, []);
  assert.deepEqual(recognition.strangers, []);
  assert.equal(recognition.data.identifier, 'pec4711@gestore-alfa.test');
});

test('IP-9 what other providers do otherwise is tolerated', async () => {
  const loose = (await envelope())
    .replace('X-Trasporto: posta-certificata', 'x-TRASPORTO:\r\n  Posta-Certificata ')
    .replace('X-TipoRicevuta: completa\r\n', '')
    .replaceAll('"daticert.xml"', '"DatiCert.XML"')
    .replaceAll('"postacert.eml"', 'POSTACERT.EML');
  const extra = loose.replace(
    /(--=_ceralacca-\w+-m)--\r\n$/,
    '$1\r\nContent-Type: text/x-extra; name="x"\r\n\r\n\r\n$1--',
  );
  assert.notEqual(extra, loose);
  assert.equal(read(extra).kind, 'transport-envelope');
  assert.equal(
    read(withData(extra, (xml) => xml.replace(' errore="nessuno"', ''))).kind,
    'transport-envelope',
  );
});

test('IP-9 parts in the other order are tolerated', async () => {
  const message = await envelope();
  const [head = '', first = '', xml = '', eml = ''] = message.split(/(?=^--=_ceralacca-\w+-m(?:--)?\r?\n?)/m);
  const boundary = first.split('\r\n')[0] ?? '';
  const last = eml === '' ? '' : `${boundary}--`;
  const swapped = `${head}${first}${eml.replace(/\r\n$/, '\r\n')}${xml}${last}`;
  assert.equal(read(swapped).kind, 'transport-envelope');
});

test('GEN-11 facts come from the certification data, whatever header and text say', async () => {
  const lying = (await envelope())
    .replaceAll('Il giorno', 'Ieri')
    .replace(/Identificativo messaggio: \w+/g, 'Identificativo messaggio: altro')
    .replace(/^Subject: .*$/m, 'Subject: POSTA CERTIFICATA: altro');
  const recognition = read(lying);
  assert.ok(recognition.kind === 'transport-envelope');
  assert.deepEqual(recognition.data.subject, FACTS.about.subject);
  assert.deepEqual(recognition.data.identifier, FACTS.about.identifier);
});

test('IP-10 each hard defect of an envelope has its name', async () => {
  const good = await envelope();
  const xmlType = 'Content-Type: application/xml; name="daticert.xml"';
  const emlType = 'Content-Type: message/rfc822; name="postacert.eml"';
  const again = (type: string): string =>
    good.replace(/(--=_ceralacca-\w+-m)--\r\n$/, `$1\r\n${type}\r\n\r\nFrom: x\r\n\r\n$1--`);
  const table: readonly (readonly [HardDefect, string])[] = [
    ['not-certified-mail', good.replace('X-Trasporto: posta-certificata\r\n', '')],
    ['not-certified-mail', good.replace('X-Trasporto: posta-certificata', 'X-Trasporto: errore')],
    ['message-id-missing', good.replace(/^Message-ID: .*\r\n/m, '')],
    ['identifier-mismatch', good.replace(/^Message-ID: <pec/m, 'Message-ID: <other')],
    [
      'certification-data-missing',
      good
        .replace(xmlType, 'Content-Type: application/xml; name="x.xml"')
        .replace('filename="daticert.xml"', 'filename="x.xml"'),
    ],
    ['certification-data-missing', good.replace(xmlType, xmlType.replace('application/xml', 'text/plain'))],
    ['certification-data-repeated', again(xmlType)],
    ['certification-data-unreadable', withData(good, (xml) => xml.replace('</dati>', ''))],
    ['certification-data-unreadable', withData(good, (xml) => xml.replace('<risposte>', '<x>'))],
    [
      'kind-mismatch',
      withData(good, (xml) => xml.replace('tipo="posta-certificata"', 'tipo="accettazione"')),
    ],
    [
      'original-missing',
      good.replace(emlType, 'Content-Type: message/rfc822').replace('filename="postacert.eml"', 'x=y'),
    ],
    ['original-missing', good.replace(emlType, emlType.replace('message/rfc822', 'text/plain'))],
    ['original-repeated', again(emlType)],
  ];
  for (const [defect, message] of table) {
    assert.notEqual(message, good, defect);
    assert.deepEqual(hardOf(message), [defect], defect);
  }
  assert.deepEqual(hardOf(`X-Trasporto: Posta-Certificata\r\n${good}`), [], 'said twice, but the same');
  assert.deepEqual(
    hardOf(good.replace('X-Trasporto: p', 'X-Trasporto: posta-certificata\r\nX-Trasporto: err\r\nX-Old: p')),
    ['contradictory-headers'],
  );
});

test('IP-27 forward paths that are not listed are named; when none is, it is no envelope', async () => {
  const good = await envelope();
  const known = 'protocollo@pec.comune-valle.test';
  const recognition = read(good, { forwardPaths: ['x@y.test', known] });
  assert.deepEqual(recognition.kind === 'transport-envelope' && recognition.strangers, ['x@y.test']);
  assert.deepEqual(hardOf(good, { forwardPaths: ['x@y.test'] }), ['no-recipient-listed']);
});

test('IP-9 soft defects are listed and change nothing', async () => {
  const odd = (await envelope())
    .replace('Subject: POSTA CERTIFICATA:', 'Subject: PEC:')
    .replace('Per conto di:', 'On behalf of:')
    .replace('X-Riferimento-Message-ID: <old', 'X-Riferimento-Message-ID: <new')
    .replace('Cc: tributi', 'Cc: altri')
    .replace('text/plain; charset=iso-8859-1', 'text/plain; charset=utf-8')
    .replace(/(Content-Type: message\/rfc822[\s\S]*Message-ID: )<pec/, '$1<other');
  const recognition = read(odd, { reversePath: 'somebody@else.test' });
  assert.ok(recognition.kind === 'transport-envelope');
  assert.deepEqual([...recognition.soft].sort(), [
    'display-name',
    'inner-message-id',
    'inner-recipients',
    'message-id-reference',
    'sender-mismatch',
    'subject-prefix',
    'text-charset',
  ]);
});

test('IP-9 notifications: the hard defects', async () => {
  const recipient = 'protocollo@pec.comune-valle.test';
  const charge = await text(
    draftTakeCharge({ ...FACTS, serviceMailbox: 's@gestore-alfa.test', takenInCharge: [recipient] }),
  );
  const virus = await text(
    draftVirusDetection({ ...FACTS, serviceMailbox: 's@gestore-alfa.test', recipient, virus: 'Eicar' }),
  );
  const recognition = read(charge);
  assert.ok(recognition.kind === 'notification');
  assert.equal(recognition.receipt, 'presa-in-carico');
  assert.deepEqual(recognition.data.takenInCharge, [recipient]);
  assert.equal(read(charge.replace('X-Ricevuta: presa', 'X-RICEVUTA:  Presa')).kind, 'notification');
  assert.deepEqual(hardOf(withData(charge, (xml) => xml.replace(/.*<ricezione>.*\n/, ''))), [
    'taken-in-charge-missing',
  ]);
  assert.deepEqual(hardOf(withData(virus, (xml) => xml.replace(/.*<consegna>.*\n/, ''))), [
    'delivery-recipient-missing',
  ]);
  assert.deepEqual(hardOf(charge.replace('presa-in-carico', 'mancata-consegna')), ['unknown-receipt']);
  assert.deepEqual(hardOf(charge.replace('presa-in-carico', 'posta-certificata')), ['unknown-receipt']);
  assert.deepEqual(hardOf(charge.replace('presa-in-carico', 'accettazione')), ['kind-mismatch']);
  assert.deepEqual(hardOf(`X-Trasporto: posta-certificata\r\n${charge}`), ['contradictory-headers']);
});

test('IP-9 certification data count only where the signature covers them', async () => {
  const good = await envelope();
  const inner = `Content-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n${good}\r\n--o--\r\n`;
  assert.deepEqual(hardOf(`X-Trasporto: posta-certificata\r\nMessage-ID: <a@b>\r\n${inner}`), [
    'certification-data-missing',
    'original-missing',
  ]);
  const beside = good.replace(/^MIME-Version[\s\S]*$/m, (entity) => {
    const signed = 'Content-Type: text/plain\r\n\r\nsigned';
    return `Content-Type: multipart/signed; boundary="s"\r\n\r\n--s\r\n${signed}\r\n--s\r\n${entity}\r\n--s--\r\n`;
  });
  assert.deepEqual(hardOf(beside), ['certification-data-missing', 'original-missing']);
});

test('claims follow the header alone', () => {
  const claim = (text: string) => claimOf(parseHeader(Buffer.from(`${text}\r\n\r\n`)));
  assert.deepEqual(claim('X-Ricevuta: Accettazione'), { kind: 'notification', receipt: 'accettazione' });
  assert.deepEqual(claim('X-Trasporto: errore\r\nX-Ricevuta: x'), { kind: 'notification', receipt: 'x' });
  assert.deepEqual(claim('X-Trasporto: POSTA-certificata'), { kind: 'transport-envelope' });
  assert.deepEqual(claim('X-Trasporto: errore'), { kind: 'anomaly-envelope' });
  // Both have a reference: it must not decide.
  assert.deepEqual(claim('X-Riferimento-Message-ID: <a@b>'), { kind: 'ordinary' });
});

test('no change to an envelope makes the checks throw', async () => {
  const good = await envelope();
  fc.assert(
    fc.property(
      fc.nat(good.length),
      fc.string({ unit: 'binary', maxLength: 10 }),
      fc.nat(200),
      (at, put, gap) => {
        const message = good.slice(0, at) + put + good.slice(at + gap);
        assert.equal(typeof read(message, { forwardPaths: ['a@b.test'] }).kind, 'string');
      },
    ),
    { numRuns: 150 },
  );
});
