// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { TestAuthority } from '../../../test/openssl/test-authority.ts';
import { temporaryFolder } from '../../../test/openssl/test-provider.ts';
import { Fault } from '../../platform/faults.ts';
import { readPemCertificates } from './authorities.ts';

const root = new TestAuthority(temporaryFolder(after));
const pem = readFileSync(root.certificateFile, 'utf8');

test('every certificate of a PEM text is read, whatever stands between them', () => {
  const found = readPemCertificates(`prima\n${pem}in mezzo\n${pem.replaceAll('\n', '\r\n')}dopo`, 'ca.pem');
  assert.deepEqual(
    found.map(({ der }) => der),
    [root.der, root.der],
  );
});

test('a text without certificates, or with a broken one, is named', () => {
  const broken = pem.replace(/MII/, 'AII');
  for (const text of ['', 'ciao', broken, pem.replace('-----END', '')]) {
    assert.throws(
      () => readPemCertificates(text, 'ca.pem'),
      (error) => error instanceof Fault && error.message.startsWith('ca.pem holds'),
    );
  }
});
