// SPDX-License-Identifier: EUPL-1.2
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { Fault } from '../../platform/faults.ts';
import type { CertifiedKey, PrivateKey } from './key-driver.ts';
import { readSecretFile, readSecretLine } from './secret-file.ts';
import { certifyKey, type SigningCertificateOptions } from './signing-certificate.ts';

const signInThreadPool = promisify(sign);

/** Where a private key lies. */
export interface KeyFile {
  /** PEM, PKCS#8 (plain or encrypted); readable by its owner only. */
  readonly keyFile: string;
  /** Holds the passphrase of an encrypted key on its first line; readable by its owner only. */
  readonly passphraseFile?: string;
}

export interface FileKeyOptions extends KeyFile, SigningCertificateOptions {}

/** A private key in a file, loaded once; signatures are made in the thread pool. */
export class FileKey implements PrivateKey {
  readonly publicKey: KeyObject;
  readonly #key: KeyObject;

  constructor(key: KeyObject) {
    this.#key = key;
    this.publicKey = createPublicKey(key);
  }

  async sign(bytes: Buffer): Promise<Buffer> {
    try {
      return await signInThreadPool('sha256', bytes, this.#key);
    } catch (cause) {
      throw new Fault('signing-key-unusable', 'the signing key failed to sign', { temporary: true, cause });
    }
  }

  /** Memory is all there is to give back. */
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Loads a private key. @throws Fault `key-file-unreadable`, `key-file-exposed`, `signing-key-unreadable` */
export async function openPrivateKey({ keyFile, passphraseFile }: KeyFile): Promise<FileKey> {
  const pem = await readSecretFile(keyFile);
  const passphrase = passphraseFile === undefined ? undefined : await readSecretLine(passphraseFile);
  try {
    const options = passphrase === undefined ? {} : { passphrase };
    return new FileKey(createPrivateKey({ key: pem, format: 'pem', ...options }));
  } catch (cause) {
    const hint =
      passphraseFile === undefined ? 'an encrypted key needs a passphrase file' : 'is the passphrase right?';
    const message = `${keyFile} holds no private key that can be read (${hint})`;
    throw new Fault('signing-key-unreadable', message, { temporary: false, cause });
  }
}

/** A key file with its certificate, both checked. @throws Fault as `openPrivateKey` and `certifyKey` do */
export async function openFileKey(options: FileKeyOptions): Promise<CertifiedKey> {
  const { keyFile, passphraseFile, ...certificate } = options;
  const key = await openPrivateKey({ keyFile, ...(passphraseFile !== undefined && { passphraseFile }) });
  return await certifyKey(key, { ...certificate, place: keyFile });
}
