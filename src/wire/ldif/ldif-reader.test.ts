// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LDIF_LIMITS, type LdifEntry, type LdifReason, valuesOf } from './ldif-entry.ts';
import { LdifReader, readLdif } from './ldif-reader.ts';
import { attribute, writeLdif } from './ldif-writer.ts';

function entriesOf(text: string | Buffer): readonly LdifEntry[] {
  const reading = readLdif(Buffer.from(text));
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.entries;
}

function textsOf(entry: LdifEntry | undefined, name: string): string[] {
  assert.ok(entry);
  return valuesOf(entry, name).map(String);
}

test('RFC 2849 example 1: two entries, a version, repeated attributes', () => {
  const entries = entriesOf(
    [
      'version: 1',
      'dn: cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com',
      'objectclass: top',
      'objectclass: person',
      'cn: Barbara Jensen',
      'cn: Barbara J Jensen',
      '',
      '',
      'dn: cn=Bjorn Jensen, ou=Accounting, dc=airius, dc=com',
      'objectClass:top',
      '',
    ].join('\n'),
  );
  assert.equal(entries.length, 2);
  assert.equal(entries[0]?.dn, 'cn=Barbara Jensen, ou=Product Development, dc=airius, dc=com');
  assert.equal(entries[0]?.line, 2);
  assert.equal(entries[1]?.line, 9);
  assert.deepEqual(textsOf(entries[0], 'CN'), ['Barbara Jensen', 'Barbara J Jensen']);
  assert.deepEqual(textsOf(entries[1], 'objectclass'), ['top']);
});

test('RFC 2849 examples 2 and 3: folded values, base64, comments that fold, CR LF', () => {
  const [entry] = entriesOf(
    [
      '# a comment',
      '#  that goes',
      '  on: and: on',
      'dn:: b3U95Za25qWt6YOoLG89QWlyaXVz',
      'description:Babs is a big sailing fan, and travels exte',
      ' nsively in sea',
      '  rch of perfect sailing conditions.',
      'jpegphoto;binary;lang-it::   AAE=',
      'empty:',
      'alsoEmpty::',
      '2.5.4.4: Jensen',
    ].join('\r\n'),
  );
  assert.equal(entry?.dn, 'ou=営業部,o=Airius');
  assert.deepEqual(textsOf(entry, 'description'), [
    'Babs is a big sailing fan, and travels extensively in sea rch of perfect sailing conditions.',
  ]);
  assert.deepEqual(entry?.attributes[1], {
    name: 'jpegphoto',
    options: ['binary', 'lang-it'],
    value: Buffer.from([0, 1]),
  });
  assert.deepEqual(textsOf(entry, 'empty'), ['']);
  assert.deepEqual(textsOf(entry, 'alsoempty'), ['']);
  assert.deepEqual(textsOf(entry, '2.5.4.4'), ['Jensen']);
});

test('plain UTF-8 values and a byte order mark are taken', () => {
  const [entry] = entriesOf('\ufeffdn: o=Città\ndescription: perché no\n');
  assert.equal(entry?.dn, 'o=Città');
  assert.deepEqual(textsOf(entry, 'description'), ['perché no']);
});

test('an empty file has no entries', () => {
  assert.deepEqual(entriesOf(''), []);
  assert.deepEqual(entriesOf('version: 1\n\n# nothing\n'), []);
});

const REFUSALS: readonly [title: string, file: string | Buffer, reason: LdifReason, line: number][] = [
  ['a continuation of nothing', ' x: y\n', 'stray-continuation', 1],
  ['a continuation after a blank line', 'dn: o=a\no: a\n\n b\n', 'stray-continuation', 4],
  ['a line without a colon', 'dn: o=a\no: a\nhello\n', 'no-colon', 3],
  ['a separator of changes', 'dn: o=a\no: a\n-\n', 'no-colon', 3],
  ['a tab instead of a space', 'dn: o=a\no: a\n\tb\n', 'no-colon', 3],
  ['a name with a blank', 'dn: o=a\no o: a\n', 'bad-attribute-name', 2],
  ['an empty option', 'dn: o=a\no;: a\n', 'bad-attribute-name', 2],
  ['no name', 'dn: o=a\n: a\n', 'bad-attribute-name', 2],
  ['base64 with a foreign character', 'dn: o=a\no:: YW=!\n', 'bad-base64', 2],
  ['base64 without its padding', 'dn: o=a\no:: YQ\n', 'bad-base64', 2],
  ['base64 with bits left over', 'dn: o=a\no:: YR==\n', 'bad-base64', 2],
  ['a bare CR', 'dn: o=a\no: a\rb\n', 'unsafe-character', 2],
  ['a NUL', 'dn: o=a\no: a\0b\n', 'unsafe-character', 2],
  ['Latin-1', Buffer.from('dn: o=a\no: \xe0\n', 'latin1'), 'not-utf8', 2],
  ['Latin-1 in a dn', 'dn:: 4A==\no: a\n', 'not-utf8', 1],
  ['a URL', 'dn: o=a\njpegphoto:< file:///etc/passwd\n', 'url-value', 2],
  ['a change record', 'dn: o=a\nchangetype: delete\n', 'change-record', 2],
  ['a control', 'dn: o=a\ncontrol: 1.2.3\n', 'change-record', 2],
  ['another version', 'version: 2\n', 'bad-version', 1],
  ['two versions', 'version: 1\nversion: 1\n', 'bad-version', 2],
  ['a late version', 'dn: o=a\no: a\n\nversion: 1\n', 'bad-version', 4],
  ['an attribute before any dn', 'o: a\n', 'missing-dn', 1],
  ['a second dn', 'dn: o=a\ndn: o=b\n', 'misplaced-dn', 2],
  ['an entry of a dn alone', 'dn: o=a\no: a\n\ndn: o=b\n\n', 'empty-entry', 4],
  ['an entry of a dn alone at the end', 'dn: o=a', 'empty-entry', 1],
];
for (const [title, file, reason, line] of REFUSALS) {
  test(`${title} is refused with its line`, () => {
    const reading = readLdif(Buffer.from(file));
    assert.ok(!reading.ok);
    assert.equal(reading.error.reason, reason);
    assert.equal(reading.error.line, line);
  });
}

test('each limit holds, and one more is refused', () => {
  const file = Buffer.from('dn: o=a\nd: xxxxxxxxx\nd: y\n\ndn: o=b\no: b\n');
  const fits = { lineBytes: 12, entryBytes: 23, attributesPerEntry: 2, entries: 2, fileBytes: file.length };
  assert.ok(readLdif(file, fits).ok);
  const reasons: [keyof typeof fits, LdifReason][] = [
    ['lineBytes', 'line-too-long'],
    ['entryBytes', 'entry-too-large'],
    ['attributesPerEntry', 'too-many-attributes'],
    ['entries', 'too-many-entries'],
    ['fileBytes', 'file-too-large'],
  ];
  for (const [limit, reason] of reasons) {
    const reading = readLdif(file, { ...fits, [limit]: fits[limit] - 1 });
    assert.equal(reading.ok ? 'read' : reading.error.reason, reason);
  }
});

test('a line that never ends is refused before it is all there', () => {
  const reader = new LdifReader({ ...LDIF_LIMITS, lineBytes: 1000 });
  for (let chunk = 0; chunk < 20 && reader.error === undefined; chunk++) reader.push(Buffer.alloc(100, 'a'));
  assert.equal(reader.error?.reason, 'line-too-long');
  assert.deepEqual(reader.end(), []);
});

/** Records that deepEqual takes for object literals. */
const PLAIN = { noNullPrototype: true } as const;

const entry = fc.record(
  {
    dn: fc.string({ unit: 'binary', minLength: 0, maxLength: 100 }),
    attributes: fc.array(
      fc.record(
        {
          name: fc
            .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/)
            .filter((name) => !/^(dn|control|changetype)$/i.test(name)),
          options: fc.array(fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/), { maxLength: 2 }),
          value: fc
            .oneof(
              fc.uint8Array({ maxLength: 200 }),
              fc.string({ maxLength: 200 }).map((text) => Buffer.from(text)),
            )
            .map((octets) => Buffer.from(octets)),
        },
        PLAIN,
      ),
      { minLength: 1, maxLength: 5 },
    ),
  },
  PLAIN,
);

function withoutLines(entries: readonly LdifEntry[]): unknown[] {
  return entries.map(({ dn, attributes }) => ({ dn, attributes }));
}

test('whatever is written is read back, and written again to the same octets', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), fc.constantFrom('\n', '\r\n'), (entries, lineEnd) => {
      const file = writeLdif(entries, { lineEnd });
      const back = entriesOf(file);
      assert.deepEqual(
        withoutLines(back),
        entries.map(({ dn, attributes }) => ({ dn, attributes })),
      );
      assert.deepEqual(writeLdif(back, { lineEnd }), file);
      for (const line of file.toString('latin1').split(lineEnd)) assert.ok(line.length <= 76);
    }),
  );
});

test('chunks make no difference, not even when their memory is used again', () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 50 })),
      (entries, sizes) => {
        const file = writeLdif(entries);
        const reader = new LdifReader();
        const back: LdifEntry[] = [];
        for (let at = 0, turn = 0; at < file.length; turn++) {
          const size = sizes[turn % (sizes.length || 1)] ?? 1;
          const chunk = Buffer.from(file.subarray(at, at + size));
          back.push(...reader.push(chunk));
          chunk.fill(0x20);
          at += size;
        }
        back.push(...reader.end());
        assert.deepEqual(back, entriesOf(file));
      },
    ),
  );
});

test('no file makes the reader throw', () => {
  const lines = fc.constantFrom(
    'dn: o=a',
    'o: a',
    ' more',
    '',
    '#',
    'version: 1',
    'o:: YQ==',
    'a:<b',
    '-',
    'x',
    '\r',
  );
  fc.assert(fc.property(fc.array(lines), (some) => void readLdif(Buffer.from(some.join('\n')))));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => void readLdif(octets)));
});

test('a national index is read: 300 providers with 120,000 domains', () => {
  const domains = Array.from({ length: 400 }, (_, number) => `pec.comune-numero-${number}.esempio.test`);
  const large = Array.from({ length: 300 }, (_, provider) => ({
    dn: `providerName=Gestore ${provider} S.p.A.,o=postacert`,
    attributes: domains.map((domain) => attribute('managedDomains', `${provider}.${domain}`)),
  }));
  const back = entriesOf(writeLdif(large));
  assert.equal(back.length, 300);
  assert.deepEqual(textsOf(back[299], 'manageddomains').at(-1), '299.pec.comune-numero-399.esempio.test');
});
