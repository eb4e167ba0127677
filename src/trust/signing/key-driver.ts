// SPDX-License-Identifier: EUPL-1.2

/**
 * The provider's private key, wherever it lives (SIG-3, SIG-5): a file, a hardware module, a remote signer.
 * The key itself never crosses this port.
 */
export interface KeyDriver {
  /** The signing certificate, DER. */
  readonly certificate: Buffer;
  /** The certificates above it that travel with each signature, issuing CA first, DER (SIG-2). */
  readonly chain: readonly Buffer[];
  /** RSASSA-PKCS1-v1_5 with SHA-256 over `bytes`, off the event loop. Throws `Fault` (`signing-key-unusable`). */
  sign(bytes: Buffer): Promise<Buffer>;
}
