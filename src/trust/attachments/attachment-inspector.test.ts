// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type MadeFile, makeZip } from '../../../test/clamd/archive-maker.ts';
import { tarEntry } from '../../../test/clamd/signatures.ts';
import { indexMessage } from '../../wire/mime/mime-index.ts';
import { MemoryOctets } from '../../wire/mime/octets.ts';
import {
  AttachmentInspector,
  type AttachmentRules,
  MAX_ARCHIVES,
  MAX_FILES,
} from './attachment-inspector.ts';

const MEBIBYTE = 1024 * 1024;
const RULES: AttachmentRules = {
  refusedExtensions: ['exe', 'js'],
  refusedContents: ['windows', 'elf', 'script'],
  archiveDepth: 3,
  archiveBytes: 4 * MEBIBYTE,
  refuseUnreadable: true,
};
const ELF = Buffer.from('\x7fELF\x02\x01\x01', 'latin1');
const PROGRAM: MadeFile = { name: 'bello.dat', content: ELF };

interface Attached {
  readonly name?: string;
  readonly type?: string;
  readonly content: Buffer | string;
}

function message(...attachments: readonly Attached[]) {
  const parts = attachments.map(({ name, type = 'application/octet-stream', content }) => {
    const base64 = Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\r\n');
    const named = name === undefined ? '' : `; name="${name}"`;
    return `--xx\r\nContent-Type: ${type}${named}\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}\r\n`;
  });
  const octets = Buffer.from(
    `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=xx\r\n\r\n${parts.join('')}--xx--\r\n`,
  );
  return { octets: new MemoryOctets(octets), index: indexMessage(octets) };
}

async function inspect(attached: Attached | readonly Attached[], rules: Partial<AttachmentRules> = {}) {
  const all = Array.isArray(attached) ? (attached as readonly Attached[]) : [attached as Attached];
  const finding = await new AttachmentInspector({ ...RULES, ...rules }).inspect(message(...all));
  return finding === undefined ? 'taken' : `${finding.problem} ${finding.name}`;
}

const tar = (...files: [string, string][]) =>
  Buffer.concat([...files.map(([name, text]) => tarEntry(name, text)), Buffer.alloc(1024)]);
const inZip = (content: Buffer, name: string, times: number): Buffer =>
  times === 0 ? content : inZip(makeZip([{ name, content }]), 'x.zip', times - 1);

suite('attachments of executable types', () => {
  test('off unless something is listed', async () => {
    const rules = { refusedExtensions: [], refusedContents: [] };
    assert.equal(await inspect({ name: 'a.exe', content: ELF }, rules), 'taken');
  });

  test('by name and by content, in a message and in archives of every kind', async () => {
    const table: [string, Attached, string][] = [
      ['a text', { name: 'a.txt', content: 'Buongiorno' }, 'taken'],
      ['a name', { name: 'Fattura.pdf.EXE', content: 'x' }, 'executable-attachment Fattura.pdf.EXE'],
      ['a content', { name: 'a.dat', content: ELF }, 'executable-attachment a.dat'],
      ['no name', { content: ELF }, 'executable-attachment application/octet-stream'],
      [
        'a script as a text with a name',
        { name: 'a', type: 'text/plain', content: '#!/bin/sh' },
        'executable-attachment a',
      ],
      ['the text of the letter', { type: 'text/plain', content: '#!/bin/sh' }, 'taken'],
      [
        'zip',
        { name: 'a.zip', content: makeZip([{ name: 'x', content: 'y' }, PROGRAM]) },
        'executable-attachment a.zip/bello.dat',
      ],
      [
        'zip, stored',
        { name: 'a.zip', content: makeZip([{ ...PROGRAM, stored: true }]) },
        'executable-attachment a.zip/bello.dat',
      ],
      [
        'zip, a name',
        { name: 'a.zip', content: makeZip([{ name: 'b/c.js', content: '' }]) },
        'executable-attachment a.zip/b/c.js',
      ],
      [
        'zip, its own header says otherwise',
        { name: 'a.zip', content: makeZip([{ name: 'b.txt', localName: 'b.exe', content: 'x' }]) },
        'executable-attachment a.zip/b.txt',
      ],
      [
        'zip under another name',
        { name: 'a.docx', content: makeZip([PROGRAM]) },
        'executable-attachment a.docx/bello.dat',
      ],
      [
        'zip behind something',
        {
          name: 'a.zip',
          content: makeZip([PROGRAM], { before: Buffer.from('PK\x03\x04 junk'), comment: 'x' }),
        },
        'executable-attachment a.zip/bello.dat',
      ],
      [
        'zip in zip in zip',
        { name: 'a.zip', content: inZip(ELF, 'p', 3) },
        'executable-attachment a.zip/x.zip/x.zip/p',
      ],
      [
        'too deep',
        { name: 'a.zip', content: inZip(ELF, 'p', 4) },
        'unreadable-archive a.zip/x.zip/x.zip/x.zip',
      ],
      [
        'tar',
        { name: 'a.tar', content: tar(['x', 'y'], ['run', '#!/bin/sh']) },
        'executable-attachment a.tar/run',
      ],
      ['tar, a name', { name: 'a.tar', content: tar(['x.js', 'y']) }, 'executable-attachment a.tar/x.js'],
      [
        'tar.gz',
        { name: 'a.tar.gz', content: gzipSync(tar(['x.js', 'y'])) },
        'executable-attachment a.tar.gz/x.js',
      ],
      ['gzip', { name: 'a.gz', content: gzipSync(ELF) }, 'executable-attachment a.gz'],
      ['gzip, a name', { name: 'a.exe.gz', content: gzipSync('x') }, 'executable-attachment a.exe.gz'],
      [
        'zip in tar.gz',
        {
          name: 'a.tgz',
          content: gzipSync(Buffer.concat([tarOf('b.zip', makeZip([PROGRAM])), Buffer.alloc(1024)])),
        },
        'executable-attachment a.tgz/b.zip/bello.dat',
      ],
      [
        'harmless archives',
        {
          name: 'a.zip',
          content: makeZip([
            { name: 'b.gz', content: gzipSync('x') },
            { name: 'c', content: '' },
          ]),
        },
        'taken',
      ],
      ['an empty zip', { name: 'a.zip', content: makeZip([]) }, 'taken'],
    ];
    for (const [sentence, attached, expected] of table)
      assert.equal(await inspect(attached), expected, sentence);
    const both = [
      { name: 'a.txt', content: 'x' },
      { name: 'b.exe', content: 'x' },
    ];
    assert.equal(await inspect(both), 'executable-attachment b.exe', 'the second');
  });

  test('inside a message that is attached', async () => {
    const octets = Buffer.from(
      [
        'Content-Type: multipart/mixed; boundary=a',
        '',
        '--a',
        'Content-Type: message/rfc822',
        '',
        'Content-Type: application/octet-stream; name=b.exe',
        '',
        'x',
        '--a--',
        '',
      ].join('\r\n'),
    );
    const message_ = { octets: new MemoryOctets(octets), index: indexMessage(octets) };
    const finding = await new AttachmentInspector(RULES).inspect(message_);
    assert.deepEqual(finding, { problem: 'executable-attachment', name: 'b.exe' });
  });

  test('what cannot be looked into is refused or taken, as the house wishes; its names are read all the same', async () => {
    const broken = makeZip([{ name: 'a', content: 'x'.repeat(100) }]);
    broken.fill(0xff, 31, 34);
    const many = makeZip(
      Array.from({ length: MAX_FILES + 1 }, () => ({ name: 'a', content: '', stored: true })),
    );
    const table: [string, Buffer | string][] = [
      ['encrypted', makeZip([{ name: 'a', content: 'x', encrypted: true }])],
      ['broken data', broken],
      ['cut off', makeZip([PROGRAM]).subarray(0, 40)],
      [
        'a file that the directory does not list',
        makeZip([
          { ...PROGRAM, unlisted: true },
          { name: 'a', content: 'x' },
        ]),
      ],
      ['RAR', 'Rar!\x1a\x07\x01\x00'],
      ['broken gzip', '\x1f\x8b\x08\x00 no'],
      [
        'larger than the limit',
        makeZip([{ name: 'a', content: Buffer.alloc(5 * MEBIBYTE, 'PK\x03\x04'), stored: true }]),
      ],
      ['too many files', many],
    ];
    for (const [sentence, content] of table) {
      const octets = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
      assert.match(await inspect({ name: 'a.zip', content: octets }), /^unreadable-archive a\.zip/, sentence);
      assert.equal(
        await inspect({ name: 'a.zip', content: octets }, { refuseUnreadable: false }),
        'taken',
        sentence,
      );
    }
    const named = makeZip([{ name: 'a.exe', content: 'x', encrypted: true }]);
    assert.equal(await inspect({ name: 'a.zip', content: named }), 'executable-attachment a.zip/a.exe');
  });

  test('bombs cost no more than the limit', async () => {
    const zeros = Buffer.alloc(8 * MEBIBYTE);
    zeros.write('PK\x03\x04', 'latin1');
    const bomb = makeZip([{ name: 'a.zip', content: zeros }]);
    assert.ok(bomb.length < MEBIBYTE);
    assert.match(
      await inspect({ name: 'bomb.zip', content: bomb }),
      /^unreadable-archive bomb\.zip\/a\.zip$/,
    );
    assert.equal(await inspect({ name: 'bomb.gz', content: gzipSync(zeros) }), 'unreadable-archive bomb.gz');
    // Each head that is looked at counts: a million small bombs are one large one.
    const heads = Array.from({ length: 9 }, (_, number) => ({
      name: `${number}`,
      content: zeros.subarray(100, 2 * MEBIBYTE),
    }));
    assert.match(
      await inspect({ name: 'heads.zip', content: makeZip(heads) }),
      /^unreadable-archive heads\.zip\//,
    );
    const empty = makeZip([]);
    const archives = Array.from({ length: MAX_ARCHIVES }, () => ({
      name: 'a.zip',
      content: empty,
      stored: true,
    }));
    assert.equal(
      await inspect({ name: 'm.zip', content: makeZip(archives) }),
      'unreadable-archive m.zip/a.zip',
    );
    assert.equal(await inspect({ name: 'm.zip', content: makeZip(archives.slice(1)) }), 'taken');
  });

  test('whatever the octets, an answer', async () => {
    const seeds = [
      makeZip([PROGRAM, { name: 'b', content: 'x' }]),
      tar(['a', 'b']),
      gzipSync(tar(['a', 'b'])),
    ];
    const mutated = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      )
      .map(([seed, changes]) => {
        const octets = Buffer.from(seed);
        for (const [at, octet] of changes) if (at < octets.length) octets[at] = octet;
        return octets;
      });
    await fc.assert(
      fc.asyncProperty(mutated, async (content) => {
        assert.match(
          await inspect({ name: 'a', content }),
          /^(taken|executable-attachment|unreadable-archive)/,
        );
      }),
      { numRuns: 150 },
    );
  });
});

function tarOf(name: string, content: Buffer): Buffer {
  return tarEntry(name, content.toString('latin1'));
}
