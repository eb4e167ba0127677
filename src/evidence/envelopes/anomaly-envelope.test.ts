// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CountingIds } from '../../platform/ids.ts';
import { parseHeader } from '../../wire/mime/header.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets, readPieces } from '../../wire/mime/octets.ts';
import { type AnomalyEnvelopeFacts, draftAnomalyEnvelope } from './anomaly-envelope.ts';

function factsOf(received: string, sender = 'mario@posta-ordinaria.test'): AnomalyEnvelopeFacts {
  const octets = Buffer.from(received);
  const index = indexMessage(octets);
  return {
    provider: {
      name: 'Gestore Beta S.r.l.',
      domain: 'gestore-beta.test',
      serviceAddress: 'posta-certificata@gestore-beta.test',
    },
    ids: new CountingIds(),
    instant: Date.parse('2024-11-15T18:30:00+01:00'),
    sender,
    recipients: ['protocollo@pec.comune-valle.test'],
    received: { octets: new MemoryOctets(octets), index, header: octets.subarray(0, index.root.bodyStart) },
    error: 'la firma digitale del messaggio non risulta attendibile',
  };
}

const ORDINARY =
  'Return-Path: <mario@posta-ordinaria.test>\r\nReceived: by x\r\nFrom: m@n.test\r\nTo: p@q.test\r\nCc: r@s.test\r\n' +
  'Date: Mon, 1 Jan 2024 00:00:00 +0000\r\nSubject: Richiesta\r\nMessage-ID: <o1@posta-ordinaria.test>\r\n\r\nx';

test('IP-23 IP-25 what is inherited, what is ours, and nothing else', () => {
  const draft = draftAnomalyEnvelope(factsOf(ORDINARY));
  assert.deepEqual(
    parseHeader(draft.header).fields.map((field) => [field.name, field.value]),
    [
      ['Return-Path', '<mario@posta-ordinaria.test>'],
      ['Received', 'by x'],
      ['X-Trasporto', 'errore'],
      ['Date', 'Fri, 15 Nov 2024 18:30:00 +0100'],
      ['Subject', 'ANOMALIA MESSAGGIO: Richiesta'],
      ['From', '"Per conto di: mario@posta-ordinaria.test" <posta-certificata@gestore-beta.test>'],
      ['To', 'p@q.test'],
      ['Cc', 'r@s.test'],
      ['Message-ID', '<o1@posta-ordinaria.test>'],
      ['Reply-To', 'mario@posta-ordinaria.test'],
    ],
  );
  assert.equal(draft.messageId, 'o1@posta-ordinaria.test');
  assert.deepEqual(draft.to, ['protocollo@pec.comune-valle.test']);
});

test('IP-23 two parts, the second is what arrived', async () => {
  const entity = await readPieces(draftAnomalyEnvelope(factsOf(ORDINARY)).entity);
  const { root } = indexMessage(entity);
  assert.deepEqual(
    root.parts.map((part) => `${part.type}/${part.subtype}`),
    ['multipart/alternative', 'message/rfc822'],
  );
  const [, embedded] = root.parts;
  assert.equal(entity.subarray(embedded?.bodyStart, embedded?.bodyEnd).toString(), ORDINARY);
});

test('IP-23 a damaged envelope loses its certified fields, which stay inside', () => {
  const damaged = `X-Trasporto: posta-certificata\r\nX-TipoRicevuta: completa\r\nX-Riferimento-Message-ID: <a@b>\r\n${ORDINARY}`;
  const header = parseHeader(draftAnomalyEnvelope(factsOf(damaged)).header);
  assert.deepEqual(
    header.all('X-Trasporto').map(({ value }) => value),
    ['errore'],
  );
  assert.equal(header.first('X-TipoRicevuta'), undefined);
  assert.equal(header.first('X-Riferimento-Message-ID'), undefined);
});

test('IP-23 the null path: the author is shown, or the path itself', () => {
  const from = (received: string): string | undefined =>
    parseHeader(draftAnomalyEnvelope(factsOf(received, '')).header).first('From')?.value;
  assert.match(from(ORDINARY) ?? '', /^"Per conto di: m@n\.test" /);
  assert.match(from('Subject: x\r\n\r\n') ?? '', /^"Per conto di: <>" /);
  assert.equal(
    parseHeader(draftAnomalyEnvelope(factsOf('X: y\r\n\r\n', '')).header).first('Reply-To'),
    undefined,
  );
});

test('IP-23 a Message-ID is made when there is none', () => {
  const draft = draftAnomalyEnvelope(factsOf('Subject: x\r\n\r\n'));
  assert.match(draft.messageId, /^[a-z0-9]{24}@gestore-beta\.test$/);
  assert.equal(parseHeader(draft.header).first('Message-ID')?.value, `<${draft.messageId}>`);
});

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    'From: ',
    'To: a@b.test',
    'Subject: =?UTF-8?Q?=0D=0AX-Trasporto:_posta-certificata?=',
    'X-Trasporto: posta-certificata',
  ),
  fc.constantFrom(
    'Message-ID:',
    'Message-ID: <a b>',
    'Reply-To: x',
    '',
    ' folded',
    'Content-Type: multipart/mixed; boundary=x',
    '--x',
  ),
);

test('IP-23 SEC-14 whatever arrives can be wrapped, and writes none of our fields', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.constantFrom('\r\n', '\n', '\r'),
      fc.string({ unit: 'binary' }),
      async (lines, lineEnd, sender) => {
        const received = lines.join(lineEnd);
        const draft = draftAnomalyEnvelope(factsOf(received, sender));
        const header = parseHeader(draft.header);
        assert.ok(draft.header.subarray(-2).equals(Buffer.from('\r\n')));
        assert.equal(header.end, draft.header.length, 'no empty line ends the header early');
        assert.deepEqual(
          header.all('X-Trasporto').map(({ value }) => value),
          ['errore'],
        );
        assert.equal(header.all('Message-ID').length, 1);
        const entity = await readPieces(draft.entity);
        assert.ok(entity.includes(Buffer.from(received)));
      },
    ),
    { numRuns: 300 },
  );
});
