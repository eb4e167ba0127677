// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAddressList } from '../../mime/addresses.ts';
import { parseHeader } from '../../mime/header.ts';
import { indexMessage } from '../../mime/mime-index.ts';
import { Decoder } from '../grammar/decoder.ts';
import { bodyStructure, embeddedMessages } from './body-structure.ts';
import { EMPTY_ENVELOPE, envelope } from './envelope.ts';
import { plainAddresses } from './plain-addresses.ts';
import { findPart } from './sections.ts';
import { astring, mailboxName, nstring, responseText, string } from './strings.ts';

const ASCII = { utf8: false };
const UTF8 = { utf8: true };

test('strings are quoted where they can be, literals where they must be', () => {
  assert.equal(string('a "b" \\', ASCII), '"a \\"b\\" \\\\"');
  assert.equal(string('è', ASCII), '{2}\r\n\xc3\xa8');
  assert.equal(string('è', UTF8), '"\xc3\xa8"');
  assert.equal(string('a\r\nb', UTF8), '{4}\r\na\r\nb');
  assert.equal(string('a\0b', UTF8), '{2}\r\nab');
  assert.equal(string('x'.repeat(5000), ASCII).slice(0, 8), '{5000}\r\n');
  assert.equal(nstring(undefined, ASCII), 'NIL');
  assert.equal(nstring('', ASCII), '""');
  assert.equal(astring('abc', ASCII), 'abc');
  assert.equal(astring('nil', ASCII), '"nil"');
  assert.equal(astring('a b', ASCII), '"a b"');
  assert.equal(mailboxName('Città', ASCII), '"Citt&AOA-"');
  assert.equal(mailboxName('Città', UTF8), '"Citt\xc3\xa0"');
  assert.equal(responseText('città\r\n* BYE', ASCII), 'citt? * BYE');
});

test('what is written as a string is read as the same string', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, utf8) => {
      const clean = text.replaceAll('\0', '');
      const decoder = new Decoder(Buffer.from(string(clean, { utf8 }), 'latin1'));
      assert.equal(decoder.string(), clean);
      decoder.end();
    }),
  );
});

function envelopeOf(...lines: string[]): string {
  return envelope(parseHeader(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)), ASCII);
}

test('ENVELOPE holds ten fields, sender and reply-to as from when they are missing', () => {
  assert.equal(envelopeOf('X: y'), EMPTY_ENVELOPE);
  assert.equal(
    envelopeOf(
      'From: A B <a@x.test>',
      'Date: d',
      'Subject: s',
      'Message-ID: <i@x>',
      'In-Reply-To: <j@x>',
      'Cc:',
      'Bcc: b@x.test',
    ),
    '("d" "s" (("A B" NIL "a" "x.test")) (("A B" NIL "a" "x.test")) (("A B" NIL "a" "x.test")) NIL NIL ((NIL NIL "b" "x.test")) "<j@x>" "<i@x>")',
  );
});

test('ENVELOPE keeps encoded-words, unfolds, and writes groups as RFC 9051 section 7.5.2 says', () => {
  assert.equal(
    envelopeOf(
      'Subject: =?utf-8?q?citt=C3=A0?=',
      ' e altro',
      'To: Uffici: a@x.test, b@x.test;, c@x.test',
      'Sender: s@x.test',
      'Reply-To: r@x.test',
    ),
    '(NIL "=?utf-8?q?citt=C3=A0?= e altro" NIL ((NIL NIL "s" "x.test")) ((NIL NIL "r" "x.test")) ' +
      '((NIL NIL "Uffici" NIL)(NIL NIL "a" "x.test")(NIL NIL "b" "x.test")(NIL NIL NIL NIL)(NIL NIL "c" "x.test")) NIL NIL NIL NIL)',
  );
});

test('the short cut for plain addresses gives what the whole grammar gives', () => {
  const words = fc.constantFrom(
    'a',
    'Rossi',
    '"Rossi, A."',
    '"a"',
    '=?utf-8?q?x?=',
    'b@x.test',
    '<c.d@y.test>',
    '<e@z>',
    '<.f@x>',
    'g@[1.2.3.4]',
    ', ',
    ',',
    ' ',
    '  ',
    ':',
    ';',
    '(c)',
    '"',
    '\\',
    '<',
    '>',
    '@',
    '.',
    'è',
    "o'h@x.test",
    '""',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 8 }), (parts) => {
      const text = parts.join('').trim();
      if (plainAddresses(text) === undefined) return;
      const whole = parseAddressList(text).entries.map((entry) => {
        assert.ok(!('mailboxes' in entry));
        const { rawName = '', localPart, domain } = entry;
        return { name: rawName, localPart, domain };
      });
      assert.deepEqual(plainAddresses(text), whole, text);
    }),
    { numRuns: 20_000 },
  );
  assert.equal(plainAddresses('"Rossi, A." <a.b@x.test>, c@y.test, <d@z.test>')?.length, 3);
});

function structureOf(message: string, extended: boolean): string {
  const { root } = indexMessage(Buffer.from(message.replaceAll('\n', '\r\n')));
  const envelopes = new Map(embeddedMessages(root).map((inner) => [inner, EMPTY_ENVELOPE]));
  return bodyStructure(root, { extended, style: ASCII, envelopes });
}

test('BODYSTRUCTURE writes one part, parts and messages', () => {
  assert.equal(structureOf('\nciao\n', false), '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 6 1)');
  assert.equal(
    structureOf('Content-Type: image/png; name=a.png\nContent-ID: <1>\nContent-MD5: Q2hlY2s=\n\nx', true),
    '("IMAGE" "PNG" ("NAME" "a.png") "<1>" NIL "7BIT" 1 "Q2hlY2s=" NIL NIL NIL)',
  );
  assert.equal(
    structureOf(
      'Content-Type: application/x\nContent-Disposition: attachment; filename="perch\u00e9.pdf"\nContent-Language: it, en\nContent-Location: /l\n\n',
      true,
    ),
    '("APPLICATION" "X" NIL NIL NIL "7BIT" 0 NIL ("ATTACHMENT" ("FILENAME*" "utf-8\'\'perch%C3%A9.pdf")) ("it" "en") "/l")',
  );
  assert.equal(
    structureOf('Content-Type: multipart/mixed; boundary=b\n\n--b\n\na\n--b--\n', false),
    '(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 0) "MIXED")',
  );
  assert.equal(
    structureOf('Content-Type: multipart/mixed; boundary=b\n\nnothing', false),
    '(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 0 0) "MIXED")',
  );
  assert.equal(
    structureOf('Content-Type: message/rfc822\n\nSubject: x\n\nbody\n', false),
    `("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 20 ${EMPTY_ENVELOPE} ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 6 1) 3)`,
  );
});

test('part numbers lead where RFC 9051 section 6.4.5.1 says', () => {
  const { root } = indexMessage(
    Buffer.from(
      'Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\n1\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/x; boundary=b\r\n\r\n--b\r\n\r\n2.1\r\n--b--\r\n--a\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\n3.1\r\n--a--\r\n',
    ),
  );
  const [first, second, third] = root.parts;
  assert.equal(findPart(root, [1])?.part, first);
  assert.equal(findPart(root, [2])?.part, second);
  assert.equal(findPart(root, [2])?.message, second?.parts[0]);
  assert.equal(findPart(root, [2, 1])?.part, second?.parts[0]?.parts[0]);
  assert.equal(findPart(root, [3, 1])?.part, third?.parts[0]);
  for (const none of [[4], [1, 1], [2, 2], [3, 2], [3, 1, 1], [2, 1, 1]])
    assert.equal(findPart(root, none), undefined);
  const plain = indexMessage(Buffer.from('Subject: x\r\n\r\nbody')).root;
  assert.equal(findPart(plain, [1])?.part, plain);
  assert.equal(findPart(plain, [1, 1]), undefined);
});
