// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeTransferred } from '../../wire/mime/transfer-encoding.ts';
import { htmlPart, plainPart } from './readable-part.ts';

function body(part: string): string {
  const text = part.slice(part.indexOf('\r\n\r\n') + 4);
  return decodeTransferred('quoted-printable', Buffer.from(text)).toString('latin1');
}

test('GEN-18 what ISO-8859-1 lacks is a question mark in the text and a reference in the HTML', () => {
  const text = { title: 'Ricevuta', lines: ['"5 € – 😀 perché"'] };
  assert.equal(body(plainPart(text)), 'Ricevuta\r\n"5 ? ? ? perché"\r\n');
  assert.match(body(htmlPart(text)), /\n&quot;5 &#8364; &#8211; &#128512; perché&quot;<br>\r\n/);
});

test('GEN-4 SEC-14 markup of a message is text in the HTML', () => {
  const html = body(htmlPart({ title: 'T', lines: ['<img src="cid:x"> & <script>'] }));
  assert.ok(html.includes('&lt;img src=&quot;cid:x&quot;&gt; &amp; &lt;script&gt;<br>'));
});

test('GEN-5 whatever the lines, the parts are 7-bit, with short lines and none that ends early', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), (lines) => {
      const text = { title: 'T', lines };
      for (const part of [plainPart(text), htmlPart(text)]) {
        assert.match(part, /^(?:[ -~\t]{0,76}\r\n)+$/);
      }
      assert.equal(body(plainPart(text)).split('\r\n').length, Math.max(lines.length, 1) + 2);
    }),
  );
});
