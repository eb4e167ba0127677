// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TestAuthority } from '../../../test/openssl/test-authority.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';
import { KnownCertificates, MAX_KNOWN, MAX_KNOWN_BYTES } from './known-certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'known-certificates-'));
after(() => rmSync(folder, { recursive: true }));
const { der } = new TestAuthority(folder).issue('alfa');

/** The same certificate under another serial number; its signature is none, which reading does not ask. */
function withSerial(number: number): Buffer {
  const parsed = readCertificate(der);
  assert.ok(parsed.ok);
  const { serial } = parsed.value;
  const other = Buffer.from(der);
  const at = der.indexOf(Buffer.concat([Buffer.of(0x02, serial.length), serial])) + 2;
  other.writeUInt16BE(0x2000 + number, at);
  return other;
}

test('the same octets are read once, others are others', () => {
  const known = new KnownCertificates();
  const [first, again, other] = [der, Buffer.from(der), withSerial(7)].map((octets) => known.read(octets));
  assert.ok(first?.ok && again?.ok && other?.ok);
  assert.equal(first.value, again.value);
  assert.notEqual(first.value, other.value);
  assert.deepEqual(other.value.der, withSerial(7));
  assert.equal(known.size, 2);
});

test('so many are remembered and no more; the oldest goes', () => {
  const known = new KnownCertificates();
  const first = known.read(withSerial(0));
  for (let number = 1; number <= MAX_KNOWN; number++) known.read(withSerial(number));
  assert.equal(known.size, MAX_KNOWN);
  const again = known.read(withSerial(0));
  assert.ok(first.ok && again.ok);
  assert.notEqual(first.value, again.value);
});

test('what cannot be read, or is large, is not remembered', () => {
  const known = new KnownCertificates();
  assert.equal(known.read(Buffer.from('no certificate')).ok, false);
  assert.equal(known.read(Buffer.concat([der, Buffer.alloc(MAX_KNOWN_BYTES)])).ok, false);
  assert.equal(known.size, 0);
});
