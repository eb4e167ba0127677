// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeDeliveryReport } from './delivery-report.ts';

test('RFC 3464: a report, octet by octet', () => {
  const report = writeDeliveryReport({
    hostname: 'mx.alfa.test',
    to: 'anna@alfa.test',
    instantMs: Date.UTC(2026, 2, 2, 9, 15, 2),
    messageId: 'r1@mx.alfa.test',
    boundary: '=_b',
    text: 'Non è arrivato.\r\n',
    failures: [
      { address: 'a@posta.test', status: '5.1.1', reply: '550 5.1.1 no such user' },
      { address: 'b@posta.test', status: '4.4.7' },
    ],
    header: Buffer.from('Message-ID: <x@y.test>\r\n'),
  });
  assert.deepEqual(report.toString('latin1').split('\r\n'), [
    'From: Mail Delivery System <MAILER-DAEMON@mx.alfa.test>',
    'To: anna@alfa.test',
    'Subject: Undelivered Mail Returned to Sender',
    'Date: Mon, 02 Mar 2026 09:15:02 +0000',
    'Message-ID: <r1@mx.alfa.test>',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ' boundary="=_b"',
    '',
    '--=_b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Non =C3=A8 arrivato.',
    '',
    '--=_b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.alfa.test',
    '',
    'Final-Recipient: rfc822;a@posta.test',
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 no such user',
    '',
    'Final-Recipient: rfc822;b@posta.test',
    'Action: failed',
    'Status: 4.4.7',
    '',
    '--=_b',
    'Content-Type: text/rfc822-headers',
    '',
    'Message-ID: <x@y.test>',
    '',
    '--=_b--',
    '',
  ]);
});
