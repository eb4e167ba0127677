// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { decodeWords } from './encoded-words.ts';
import { parseHeader } from './header.ts';
import { buildMessage, type NewMessage } from './message-builder.ts';
import { indexMessage } from './mime-index.ts';
import { partFileName } from './mime-tree.ts';
import { decodeTransferred } from './transfer-encoding.ts';

const BASE: NewMessage = {
  from: { name: 'Ufficio protocollo', address: 'protocollo@pec.alfa.test' },
  to: [{ address: 'sindaco@pec.beta.test' }],
  messageId: 'id1@pec.alfa.test',
  date: { instantMs: Date.UTC(2026, 2, 2, 9, 15, 2), offsetMinutes: 60 },
  text: 'Ciao',
  attachments: [],
  boundary: 'confine123',
};

function build(message: Partial<NewMessage>): Buffer {
  return Buffer.concat(buildMessage({ ...BASE, ...message }));
}

suite('messages of a text and files', () => {
  test('a text alone is one part, octet by octet the same in each run', () => {
    const message = build({
      subject: 'Perché no?',
      cc: [{ name: 'Città di Castelmora', address: 'comune@pec.beta.test' }],
      fields: [['X-TipoRicevuta', 'breve']],
      text: 'Sì.\nE poi?',
    });
    assert.equal(
      message.toString('latin1'),
      [
        'Date: Mon, 02 Mar 2026 10:15:02 +0100',
        'From: Ufficio protocollo <protocollo@pec.alfa.test>',
        'To: sindaco@pec.beta.test',
        'Cc: =?ISO-8859-1?Q?Citt=E0_di_Castelmora?= <comune@pec.beta.test>',
        'Subject: =?ISO-8859-1?Q?Perch=E9?= no?',
        'Message-ID: <id1@pec.alfa.test>',
        'X-TipoRicevuta: breve',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'S=C3=AC.',
        'E poi?',
        '',
      ].join('\r\n'),
    );
  });

  test('a parser of another language finds the text, the files and their names', () => {
    const names = ['delibera n. 7.pdf', 'città "nuova".txt', `${'lungo '.repeat(40)}.bin`, '文書.p7m'];
    const attachments = names.map((name, at) => ({
      name,
      mediaType: at === 0 ? 'application/pdf' : 'application/octet-stream',
      content: Buffer.from(`contenuto ${at}\0\xff\n`, 'latin1'),
    }));
    const script = `
import sys, json, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = list(m.iter_parts())
print(json.dumps({
  'subject': m['subject'], 'to': m['to'], 'defects': [str(d) for p in m.walk() for d in p.defects],
  'text': parts[0].get_content(),
  'files': [[p.get_filename(), p.get_content_type(), p.get_content().hex()] for p in parts[1:]]}))`;
    const input = build({ subject: 'Città — avviso', text: 'Però\r\n.\r\nFrom qui', attachments });
    const found = JSON.parse(execFileSync('python3', ['-c', script], { input }).toString()) as unknown;
    assert.deepEqual(found, {
      subject: 'Città — avviso',
      to: 'sindaco@pec.beta.test',
      defects: [],
      // The last line end is the boundary's.
      text: 'Però\r\n.\r\nFrom qui',
      files: attachments.map(({ name, mediaType, content }) => [name, mediaType, content.toString('hex')]),
    });
  });

  test('RFC 2046 5.2.1 what is a message or a multipart travels as octets', () => {
    for (const mediaType of ['message/rfc822', 'multipart/mixed', 'not a type']) {
      const attachment = { name: 'x.eml', mediaType, content: Buffer.from('Subject: x\n\nCiao') };
      const part = indexMessage(build({ attachments: [attachment] })).root.parts[1];
      assert.equal(`${part?.type}/${part?.subtype}`, 'application/octet-stream');
      assert.equal(part?.encoding, 'base64');
    }
  });

  test('whatever is in it, it is 7-bit, has short lines and can be read back', () => {
    const named = fc.record({
      name: fc.string({ unit: 'grapheme', minLength: 1 }),
      content: fc.uint8Array(),
    });
    const message = fc.record({
      subject: fc.string({ unit: 'grapheme' }),
      text: fc.string({ unit: 'grapheme', maxLength: 500 }),
      files: fc.array(named, { maxLength: 3 }),
    });
    const property = fc.property(message, ({ subject, text, files }) => {
      const attachments = files.map((file) => ({ ...file, mediaType: 'application/octet-stream' }));
      const octets = build({ subject, text, attachments });
      const index = indexMessage(octets);
      assert.ok(!index.eightBit && !index.bareLineEnds && !index.nul);
      assert.deepEqual(index.defects, []);
      assert.ok(index.longestLine <= 998);
      const value = decodeWords(parseHeader(octets).first('Subject')?.value ?? '');
      assert.ok(!/[\r\n\0]/.test(value));
      const parts = files.length === 0 ? [index.root] : index.root.parts;
      const [body, ...others] = parts.map((part) =>
        decodeTransferred(part.encoding, octets.subarray(part.bodyStart, part.bodyEnd)),
      );
      const lines = text.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n');
      assert.equal(body?.toString().replace(/\r\n$/, ''), lines.replace(/\r\n$/, ''));
      assert.deepEqual(
        others.map((octetsOf) => octetsOf.toString('hex')),
        files.map(({ content }) => Buffer.from(content).toString('hex')),
      );
      for (const part of parts.slice(1)) assert.notEqual(partFileName(part), undefined);
    });
    fc.assert(property, { numRuns: 100 });
  });
});
