// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexMessage } from './mime-index.ts';

const crlf = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1');
const MULTIPART = 'Content-Type: multipart/mixed; boundary=b';

test('index: content fields, in lower case where case means nothing', () => {
  const message = crlf(
    'MIME-Version: 1.0',
    "Content-Type: Application/PDF; NAME*0*=UTF-8''perch%C3;",
    ' name*1*=%A9.pdf',
    'Content-Transfer-Encoding: (as ever) Base64',
    'Content-Disposition: ATTACHMENT; filename="=?utf-8?Q?perch=C3=A9?= .pdf"; size=3',
    'Content-ID: <Part1@X.test>',
    'Content-Description: una',
    ' =?utf-8?q?nota?=',
    'Content-MD5: Q2hlY2s=',
    'Content-Language: it, (or) en-GB',
    'Content-Location: http://x.test/A',
    '',
    'AAAA',
    'BBBB',
    '',
  );
  const { root, ...rest } = indexMessage(message);
  assert.deepEqual(root, {
    headerStart: 0,
    bodyStart: message.length - 12,
    bodyEnd: message.length,
    bodyLines: 2,
    type: 'application',
    subtype: 'pdf',
    params: { name: 'perché.pdf' },
    encoding: 'base64',
    disposition: { type: 'attachment', params: { filename: 'perché .pdf', size: '3' } },
    id: '<Part1@X.test>',
    description: 'una =?utf-8?q?nota?=',
    md5: 'Q2hlY2s=',
    language: ['it', 'en-gb'],
    location: 'http://x.test/A',
    parts: [],
  });
  assert.deepEqual(rest, {
    size: message.length,
    eightBit: false,
    bareLineEnds: false,
    nul: false,
    longestLine: 80,
    watched: [],
    defects: [],
  });
});

test('index: what is odd about the octets', () => {
  const facts = (text: string) => {
    const { eightBit, bareLineEnds, nul, longestLine } = indexMessage(Buffer.from(text, 'latin1'));
    return { eightBit, bareLineEnds, nul, longestLine };
  };
  const sound = { eightBit: false, bareLineEnds: false, nul: false, longestLine: 1 };
  assert.deepEqual(facts('a\r\n\r\nb\r\n'), sound);
  assert.deepEqual(facts('a\r\n\r\nb'), sound);
  assert.deepEqual(facts('a\r\n\r\n\xe8'), { ...sound, eightBit: true });
  assert.deepEqual(facts('a\r\n\r\n\0'), { ...sound, nul: true });
  assert.deepEqual(facts('a\r\n\r\nb\n'), { ...sound, bareLineEnds: true });
  assert.deepEqual(facts('a\r\n\r\nb\r'), { ...sound, bareLineEnds: true, longestLine: 2 });
  assert.deepEqual(facts('a\r\n\r\nb\r\r\n'), { ...sound, bareLineEnds: true, longestLine: 2 });
  assert.deepEqual(facts('\r\n\n'), { ...sound, bareLineEnds: true, longestLine: 0 });
});

test('index: watched lines stand in headers, bodies, preambles, and are listed once', () => {
  const message = crlf(
    MULTIPART,
    '--cera-0',
    '',
    '--cera-1',
    '--b',
    '',
    '--cera-2 ',
    ' --cera-3',
    '--cer',
    '--b--',
    '--cera-1',
    '--CERA-4',
    '--cera-5 x',
  );
  assert.deepEqual(indexMessage(message, { watchPrefix: 'cera-' }).watched, [
    '--cera-0',
    '--cera-1',
    '--cera-2',
    '--cera-5 x',
  ]);
  assert.deepEqual(indexMessage(message).watched, []);
});

test('index: parameter names that objects have of their own do no harm', () => {
  const { root } = indexMessage(
    crlf('Content-Type: text/plain; __proto__=x; constructor=y; charset=z', '', ''),
  );
  assert.equal(Object.getPrototypeOf(root.params), Object.prototype);
  assert.deepEqual(Object.keys(root.params), ['__proto__', 'constructor', 'charset']);
});
