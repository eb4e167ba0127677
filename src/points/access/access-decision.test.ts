// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ScanVerdict } from '../../trust/antivirus/scanner.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { decideAccess } from './access-decision.ts';

const FIELDS = {
  From: 'anna@pec.alfa.test',
  To: 'protocollo@pec.beta.test, info@posta.test',
  Subject: 'Convocazione',
  Date: 'Mon, 2 Mar 2026 10:15:02 +0100',
  'Message-ID': '<1@client.test>',
};

function decide(
  fields: Readonly<Record<string, string | null>> = {},
  forwardPaths: readonly string[] = ['protocollo@pec.beta.test', 'info@posta.test'],
  scan: ScanVerdict = { verdict: 'clean' },
) {
  const lines = Object.entries({ ...FIELDS, ...fields }).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}\r\n`],
  );
  const octets = Buffer.from(`${lines.join('')}\r\nCiao\r\n`);
  return decideAccess(
    {
      header: parseHeader(octets),
      index: indexMessage(octets),
      sizeBytes: octets.length,
      reversePath: 'anna@pec.alfa.test',
      forwardPaths,
    },
    {
      identifier: 'id1@pec.alfa.test',
      limits: {
        sizeBytes: 1_000_000,
        recipients: 50,
        headerBytes: 10_000,
        everyHeaderRecipient: false,
        dateRequired: false,
      },
      scan,
      isCertifiedDomain: (domain) => domain.toLowerCase() === 'pec.beta.test',
    },
  );
}

suite('access decision', () => {
  test('AP-18 AP-19 a message that passes is accepted for all its recipients', () => {
    assert.deepEqual(decide(), {
      decided: 'accept',
      receiptType: 'completa',
      unserved: [],
      about: {
        identifier: 'id1@pec.alfa.test',
        sender: 'anna@pec.alfa.test',
        recipients: [
          { address: 'protocollo@pec.beta.test', certified: true },
          { address: 'info@posta.test', certified: false },
        ],
        replyTo: 'anna@pec.alfa.test',
        subject: 'Convocazione',
        messageId: '<1@client.test>',
      },
    });
  });

  test('AP-10 U-7 whom the header names in vain is known, and no reason to refuse', () => {
    const decision = decide({ Cc: 'Resta@posta.test, INFO@posta.test, "resta"@posta.test, altri@x.test' });
    assert.deepEqual(decision.decided === 'accept' && decision.unserved, [
      'resta@posta.test',
      'altri@x.test',
    ]);
    assert.deepEqual(
      decision.about.recipients.map(({ address }) => address),
      ['protocollo@pec.beta.test', 'info@posta.test'],
    );
  });

  test('AP-14 GEN-14 one failure refuses it for all, and the identifier is there all the same', () => {
    const decision = decide({ Bcc: 'z@x.test' });
    assert.equal(decision.decided, 'refuse');
    assert.deepEqual(decision.decided === 'refuse' && decision.failures, [{ problem: 'bcc-present' }]);
    assert.equal(decision.about.identifier, 'id1@pec.alfa.test');
    assert.equal(decision.about.recipients.length, 2);
  });

  test('AP-22 a recipient is certified when the index has the domain, in whatever letter case', () => {
    const to = 'a@PEC.Beta.Test, b@sub.pec.beta.test, c@posta.test';
    const { about } = decide({ To: to }, to.split(', '));
    assert.deepEqual(
      about.recipients.map(({ certified }) => certified),
      [true, false, false],
    );
  });

  test('AP-28 the receipt type is read from the original, unknown ones count as complete', () => {
    const asked: readonly (readonly [string | null, string])[] = [
      [null, 'completa'],
      ['completa', 'completa'],
      ['breve', 'breve'],
      [' BREVE ', 'breve'],
      ['Sintetica', 'sintetica'],
      ['complet', 'completa'],
      ['', 'completa'],
    ];
    for (const name of ['X-TipoRicevuta', 'x-tiporicevuta']) {
      for (const [value, expected] of asked) {
        const decision = decide({ [name]: value });
        assert.equal(decision.decided === 'accept' && decision.receiptType, expected, `${value}`);
      }
    }
  });

  test('GEN-10 sender and recipients come from the dialogue, in its order', () => {
    const paths = ['info@posta.test', 'protocollo@pec.beta.test'];
    const { about } = decide({ From: 'Anna <ANNA@pec.alfa.test>' }, paths);
    assert.equal(about.sender, 'anna@pec.alfa.test');
    assert.deepEqual(
      about.recipients.map(({ address }) => address),
      paths,
    );
  });

  test('GEN-12 the Message-ID is kept as it was, and absent when there was none', () => {
    assert.equal(
      decide({ 'Message-ID': ' <a.b/C+1@client.test> ' }).about.messageId,
      '<a.b/C+1@client.test>',
    );
    assert.equal('messageId' in decide({ 'Message-ID': null }).about, false);
  });

  test('GEN-15 the subject is decoded, and absent when there was none', () => {
    assert.equal(decide({ Subject: '=?utf-8?q?Perch=C3=A9_no?=' }).about.subject, 'Perché no');
    assert.equal('subject' in decide({ Subject: null }).about, false);
  });

  test('replies go to Reply-To, all of it, or to the sender', () => {
    assert.equal(decide({ 'Reply-To': 'Uffici <u@x.test>, b@x.test' }).about.replyTo, 'u@x.test, b@x.test');
    assert.equal(decide().about.replyTo, 'anna@pec.alfa.test');
  });

  test('AP-17 AP-18 a virus is the one reason when the form is in order, and is kept in mind when it is not', () => {
    const infected = { verdict: 'infected', virus: 'Eicar-Signature' } as const;
    const table = [
      [{}, { verdict: 'clean' }, 'accept'],
      [{}, { verdict: 'unscanned' }, 'accept'],
      [{}, infected, 'infected Eicar-Signature'],
      [{ To: null }, infected, 'refuse Eicar-Signature'],
      [{ To: null }, { verdict: 'clean' }, 'refuse'],
    ] as const;
    for (const [fields, scan, expected] of table) {
      const decision = decide(fields, undefined, scan);
      const virus = 'virus' in decision ? ` ${decision.virus}` : '';
      assert.equal(`${decision.decided}${virus}`, expected);
    }
  });
});
