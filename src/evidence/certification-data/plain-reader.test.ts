// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { CertificationData } from './certification-data.ts';
import { readPlainly } from './plain-reader.ts';
import { writeCertificationData } from './writer.ts';
import { readXml } from './xml-reader.ts';

const text = fc.string({
  unit: fc.constantFrom('a', '@', '.', '&', '<', '>', '"', "'", ' ', 'è', '€', '😀', ';'),
  maxLength: 12,
});
const data: fc.Arbitrary<CertificationData> = fc
  .record({
    kind: fc.constantFrom('accettazione', 'avvenuta-consegna', 'posta-certificata', 'errore-consegna'),
    error: fc.constantFrom('nessuno', 'no-dest', 'altro'),
    sender: text,
    recipients: fc.array(fc.record({ address: text, certified: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    }),
    replyTo: text,
    provider: text,
    instant: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
    identifier: text,
    subject: fc.option(text, { nil: undefined }),
    messageId: fc.option(text, { nil: undefined }),
    receiptType: fc.option(fc.constantFrom('completa', 'breve', 'sintetica'), { nil: undefined }),
    deliveredTo: fc.option(text, { nil: undefined }),
    takenInCharge: fc.array(text, { maxLength: 3 }),
    extendedError: fc.option(text, { nil: undefined }),
  })
  .map((record) => record as CertificationData);

/** Reads alike, or not at all. */
function assertAlike(xml: Buffer): boolean {
  const plain = readPlainly(xml);
  if (plain === undefined) return false;
  const reading = readXml(xml);
  assert.ok(reading.ok, `libxml2 does not read it: ${xml}`);
  assert.deepEqual({ ...plain }, { ...reading.document });
  return true;
}

suite('certification data read plainly', () => {
  test('RFC 6109 4.4 what we write is read, as libxml2 reads it', () => {
    fc.assert(
      fc.property(data, (one) => {
        assert.ok(assertAlike(writeCertificationData(one)));
      }),
      { numRuns: 300 },
    );
  });

  const pieces = fc.constantFrom(
    ...[
      '<',
      '>',
      '&',
      '&amp;',
      '&#65;',
      '&x;',
      '"',
      "'",
      ' ',
      '\n',
      '\r',
      '\0',
      '\x0b',
      '\ufffe',
      ']]>',
      '/',
      '=',
      'x',
    ],
    ...[
      '<!-- x -->',
      '<![CDATA[x]]>',
      '<?x?>',
      '<x/>',
      '<oggetto>x</oggetto>',
      '<msgid>x</msgid>',
      ' tipo="esterno"',
    ],
    ...['<!DOCTYPE postacert>', '<destinatari>x</destinatari>', '<dati>', '</dati>', 'xmlns="x"', '\t'],
  );
  const changes = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(2),
      add: fc.option(pieces, { nil: '' }),
    }),
    { minLength: 1, maxLength: 2 },
  );

  test('SEC-13 whatever is changed in it, it is read alike or left to libxml2', () => {
    let plain = 0;
    fc.assert(
      fc.property(data, changes, (one, edits) => {
        let xml = writeCertificationData(one).toString();
        for (const { at, remove, add } of edits) {
          const place = Math.floor(at * xml.length);
          xml = xml.slice(0, place) + add + xml.slice(place + remove);
        }
        if (assertAlike(Buffer.from(xml))) plain++;
      }),
      { numRuns: 2000 },
    );
    assert.ok(plain > 50, `${plain} were still plain`);
  });

  test('what is no UTF-8, or says it is none, is left to libxml2', () => {
    const written = writeCertificationData({
      kind: 'accettazione',
      error: 'nessuno',
      sender: 'è',
      recipients: [{ address: 'b', certified: true }],
      replyTo: 'a',
      provider: 'P',
      instant: 0,
      identifier: 'i',
    }).toString();
    assert.ok(readPlainly(Buffer.from(written)));
    assert.equal(readPlainly(Buffer.from(written, 'latin1')), undefined);
    assert.equal(readPlainly(Buffer.from(written.replace('UTF-8', 'ISO-8859-1'))), undefined);
    assert.equal(readPlainly(Buffer.from(`\ufeff${written}`)), undefined);
  });
});
