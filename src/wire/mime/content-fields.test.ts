// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readContentFields } from './content-fields.ts';
import { parseHeader } from './header.ts';
import type { MimeDefect } from './mime-part.ts';

const READ = /^content-(?:type|transfer-encoding|disposition|language|id|description|md5|location)$/;
const WORDS = [
  'Content-Description',
  'content-ID',
  'CONTENT-MD5',
  'Content-Location',
  'Subject',
  'C',
  ':',
  ' ',
  '\t',
  '\r\n',
  '\n',
  '\r',
  '\r\n ',
  'x',
  '\xe8',
  '\xc3\xa8',
  'Content-Type: text/html',
  '\r\nContent-Description: b',
];
const block = fc
  .array(fc.constantFrom(...WORDS), { maxLength: 30 })
  .map((words) => Buffer.from(words.join(''), 'latin1'));

suite('content fields', () => {
  test('they are read as the header is read, whatever the octets', () => {
    fc.assert(
      fc.property(block, (octets) => {
        const defects = new Set<MimeDefect>();
        const { fields } = readContentFields(octets, 'text/plain', defects);
        const header = parseHeader(octets);
        for (const [name, value] of [
          ['content-description', fields.description],
          ['content-id', fields.id],
          ['content-md5', fields.md5],
          ['content-location', fields.location],
        ] as const)
          assert.equal(value, header.first(name)?.value, name);
        assert.equal(defects.has('malformed-header'), header.all('').length > 0);
        const names = header.fields.map(({ key }) => key).filter((key) => READ.test(key));
        assert.equal(defects.has('repeated-content-field'), new Set(names).size < names.length);
      }),
      { numRuns: 3000 },
    );
  });

  test('what was seen before is said again, defects included, and not confused with anything else', () => {
    const odd = Buffer.from('Content-Type: x\r\nno colon\r\n');
    for (let turn = 0; turn < 2; turn++) {
      const defects = new Set<MimeDefect>();
      readContentFields(odd, 'text/plain', defects);
      assert.deepEqual([...defects].sort(), ['malformed-content-type', 'malformed-header']);
      const empty = Buffer.from('Content-ID: <a>\r\n');
      assert.equal(readContentFields(empty, 'text/plain', defects).fields.type, 'text');
      assert.equal(readContentFields(empty, 'message/rfc822', defects).fields.type, 'message');
      // More than are remembered.
      for (let n = 0; n < 600; n++) {
        const { fields } = readContentFields(Buffer.from(`Content-ID: <${n}>`), 'text/plain', defects);
        assert.equal(fields.id, `<${n}>`);
      }
    }
  });

  test('their size is about that of their JSON, whatever is in them', () => {
    for (const octets of [
      'Content-Type: text/plain; charset=utf-8; name="a.txt"\r\nContent-Disposition: attachment; filename=a.txt\r\n',
      `Content-Description: ${'\x01"'.repeat(500)}\r\nContent-Language: it, en\r\n`,
      `Content-Type: a/b; ${Array.from({ length: 100 }, (_, n) => `p${n}=è`).join('; ')}\r\n`,
      '',
    ]) {
      const { fields, sizeBytes } = readContentFields(Buffer.from(octets), 'text/plain', new Set());
      const json = Buffer.byteLength(JSON.stringify(fields));
      assert.ok(sizeBytes >= json * 0.8 && sizeBytes <= json * 1.5 + 60, `${sizeBytes} for ${json}`);
    }
  });
});
