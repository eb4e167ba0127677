// SPDX-License-Identifier: EUPL-1.2
import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { pemBlock } from '../../wire/cms/pem.ts';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** RSA-2048 for what is signed as mail or file (SIG-6), P-256 for TLS. */
export type KeyKind = 'rsa-2048' | 'p-256';

const generate = promisify(generateKeyPair);

/** A fresh key pair, made in the thread pool: some 100 ms of a core for RSA, less than one for P-256. */
export async function makeKeyPair(kind: KeyKind): Promise<KeyPair> {
  return kind === 'rsa-2048'
    ? await generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 })
    : await generate('ec', { namedCurve: 'P-256' });
}

/** Both halves from the private one. */
export function keyPairOf(privateKey: KeyObject): KeyPair {
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** A private key with its certificate and the CA certificates above it, issuing CA first, root left out; DER. */
export interface Identity {
  readonly privateKey: KeyObject;
  readonly certificate: Buffer;
  readonly chain: readonly Buffer[];
}

/** One certificate as PEM (RFC 7468). */
export function certificatePem(der: Buffer): string {
  return pemBlock(der, 'CERTIFICATE');
}

/** What node:tls and other servers take: certificate and chain in one text, the key (PKCS#8) in another. */
export function identityPem({ privateKey, certificate, chain }: Identity): {
  certificate: string;
  key: string;
} {
  return {
    certificate: [certificate, ...chain].map(certificatePem).join(''),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
