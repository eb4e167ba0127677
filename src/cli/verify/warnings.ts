// SPDX-License-Identifier: EUPL-1.2
import type { SignatureFailure, SoundMessage } from '../../trust/signing/verification-result.ts';
import { schemeOf } from '../../wire/cms/algorithms.ts';
import type { OriginalFacts, Warning } from './verification-report.ts';

/** Smallest RSA modulus that nobody has to be warned of, in bits. */
const MIN_RSA_BITS = 2048;

/**
 * What is weak in a message that holds. SHA-1 of old signatures is verified, not refused (SIG-6), and whoever reads
 * the result is told: two contents with the same SHA-1 can be made by whoever makes both.
 */
export function warningsAbout(
  sound: SoundMessage | SignatureFailure,
  original: OriginalFacts | null,
): readonly Warning[] {
  const warnings: Warning[] = [];
  if (sound.authentic) {
    // How the anchor was signed does not matter: it is trusted for itself.
    const signed = sound.chain.slice(0, -1);
    const bits = sound.certificate.publicKey?.asymmetricKeyDetails?.modulusLength;
    if (sound.digestAlgorithm === 'sha1') warnings.push('sha1-signature');
    if (signed.some(({ signed: { algorithm } }) => schemeOf(algorithm, null)?.digest === 'sha1'))
      warnings.push('sha1-certificate');
    if (bits !== undefined && bits < MIN_RSA_BITS) warnings.push('short-key');
  }
  if (original !== null && original.hashFiles.length > 0) warnings.push('sha1-hashes');
  return warnings;
}
