// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CERTIFICATION_ERRORS,
  CERTIFICATION_KINDS,
  type CertificationData,
  RECEIPT_TYPES,
} from './certification-data.ts';
import { MAX_CERTIFICATION_DATA_BYTES, readCertificationData } from './reader.ts';
import { writeCertificationData } from './writer.ts';

const SAMPLE: CertificationData = {
  kind: 'avvenuta-consegna',
  error: 'nessuno',
  sender: 'anna.verdi@pec.alfa.example',
  recipients: [
    { address: 'protocollo@pec.beta.example', certified: true },
    { address: 'info@mail.example', certified: false },
  ],
  replyTo: 'anna.verdi@pec.alfa.example',
  subject: 'Fattura "42" & <allegati>',
  provider: 'Beta Posta S.r.l.',
  instant: Date.parse('2024-11-15T18:20:45+01:00'),
  identifier: 'alfa20241115182038n4711x101@pec.alfa.example',
  messageId: '<a1b2c3@client.example>',
  receiptType: 'breve',
  deliveredTo: 'protocollo@pec.beta.example',
};
const SAMPLE_XML = writeCertificationData(SAMPLE).toString();

function read(xml: string): ReturnType<typeof readCertificationData> {
  return readCertificationData(Buffer.from(xml));
}

function reasonOf(xml: string): string {
  const reading = read(xml);
  return reading.ok ? 'read' : reading.reason;
}

test('DP-18 what was written is read again', () => {
  assert.deepEqual(read(SAMPLE_XML), { ok: true, data: SAMPLE });
});

test('a missing errore, a missing tipo of destinatari and white space are tolerated', () => {
  const loose = SAMPLE_XML.replace(' errore="nessuno"', '')
    .replace('<destinatari tipo="certificato">', '<destinatari>')
    .replace(/<(mittente|giorno|ora|identificativo|consegna)>/g, '<$1>\n   ')
    .replace('zona="+0100"', 'zona=" +0100 "')
    .replaceAll('\n', '\r\n');
  assert.deepEqual(read(loose), { ok: true, data: SAMPLE });
});

test('empty optional elements count as absent', () => {
  const reading = read(
    SAMPLE_XML.replace(/<oggetto>.*<\/oggetto>/, '<oggetto/>').replace(
      /<msgid>.*<\/msgid>/,
      '<msgid></msgid>',
    ),
  );
  assert.ok(reading.ok);
  assert.equal('subject' in reading.data, false);
  assert.equal('messageId' in reading.data, false);
});

test('another encoding, when it is declared, is understood', () => {
  const latin1 = SAMPLE_XML.replace('UTF-8', 'ISO-8859-1').replace('Fattura', 'Perché');
  const reading = readCertificationData(Buffer.from(latin1, 'latin1'));
  assert.ok(reading.ok);
  assert.equal(reading.data.subject, 'Perché "42" & <allegati>');
});

test('a document that only names its type is read, its external subset is not', () => {
  const subset = '<!DOCTYPE postacert SYSTEM "file:///etc/passwd">';
  assert.equal(reasonOf(SAMPLE_XML.replace('?>\n', `?>\n${subset}\n`)), 'read');
  assert.equal(reasonOf(SAMPLE_XML.replace('?>\n', '?>\n<!DOCTYPE postacert>\n')), 'read');
});

test('SEC-13 entities are refused: external, parameter and exploding ones', () => {
  const withSubset = (subset: string, use: string): string =>
    SAMPLE_XML.replace('?>\n', `?>\n<!DOCTYPE postacert ${subset}>\n`).replace('Fattura', use);
  assert.equal(reasonOf(withSubset('[<!ENTITY x SYSTEM "file:///etc/passwd">]', '&x;')), 'document-type');
  assert.equal(reasonOf(withSubset('[<!ENTITY x "y">]', '&x;')), 'document-type');
  assert.equal(reasonOf(withSubset('[<!ATTLIST postacert a CDATA "b">]', 'Fattura')), 'document-type');
  assert.equal(
    reasonOf(
      withSubset('SYSTEM "http://127.0.0.1:1/x" [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]', 'x'),
    ),
    'document-type',
  );
  let laughs = '<!ENTITY l0 "ha">';
  for (let level = 1; level < 30; level++) laughs += `<!ENTITY l${level} "&l${level - 1};&l${level - 1};">`;
  assert.notEqual(reasonOf(withSubset(`[${laughs}]`, '&l29;')), 'read');
  assert.equal(reasonOf(SAMPLE_XML.replace('Fattura', '&unknown;')), 'not-well-formed');
});

test('SEC-13 size and depth are bounded', () => {
  const filler = (length: number): string =>
    SAMPLE_XML.replace('Fattura', 'x'.repeat(length - SAMPLE_XML.length + 7));
  assert.equal(reasonOf(filler(MAX_CERTIFICATION_DATA_BYTES)), 'read');
  assert.equal(reasonOf(filler(MAX_CERTIFICATION_DATA_BYTES + 1)), 'too-large');
  assert.equal(reasonOf('<postacert>'.repeat(80_000)), 'not-well-formed');
});

test('what the DTD does not allow is refused', () => {
  for (const [from, to] of [
    ['tipo="avvenuta-consegna"', 'tipo="errore"'],
    ['tipo="avvenuta-consegna"', ''],
    ['errore="nessuno"', 'errore="boh"'],
    ['<risposte>anna.verdi@pec.alfa.example</risposte>', ''],
    [/ *<destinatari.*\n/g, ''],
    ['<giorno>15/11/2024</giorno>', ''],
    ['<ora>', '<b>x</b><ora>'],
    ['<ricevuta tipo="breve"/>', '<ricevuta/>'],
    ['<postacert ', '<postacert xmlns="urn:x" '],
  ] as const) {
    const xml = SAMPLE_XML.replace(from, to);
    assert.notEqual(xml, SAMPLE_XML);
    assert.equal(reasonOf(xml), 'not-valid', String(from));
  }
});

test('what is no XML is refused', () => {
  for (const xml of ['', 'x', '<postacert>', SAMPLE_XML.slice(0, -5), `${SAMPLE_XML}<a/>`, '\0']) {
    assert.equal(reasonOf(xml), 'not-well-formed');
  }
  assert.equal(readCertificationData(Buffer.from(SAMPLE_XML, 'utf16le')).ok, false);
  assert.equal(reasonOf(SAMPLE_XML.replace('UTF-8', 'ibm1047')), 'not-well-formed');
});

test('TIME-4 a time that names no instant is refused', () => {
  for (const [from, to] of [
    ['15/11/2024', '31/11/2024'],
    ['15/11/2024', '2024-11-15'],
    ['18:20:45', '24:00:00'],
    ['18:20:45', ''],
    ['+0100', 'CET'],
  ] as const) {
    assert.equal(reasonOf(SAMPLE_XML.replace(from, to)), 'bad-time', to);
  }
});

test('mandatory elements without text are refused', () => {
  assert.equal(
    reasonOf(SAMPLE_XML.replace(/<mittente>.*<\/mittente>/, '<mittente> </mittente>')),
    'empty-element',
  );
  assert.equal(
    reasonOf(SAMPLE_XML.replace(/<identificativo>.*<\/identificativo>/, '<identificativo/>')),
    'empty-element',
  );
});

const text = fc
  .string({ unit: 'grapheme' })
  .map((value) => value.replace(/[\s\x00-\x1f\x7f-\x9f\ufffe\uffff]+/g, ' ').trim());
const address = fc.emailAddress();
const data: fc.Arbitrary<CertificationData> = fc.record(
  {
    kind: fc.constantFrom(...CERTIFICATION_KINDS),
    error: fc.constantFrom(...CERTIFICATION_ERRORS),
    sender: address,
    recipients: fc.array(fc.record({ address, certified: fc.boolean() }, { noNullPrototype: true }), {
      minLength: 1,
      maxLength: 5,
    }),
    replyTo: address,
    subject: text.filter((value) => value !== ''),
    provider: text,
    instant: fc.integer({ min: 0, max: 4e9 }).map((seconds) => seconds * 1000),
    identifier: address,
    messageId: address.map((value) => `<${value}>`),
    receiptType: fc.constantFrom(...RECEIPT_TYPES),
    deliveredTo: address,
    takenInCharge: fc.array(address, { minLength: 1, maxLength: 3 }),
    extendedError: text.filter((value) => value !== ''),
  },
  {
    noNullPrototype: true,
    requiredKeys: ['kind', 'error', 'sender', 'recipients', 'replyTo', 'provider', 'instant', 'identifier'],
  },
);

test('whatever is written is read again', () => {
  fc.assert(
    fc.property(data, (written) => {
      assert.deepEqual(readCertificationData(writeCertificationData(written)), { ok: true, data: written });
    }),
    { numRuns: 200 },
  );
});

test('no octets make the reader throw', () => {
  const xml = Buffer.from(SAMPLE_XML);
  fc.assert(
    fc.property(fc.nat(xml.length - 1), fc.uint8Array({ maxLength: 20 }), fc.nat(30), (at, octets, gap) => {
      const changed = Buffer.concat([xml.subarray(0, at), octets, xml.subarray(at + gap)]);
      assert.equal(typeof readCertificationData(changed).ok, 'boolean');
    }),
    { numRuns: 500 },
  );
});
