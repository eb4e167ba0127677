// SPDX-License-Identifier: EUPL-1.2
import { type KeyObject, verify } from 'node:crypto';
import { Fault } from '../../platform/faults.ts';
import { readCertificate } from '../../wire/cms/certificate.ts';

/**
 * A private RSA key, wherever it lives (SIG-3, SIG-5): a file, a hardware module. The key itself never crosses this
 * port. To be disposed when nothing signs any more.
 */
export interface PrivateKey extends AsyncDisposable {
  readonly publicKey: KeyObject;
  /**
   * RSASSA-PKCS1-v1_5 with SHA-256 over `bytes`, off the event loop. Throws the temporary `Fault`
   * `signing-key-unusable`: the same bytes may be brought again.
   */
  sign(bytes: Buffer): Promise<Buffer>;
}

/** A private key as signatures need it: with its certificate. */
export interface KeyDriver extends Pick<PrivateKey, 'sign'> {
  /** The signing certificate, DER. */
  readonly certificate: Buffer;
  /** The certificates above it that travel with each signature, issuing CA first, DER (SIG-2). */
  readonly chain: readonly Buffer[];
}

/** The same, to be disposed by whoever opened it. */
export interface CertifiedKey extends KeyDriver, AsyncDisposable {}

/**
 * Signs a fixed text and checks it with the certificate: the key answers and belongs to the certificate.
 * @throws Fault `signing-key-unusable`, `signing-key-mismatch`
 */
export async function selfTest(driver: KeyDriver): Promise<void> {
  const text = Buffer.from('Ceralacca signing key self-test');
  const signature = await driver.sign(text);
  const certificate = readCertificate(driver.certificate);
  const key = certificate.ok ? certificate.value.publicKey : null;
  if (key !== null && verify('sha256', text, key, signature)) return;
  const message = 'the signing key does not belong to the signing certificate';
  throw new Fault('signing-key-mismatch', message, { temporary: false });
}
