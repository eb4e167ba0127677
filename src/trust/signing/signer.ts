// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Instant } from '../../platform/clock.ts';
import { Fault } from '../../platform/faults.ts';
import { type Certificate, readCertificate } from '../../wire/cms/certificate.ts';
import { SignatureTemplate } from '../../wire/cms/signature-template.ts';
import type { KeyDriver } from './key-driver.ts';

/** Makes CMS signatures with the provider's key (SIG-3, SIG-6, SIG-7); what never changes is encoded once. */
export class Signer {
  /** The signing certificate; `rfc822Names` holds the From address of all that is signed (GEN-6). */
  readonly certificate: Certificate;
  readonly #driver: KeyDriver;
  readonly #template: SignatureTemplate;

  /** @throws Fault `signing-certificate-unreadable` */
  constructor(driver: KeyDriver) {
    const parsed = readCertificate(driver.certificate);
    if (!parsed.ok) {
      const message = `the signing certificate cannot be read: ${parsed.reason}`;
      throw new Fault('signing-certificate-unreadable', message, { temporary: false });
    }
    this.certificate = parsed.value;
    this.#driver = driver;
    // SIG-2: the signer's certificate and those above it travel with each signature.
    this.#template = new SignatureTemplate(parsed.value, { chain: driver.chain });
  }

  /**
   * A detached CMS signature, DER, over content with this SHA-256. `instant` becomes signingTime, in whole
   * seconds (TIME-1). Throws `Fault` when the key cannot be used.
   */
  async sign(digestSha256: Buffer, instant: Instant): Promise<Buffer> {
    const attributes = this.#template.attributes(digestSha256, instant);
    return this.#template.detached(attributes, await this.#driver.sign(attributes));
  }

  /** A CMS message with `content` inside, DER: a `.p7m` (DIR-7). Throws `Fault` when the key cannot be used. */
  async seal(content: Buffer, instant: Instant): Promise<Buffer> {
    const attributes = this.#template.attributes(hash('sha256', content, 'buffer'), instant);
    const signature = await this.#driver.sign(attributes);
    return this.#template.encapsulated(content, { attributes, signature });
  }
}
