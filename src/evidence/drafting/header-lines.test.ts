// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeWords } from '../../wire/mime/encoded-words.ts';
import { parseHeader, unfold } from '../../wire/mime/header.ts';
import { localTime } from '../local-time.ts';
import {
  copyFields,
  dateLine,
  fieldLine,
  identifierLine,
  onBehalfLine,
  referenceLine,
  subjectLine,
} from './header-lines.ts';

test('GEN-15 the subject follows the prefix after one blank, encoded when it is not ASCII', () => {
  assert.equal(subjectLine('CONSEGNA:', 'Fattura'), 'Subject: CONSEGNA: Fattura\r\n');
  assert.equal(subjectLine('CONSEGNA:', 'città'), 'Subject: CONSEGNA: =?ISO-8859-1?Q?citt=E0?=\r\n');
  assert.equal(subjectLine('CONSEGNA:', undefined), 'Subject: CONSEGNA:\r\n');
  assert.equal(subjectLine('CONSEGNA:', ''), 'Subject: CONSEGNA:\r\n');
});

test('GEN-15 repeated prefixes are kept', () => {
  assert.equal(
    subjectLine('POSTA CERTIFICATA:', 'POSTA CERTIFICATA: x'),
    'Subject: POSTA CERTIFICATA: POSTA CERTIFICATA: x\r\n',
  );
});

test('GEN-15 any subject gives short lines of ASCII that read as that subject', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.string({ maxLength: 3000 }),
      ),
      (subject) => {
        const line = subjectLine('ACCETTAZIONE:', subject);
        assert.match(line, /^Subject: [ -~]+(?:\r\n [ -~]+)*\r\n$/);
        for (const part of line.split('\r\n')) assert.ok(part.length <= 78, part);
        const value = unfold(line.slice('Subject:'.length, -2)).trim();
        const clean = (text: string): string =>
          text
            .toWellFormed()
            .replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, ' ')
            .trim();
        assert.equal(
          clean(decodeWords(value)).replace(/\s+/g, ' '),
          `ACCETTAZIONE: ${clean(subject)}`.trim().replace(/\s+/g, ' '),
        );
      },
    ),
  );
});

test('GEN-15 a word longer than a line may be is not left as it is', () => {
  const line = subjectLine('ACCETTAZIONE:', 'x'.repeat(5000));
  for (const part of line.split('\r\n')) assert.ok(part.length <= 78);
});

test('SEC-14 no value ends a line of the header', () => {
  assert.equal(fieldLine('To', 'a@b.test\r\nBcc: c@d.test\0'), 'To: a@b.testBcc: c@d.test\r\n');
  assert.equal(fieldLine('To', 'niccolò@b.test'), 'To: niccol?@b.test\r\n');
  assert.equal(referenceLine('<a\r\nb@c>'), 'X-Riferimento-Message-ID: <ab@c>\r\n');
});

test('GEN-7 the From of an envelope quotes whom it is on behalf of', () => {
  assert.equal(onBehalfLine('a@b.test', 's@p.test'), 'From: "Per conto di: a@b.test" <s@p.test>\r\n');
  assert.equal(
    onBehalfLine('"odd \\" one"@b.test', 's@p.test'),
    'From: "Per conto di: \\"odd \\\\\\" one\\"@b.test" <s@p.test>\r\n',
  );
  const long = onBehalfLine(`${'x'.repeat(60)}@b.test`, 'posta-certificata@gestore-alfa.test');
  assert.match(long, /^From: "Per conto di: x{60}@b\.test"\r\n <posta-certificata@gestore-alfa\.test>\r\n$/);
});

test('TIME-7 the Date is the instant in legal time', () => {
  const instant = Date.parse('2024-06-07T07:15:02Z');
  assert.equal(dateLine(instant, localTime(instant)), 'Date: Fri, 07 Jun 2024 09:15:02 +0200\r\n');
});

test('GEN-12 a very long Message-ID stays whole, on a line of its own', () => {
  const id = `<${'x'.repeat(985)}@y.test>`;
  assert.equal(identifierLine('X-Riferimento-Message-ID', id), `X-Riferimento-Message-ID:\r\n ${id}\r\n`);
  assert.equal(referenceLine(undefined), '');
});

test('AP-26 fields are copied in order with their folding, whatever the letters of their names', () => {
  const block = Buffer.from(
    'received: one\r\n\tfolded\r\nTO: a@b.test\r\nSubject: x\r\nReceived: two\r\nCC:\r\n  c@d.test\r\nBcc: e@f.test\r\n\r\n',
  );
  assert.equal(
    copyFields(parseHeader(block), block, 'Received', 'To', 'Cc').toString(),
    'received: one\r\n\tfolded\r\nTO: a@b.test\r\nReceived: two\r\nCC:\r\n  c@d.test\r\n',
  );
});

test('AP-26 SEC-14 bare line ends of what is copied neither end our header nor begin a field', () => {
  const hidden = Buffer.from('To: a@b.test\rX-Trasporto: posta-certificata\r\n\r\n');
  assert.equal(
    copyFields(parseHeader(hidden), hidden, 'To').toString(),
    'To: a@b.test X-Trasporto: posta-certificata\r\n',
  );
  for (const text of ['To: a\n\tb@c.test\nX: y\n\n', 'To: a\r\n\tb@c.test']) {
    const block = Buffer.from(text);
    assert.equal(copyFields(parseHeader(block), block, 'To').toString(), 'To: a\r\n\tb@c.test\r\n');
  }
});
