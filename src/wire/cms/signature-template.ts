// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { TAG } from './der-reader.ts';
import { der, integer, nullValue, octetString, oid, sequence, setOf, time } from './der-writer.ts';
import { OID } from './oids.ts';

/**
 * Everything in a CMS signature that stays the same from one message to the next, encoded once per key:
 * RSASSA-PKCS1-v1_5 with SHA-256, signed attributes contentType, signingTime, messageDigest (SIG-7)
 * and signing-certificate-v2 (RFC 5035).
 */
export class SignatureTemplate {
  readonly #version: Buffer;
  readonly #contentType: Buffer;
  readonly #digestAlgorithms: Buffer;
  readonly #certificates: Buffer;
  readonly #signerHead: Buffer;
  readonly #signatureAlgorithm: Buffer;
  readonly #contentTypeAttribute: Buffer;
  readonly #certificateAttribute: Buffer;

  /**
   * `chain`: DER of the certificates to carry besides the signer's own (SIG-2); `contentType`: OID of what is signed,
   * plain data unless told.
   */
  constructor(
    certificate: Certificate,
    { chain = [], contentType = OID.data }: { chain?: readonly Buffer[]; contentType?: string } = {},
  ) {
    // RFC 5652 section 5.1
    this.#version = integer(contentType === OID.data ? 1 : 3);
    this.#contentType = oid(contentType);
    const sha256 = sequence(oid(OID.sha256), nullValue());
    this.#digestAlgorithms = setOf(sha256);
    // CertificateSet is a SET, so DER wants it sorted too.
    const certificates = [certificate.der, ...chain].sort(Buffer.compare);
    this.#certificates = der(0xa0, ...certificates);
    const serial = der(TAG.integer, certificate.serial);
    this.#signerHead = Buffer.concat([integer(1), sequence(certificate.issuer.der, serial), sha256]);
    this.#signatureAlgorithm = sequence(oid(OID.rsaEncryption), nullValue());
    this.#contentTypeAttribute = attribute(OID.contentType, this.#contentType);
    this.#certificateAttribute = attribute(OID.signingCertificateV2, signingCertificate(certificate));
  }

  /** The octets to sign: the DER of the SET of signed attributes (RFC 5652 section 5.4). */
  attributes(contentDigest: Uint8Array, signingTimeMs: number): Buffer {
    return setOf(
      this.#contentTypeAttribute,
      attribute(OID.signingTime, time(signingTimeMs)),
      attribute(OID.messageDigest, octetString(contentDigest)),
      this.#certificateAttribute,
    );
  }

  /** The CMS message around a detached content, DER. */
  detached(attributes: Buffer, signature: Uint8Array): Buffer {
    return this.#wrap(sequence(this.#contentType), this.#signerInfo(attributes, signature));
  }

  /** The CMS message with its content inside, DER: a `.p7m` (DIR-7). */
  encapsulated(
    content: Uint8Array,
    { attributes, signature }: { attributes: Buffer; signature: Uint8Array },
  ): Buffer {
    const encapsulated = sequence(this.#contentType, der(0xa0, octetString(content)));
    return this.#wrap(encapsulated, this.#signerInfo(attributes, signature));
  }

  #signerInfo(attributes: Buffer, signature: Uint8Array): Buffer {
    const implicit = Buffer.from(attributes);
    implicit[0] = 0xa0;
    return sequence(this.#signerHead, implicit, this.#signatureAlgorithm, octetString(signature));
  }

  #wrap(encapsulatedContent: Buffer, signerInfo: Buffer): Buffer {
    const signedData = sequence(
      this.#version,
      this.#digestAlgorithms,
      encapsulatedContent,
      this.#certificates,
      setOf(signerInfo),
    );
    return sequence(oid(OID.signedData), der(0xa0, signedData));
  }
}

function attribute(type: string, value: Buffer): Buffer {
  return sequence(oid(type), setOf(value));
}

/** SigningCertificateV2 with one ESSCertIDv2; SHA-256 is its default, so the algorithm is left out. */
function signingCertificate(certificate: Certificate): Buffer {
  const issuer = sequence(der(0xa4, certificate.issuer.der));
  const issuerSerial = sequence(issuer, der(TAG.integer, certificate.serial));
  const certificateId = sequence(octetString(hash('sha256', certificate.der, 'buffer')), issuerSerial);
  return sequence(sequence(certificateId));
}
