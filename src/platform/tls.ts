// SPDX-License-Identifier: EUPL-1.2
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { Fault } from './faults.ts';

/** Nothing older is spoken, with users and with providers alike (SEC-11). */
export const TLS_MIN_VERSION = 'TLSv1.2';

/**
 * Forward secrecy and authenticated encryption only. The list rules TLS 1.2; TLS 1.3 has no suite
 * that lacks either.
 */
const TLS12_CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

const TLS_CIPHERS = `TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:${TLS12_CIPHERS}`;

/** Who we are towards clients: a private key and its certificate chain, as PEM. */
export interface TlsIdentity {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/**
 * Reads a key and its certificate chain from PEM files and makes sure that they belong together.
 * Throws the Fault `tls-material` naming the file.
 */
export function loadTlsIdentity(files: { readonly keyFile: string; readonly certFile: string }): TlsIdentity {
  const identity = { key: readPem(files.keyFile), cert: readPem(files.certFile) };
  try {
    createSecureContext(identity);
  } catch (cause) {
    throw new Fault(
      'tls-material',
      `${files.keyFile} and ${files.certFile} are no matching key and certificate`,
      {
        temporary: false,
        cause,
      },
    );
  }
  return identity;
}

/** Reads the certificates that peers' chains must lead to. Throws the Fault `tls-material`. */
export function loadTrustedCas(caFile: string): Buffer {
  const ca = readPem(caFile);
  try {
    // TLS itself passes over what it cannot read, and then trusts nobody.
    const blocks = ca.toString('latin1').match(CERTIFICATE) ?? [];
    for (const block of blocks) new X509Certificate(block);
    if (blocks.length > 0) return ca;
  } catch (cause) {
    throw new Fault('tls-material', `${caFile} holds a certificate that cannot be read`, {
      temporary: false,
      cause,
    });
  }
  throw new Fault('tls-material', `${caFile} holds no certificate`, { temporary: false });
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** What every TLS server of the house is opened with. */
export function serverTlsOptions(identity: TlsIdentity): TlsOptions {
  return { ...identity, minVersion: TLS_MIN_VERSION, ciphers: TLS_CIPHERS, honorCipherOrder: true };
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Fault('tls-material', `${path} cannot be read`, { temporary: false, cause });
  }
}
