// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { TestAuthority } from '../../test/smtp/certificates.ts';
import { loadTlsIdentity, loadTrustedCas, serverTlsOptions } from './tls.ts';

let authority: TestAuthority;

suite('tls material', () => {
  before(() => {
    authority = new TestAuthority();
  });
  after(() => authority[Symbol.dispose]());

  test('a key and its certificate are loaded; SEC-11 servers speak TLS 1.2 at least', () => {
    const { keyFile, certFile, key } = authority.issue('mx.alfa.test');
    const identity = loadTlsIdentity({ keyFile, certFile });
    assert.deepEqual(identity.key, key);
    assert.equal(serverTlsOptions(identity).minVersion, 'TLSv1.2');
    assert.deepEqual(loadTrustedCas(authority.caFile), authority.ca);
  });

  test('a file that is missing, is none, or belongs to another key is named', () => {
    const one = authority.issue('one.test');
    const other = authority.issue('other.test');
    const missing = join(authority.folder, 'missing.pem');
    const nonsense = join(authority.folder, 'nonsense.pem');
    writeFileSync(nonsense, '-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n');
    const empty = join(authority.folder, 'empty.pem');
    writeFileSync(empty, '');
    const named = (path: string) => ({ code: 'tls-material', message: new RegExp(path) });
    assert.throws(() => loadTlsIdentity({ keyFile: missing, certFile: one.certFile }), named(missing));
    assert.throws(
      () => loadTlsIdentity({ keyFile: one.keyFile, certFile: other.certFile }),
      named(other.certFile),
    );
    assert.throws(() => loadTrustedCas(missing), named(missing));
    assert.throws(() => loadTrustedCas(nonsense), named(nonsense));
    assert.throws(() => loadTrustedCas(empty), named(empty));
  });
});
