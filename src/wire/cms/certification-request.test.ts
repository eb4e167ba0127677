// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readCertificationRequest } from './certification-request.ts';

const folder = mkdtempSync(join(tmpdir(), 'request-'));
after(() => rmSync(folder, { recursive: true }));

function request(...key: readonly string[]): Buffer {
  const keyFile = join(folder, 'key.pem');
  execFileSync('openssl', ['genpkey', ...key, '-out', keyFile], { stdio: 'pipe' });
  const subject = '/C=IT/O=Gestore Alfa S.p.A./CN=Posta Certificata';
  const name = ['-subj', subject, '-addext', 'subjectAltName=email:posta-certificata@pec.alfa.test'];
  return execFileSync('openssl', ['req', '-new', '-key', keyFile, '-outform', 'DER', ...name]);
}

test('RFC 2986: requests of openssl are read, RSA, P-256 and Ed25519', () => {
  for (const [kind, ...key] of [
    ['rsa', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
    ['ec', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ['ed25519', '-algorithm', 'ED25519'],
  ] as const) {
    const reading = readCertificationRequest(request(...key));
    assert.ok(reading.ok, `${kind}: ${reading.ok || reading.reason}`);
    assert.equal(reading.value.publicKey.asymmetricKeyType, kind);
    assert.equal(reading.value.subject.attributes[1]?.text, 'Gestore Alfa S.p.A.');
  }
});

test('RFC 2986 section 3: a request that was changed anywhere is refused, and no octets make it throw', () => {
  const good = request('-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256');
  for (let at = 0; at < good.length; at++) {
    const changed = Buffer.from(good);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    assert.equal(readCertificationRequest(changed).ok, false, `octet ${at}`);
    assert.equal(readCertificationRequest(good.subarray(0, at)).ok, false, `cut at ${at}`);
  }
});
