// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { EVIDENCE_INDEX_DTD } from './index-dtd.ts';
import {
  EVIDENCE_FILES,
  EVIDENCE_KINDS,
  EVIDENCE_LIMITS,
  type EvidenceIndex,
  FILE_ROLES,
  MISSING_REASONS,
  MISSING_THINGS,
  OUTCOMES,
  VIEWS,
} from './index-model.ts';
import { readEvidenceIndex } from './index-reader.ts';
import { writeEvidenceIndex } from './index-writer.ts';

/** Text that XML can hold. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .map((each) => each.replace(/[\x00-\x1f\x7f-\x9f\ufffe\uffff]/g, ''));
const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((octets) => Buffer.from(octets).toString('hex'));
const instant = fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }).map((seconds) => seconds * 1000);
/** As objects written by hand are. */
const PLAIN = { noNullPrototype: true };
const number = fc.integer({ min: 0, max: 1e14 });

function record<Required extends object, Optional extends object>(
  required: { [Key in keyof Required]: fc.Arbitrary<Required[Key]> },
  optional: { [Key in keyof Optional]: fc.Arbitrary<Optional[Key]> },
): fc.Arbitrary<Required & Partial<Optional>> {
  const every = { ...required, ...optional } as Record<string, fc.Arbitrary<unknown>>;
  const plain = { requiredKeys: Object.keys(required), noNullPrototype: true };
  return fc.record(every, plain) as fc.Arbitrary<Required & Partial<Optional>>;
}

const evidenceIndex: fc.Arbitrary<EvidenceIndex> = record(
  {
    provider: fc.record({ name: text, serviceAddress: text }, PLAIN),
    createdAt: instant,
    view: fc.record({ of: fc.constantFrom(...VIEWS), holder: text }, PLAIN),
    identifier: text,
    sender: text,
    recipients: fc.array(
      record(
        { address: text, outcome: fc.constantFrom(...OUTCOMES) },
        { certified: fc.boolean(), instant, source: text },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    files: fc.array(
      fc.record({ name: text, role: fc.constantFrom(...FILE_ROLES), sizeBytes: number, sha256: hash }, PLAIN),
      { minLength: 1, maxLength: 3 },
    ),
    messages: fc.array(
      record(
        {
          file: text,
          kind: fc.constantFrom(...EVIDENCE_KINDS),
          messageId: text,
          provider: text,
          signer: text,
          instant,
          digest: hash,
          about: fc.array(text, { maxLength: 2 }),
        },
        { record: number },
      ),
      { maxLength: 3 },
    ),
    records: fc.array(
      record({ sequence: number, leaf: hash, inclusion: fc.array(hash, { maxLength: 3 }) }, { seal: number }),
      { maxLength: 3 },
    ),
    seals: fc.array(fc.record({ number, consistency: fc.array(hash, { maxLength: 3 }) }, PLAIN), {
      maxLength: 2,
    }),
    missing: fc.array(
      record(
        { what: fc.constantFrom(...MISSING_THINGS), why: fc.constantFrom(...MISSING_REASONS), text },
        { kind: text, recipient: text, record: number },
      ),
      { maxLength: 2 },
    ),
  },
  { messageId: text, subject: text },
);

suite('the index of an evidence file', () => {
  test('what is written is read again', () => {
    fc.assert(
      fc.property(evidenceIndex, (index) => {
        assert.deepEqual(readEvidenceIndex(writeEvidenceIndex(index)), { ok: true, index });
      }),
      { numRuns: 200 },
    );
  });

  test('what is written is valid against the document type, by xmllint', () => {
    const folder = mkdtempSync(join(tmpdir(), 'indice-'));
    try {
      writeFileSync(join(folder, EVIDENCE_FILES.dtd), EVIDENCE_INDEX_DTD);
      const files = fc.sample(evidenceIndex, { numRuns: 30, seed: 7 }).map((index, at) => {
        const file = join(folder, `${at}.xml`);
        writeFileSync(file, writeEvidenceIndex(index));
        return file;
      });
      const { status, stderr } = spawnSync('xmllint', ['--nonet', '--noout', '--valid', ...files], {
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('an octet that is another, more or less makes another index, or none', () => {
    const [index] = fc.sample(evidenceIndex, { numRuns: 1, seed: 11 });
    assert.ok(index);
    const good = writeEvidenceIndex(index);
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.constantFrom('', ' ', '\n', 'x', '<', '>', '"', '&', '0', '\r', '<!--'),
        (at, inserted) => {
          const changed = Buffer.concat([good.subarray(0, at), Buffer.from(inserted), good.subarray(at + 1)]);
          const reading = readEvidenceIndex(changed);
          if (!changed.equals(good) && reading.ok) assert.notDeepEqual(reading.index, index);
        },
      ),
      { numRuns: 500 },
    );
  });

  for (const [what, change] of Object.entries({
    'a comment': (xml: string) => xml.replace('  <creato>', '  <!-- x -->\n  <creato>'),
    'an entity of its own': (xml: string) => xml.replace('"index.dtd">', '"index.dtd" [<!ENTITY a "b">]>'),
    'two elements in a line': (xml: string) => xml.replace('</creato>\n', '</creato>'),
    'another order of attributes': (xml: string) =>
      xml.replace(/nome="([^"]*)" ruolo="([^"]*)"/, 'ruolo="$2" nome="$1"'),
    'an attribute that is there twice': (xml: string) => xml.replace(/( ottetti="\d+")/, '$1$1'),
    'an element it does not know': (xml: string) => xml.replace('</fascicolo>', '  <altro/>\n</fascicolo>'),
    'something after the end': (xml: string) => `${xml}\n`,
    'another format': (xml: string) => xml.replace('fascicolo/1', 'fascicolo/2'),
    'no file': (xml: string) => xml.replace(/ {2}<file .*\n/g, ''),
    'a character reference': (xml: string) => xml.replace('<creato>2', '<creato>&#50;'),
    'a day that no month has': (xml: string) => xml.replace(/<creato>\d{4}-\d\d-\d\d/, '<creato>2026-02-30'),
  })) {
    test(`with ${what} it is not read`, () => {
      for (const index of fc.sample(evidenceIndex, { numRuns: 20, seed: 3 })) {
        const xml = writeEvidenceIndex(index).toString();
        const changed = change(xml);
        assert.notEqual(changed, xml);
        assert.equal(readEvidenceIndex(Buffer.from(changed)).ok, false);
      }
    });
  }

  test('one above the limit is not read', () => {
    const reading = readEvidenceIndex(Buffer.alloc(EVIDENCE_LIMITS.indexBytes + 1, 0x20));
    assert.deepEqual(reading, { ok: false, line: 0, detail: '16777217 octets are too many' });
  });

  test('the document type is the one that the page of the format shows', () => {
    const page = readFileSync(new URL('../../../docs/evidence-format.md', import.meta.url), 'utf8');
    assert.ok(page.includes(`\`\`\`dtd\n${EVIDENCE_INDEX_DTD}\`\`\`\n`));
  });

  test('the page of the format has a row for each word of the index', () => {
    const page = readFileSync(new URL('../../../docs/evidence-format.md', import.meta.url), 'utf8');
    for (const word of [...OUTCOMES, ...EVIDENCE_KINDS, ...MISSING_THINGS, ...MISSING_REASONS, ...FILE_ROLES])
      assert.match(page, new RegExp(`\\| [^|]*\`${word}\`.*\\||\\| \`${word}\``), word);
  });
});
