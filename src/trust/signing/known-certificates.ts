// SPDX-License-Identifier: EUPL-1.2
import { type Certificate, readCertificate } from '../../wire/cms/certificate.ts';
import type { Parsed } from '../../wire/cms/malformed.ts';

/** Most certificates remembered; there are about twenty providers, each with a chain. */
export const MAX_KNOWN = 256;
/** Larger ones are read each time, so that what is remembered stays small. */
export const MAX_KNOWN_BYTES = 8 * 1024;

/**
 * Certificates read before, by their octets. The same few come with every message of the circuit, and reading
 * one, with its public key, costs more than checking the signature made with it. Nothing is believed for being
 * here: the same octets always read the same.
 */
export class KnownCertificates {
  readonly #byOctets = new Map<string, Certificate>();

  /** The certificate of this DER; what cannot be read is read anew each time. */
  read(der: Buffer): Parsed<Certificate> {
    if (der.length > MAX_KNOWN_BYTES) return readCertificate(der);
    const key = der.toString('latin1');
    const known = this.#byOctets.get(key);
    if (known !== undefined) return { ok: true, value: known };
    const parsed = readCertificate(der);
    if (parsed.ok) this.#remember(key, parsed.value);
    return parsed;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#byOctets.size;
  }

  #remember(key: string, certificate: Certificate): void {
    const [oldest] = this.#byOctets.keys();
    if (this.#byOctets.size >= MAX_KNOWN && oldest !== undefined) this.#byOctets.delete(oldest);
    this.#byOctets.set(key, certificate);
  }
}
