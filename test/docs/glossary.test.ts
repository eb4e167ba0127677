// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CERTIFICATION_ERRORS,
  CERTIFICATION_KINDS,
  RECEIPT_TYPES,
} from '../../src/evidence/certification-data/certification-data.ts';
import {
  ANOMALY_VALUE,
  CERTIFICATION_DATA_FILE,
  KIND_LITERALS,
  ORIGINAL_FILE,
  RECEIPT_FIELD,
  RECEIPT_TYPE_FIELD,
  REFERENCE_FIELD,
  SECURITY_FIELD,
  SENDER_FIELD,
  SERVICE_LOCAL_PART,
  TRANSPORT_FIELD,
  TRANSPORT_VALUE,
} from '../../src/evidence/wording/literals.ts';
import { codesIn, isThere, linksIn, readText, tableAfter } from './project.ts';

const page = readText('docs/glossary.md');
const wireTables = ['## Messages', '## Names and numbers', '## Places and people'];

test('every file of the glossary exists', () => {
  const files = linksIn(page, 'docs');
  assert.ok(files.length > 40);
  assert.deepEqual(
    files.filter((file) => !isThere(file)),
    [],
  );
});

test('every wire literal of the glossary stands in the file beside it', () => {
  for (const row of wireTables.flatMap((heading) => tableAfter(page, heading))) {
    const [noun, , wire = '', place = ''] = row;
    const [file = ''] = linksIn(place, 'docs');
    const source = readText(file);
    for (const literal of codesIn(wire)) {
      assert.ok(isIn(source, literal) || isIn(wording, literal), `${noun}: ${literal} is not in ${file}`);
    }
  }
});

test('every header value and subject prefix that we emit is in the glossary', () => {
  const listed = new Set(
    wireTables.flatMap((heading) => tableAfter(page, heading)).flatMap((row) => codesIn(row[2] ?? '')),
  );
  const emitted = [
    ...Object.values(KIND_LITERALS).flatMap(({ subjectPrefix, receipt = '' }) => [subjectPrefix, receipt]),
    ...CERTIFICATION_KINDS,
    ...CERTIFICATION_ERRORS,
    ...RECEIPT_TYPES,
    RECEIPT_FIELD,
    TRANSPORT_FIELD,
    RECEIPT_TYPE_FIELD,
    SECURITY_FIELD,
    SENDER_FIELD,
    REFERENCE_FIELD,
    TRANSPORT_VALUE,
    ANOMALY_VALUE,
    CERTIFICATION_DATA_FILE,
    ORIGINAL_FILE,
    SERVICE_LOCAL_PART,
  ];
  const missing = emitted.filter((literal) => literal !== '' && !listed.has(literal));
  assert.deepEqual(missing, []);
});

const wording = readText('src/evidence/wording/literals.ts');

/** As a string of its own, at the start of one, or as an element of XML. */
function isIn(source: string, literal: string): boolean {
  return ["'", '<', '"'].some((before) => source.includes(`${before}${literal}`));
}
