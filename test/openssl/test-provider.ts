// SPDX-License-Identifier: EUPL-1.2
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKey } from '../../src/trust/signing/file-key.ts';
import { Signer } from '../../src/trust/signing/signer.ts';
import { type Certificate, readCertificate } from '../../src/wire/cms/certificate.ts';
import { type IssuedCertificate, TestAuthority } from './test-authority.ts';

/** A temporary folder that goes away with the test file. */
export function temporaryFolder(after: (end: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-'));
  after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A root, an issuing authority below it and the signing certificate of Gestore Alfa, as in the field (spec section 6.3). */
export class TestProvider {
  readonly root: TestAuthority;
  readonly issuing: TestAuthority;
  readonly alfa: IssuedCertificate;
  readonly signer: Signer;

  constructor(folder: string) {
    this.root = new TestAuthority(folder);
    const extensions = [
      'basicConstraints=critical,CA:true,pathlen:0',
      'keyUsage=critical,keyCertSign,cRLSign',
      'subjectKeyIdentifier=hash',
      'authorityKeyIdentifier=keyid',
      'crlDistributionPoints=URI:ldap://ldap.test/root,URI:http://crl.test/root.crl',
    ];
    this.issuing = this.root.authority('issuing', extensions);
    this.alfa = this.issuing.issue('alfa');
    this.signer = this.signerOf(this.alfa);
  }

  signerOf({ keyFile, der }: IssuedCertificate): Signer {
    const key = createPrivateKey(readFileSync(keyFile));
    const file = new FileKey(key);
    return new Signer({ certificate: der, chain: [this.issuing.der], sign: (bytes) => file.sign(bytes) });
  }
}

/** Reads a certificate that must be good. */
export function certificateOf(der: Buffer): Certificate {
  const parsed = readCertificate(der);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}
