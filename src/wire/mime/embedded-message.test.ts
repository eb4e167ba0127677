// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexMessage } from './mime-index.ts';

function embed(message: string) {
  const octets = Buffer.from(
    `Content-Type: multipart/mixed; boundary=e\r\n\r\n--e\r\nContent-Type: message/rfc822\r\n\r\n${message}\r\n--e--\r\n`,
  );
  const part = indexMessage(octets).root.parts[0];
  assert.ok(part);
  return { part, carried: octets.toString('latin1', part.bodyStart, part.bodyEnd) };
}

for (const [name, message] of [
  ['of fields only', 'Subject: x\r\n'],
  ['of fields and their empty line', 'Subject: x\r\n\r\n'],
  ['of one field without its line end', 'Subject: x'],
  ['with a body', 'Subject: x\r\n\r\nbody\r\n'],
  [
    'that ends within a part header',
    'Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain\r\n',
  ],
  ['that ends with an empty part', 'Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\n'],
  ['that ends with a boundary', 'Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\n--i--'],
  ['that embeds fields only', 'Content-Type: message/rfc822\r\n\r\nSubject: y\r\n'],
] as const) {
  test(`DP-10 an embedded message ${name} is found octet by octet`, () => {
    const { part, carried } = embed(message);
    assert.equal(carried, message);
    const [inner] = part.parts;
    assert.ok(inner);
    assert.ok(inner.bodyStart <= part.bodyEnd && inner.bodyEnd <= part.bodyEnd);
  });
}
