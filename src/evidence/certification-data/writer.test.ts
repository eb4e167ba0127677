// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificationData } from './certification-data.ts';
import { escapeXml, writeCertificationData } from './writer.ts';

const ACCEPTANCE: CertificationData = {
  kind: 'accettazione',
  error: 'nessuno',
  sender: 'anna.verdi@pec.alfa.example',
  recipients: [
    { address: 'protocollo@pec.beta.example', certified: true },
    { address: 'ufficio.legale@pec.alfa.example', certified: true },
    { address: 'info@mail.example', certified: false },
  ],
  replyTo: 'anna.verdi@pec.alfa.example',
  subject: 'Offerta n. 12 – già inviata',
  provider: 'Alfa PEC S.p.A.',
  instant: Date.parse('2024-06-07T09:15:02+02:00'),
  identifier: 'alfa20240607091502n4711x12@pec.alfa.example',
  messageId: '<6f1c0b2e-77aa@client.example>',
};

test('TIME-4 the acceptance of the worked example is written octet by octet', () => {
  assert.equal(
    writeCertificationData(ACCEPTANCE).toString(),
    `<?xml version="1.0" encoding="UTF-8"?>
<postacert tipo="accettazione" errore="nessuno">
    <intestazione>
        <mittente>anna.verdi@pec.alfa.example</mittente>
        <destinatari tipo="certificato">protocollo@pec.beta.example</destinatari>
        <destinatari tipo="certificato">ufficio.legale@pec.alfa.example</destinatari>
        <destinatari tipo="esterno">info@mail.example</destinatari>
        <risposte>anna.verdi@pec.alfa.example</risposte>
        <oggetto>Offerta n. 12 – già inviata</oggetto>
    </intestazione>
    <dati>
        <gestore-emittente>Alfa PEC S.p.A.</gestore-emittente>
        <data zona="+0200">
            <giorno>07/06/2024</giorno>
            <ora>09:15:02</ora>
        </data>
        <identificativo>alfa20240607091502n4711x12@pec.alfa.example</identificativo>
        <msgid>&lt;6f1c0b2e-77aa@client.example&gt;</msgid>
    </dati>
</postacert>
`,
  );
});

test('every optional element stands where the DTD wants it', () => {
  const { subject: _subject, messageId: _messageId, ...rest } = ACCEPTANCE;
  const text = writeCertificationData({
    ...rest,
    kind: 'errore-consegna',
    error: 'no-dest',
    receiptType: 'breve',
    deliveredTo: 'nessuno@pec.beta.example',
    takenInCharge: ['a@pec.beta.example', 'b@pec.beta.example'],
    extendedError: '5.1.1 - Beta - indirizzo non valido',
  }).toString();
  assert.ok(!text.includes('<oggetto') && !text.includes('<msgid'));
  assert.ok(
    text.includes(`        <ricevuta tipo="breve"/>
        <consegna>nessuno@pec.beta.example</consegna>
        <ricezione>a@pec.beta.example</ricezione>
        <ricezione>b@pec.beta.example</ricezione>
        <errore-esteso>5.1.1 - Beta - indirizzo non valido</errore-esteso>
    </dati>`),
  );
});

test('SEC-14 nothing from a message becomes markup, and what XML cannot hold goes', () => {
  assert.equal(
    escapeXml('Diffida & messa in mora <b>"x"</b>'),
    'Diffida &amp; messa in mora &lt;b&gt;&quot;x&quot;&lt;/b&gt;',
  );
  assert.equal(escapeXml('a\0b\x1bc\r\n\td\x85e\ufffef\uffffg'), 'abc defg');
  assert.equal(escapeXml('\ud83d\ude00 \ud83d x \ude00'), '\ud83d\ude00  x ');
  assert.equal(escapeXml(']]>'), ']]&gt;');
});
