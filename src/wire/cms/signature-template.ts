// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { TAG } from './der-reader.ts';
import { der, integer, nullValue, octetString, oid, sequence, setOf, time } from './der-writer.ts';
import { OID } from './oids.ts';

/** Stands for a digest: 32 octets that nothing else in the attributes has. */
const DIGEST_MARK = hash('sha256', 'where the digest stands', 'buffer');

interface AttributesSample {
  readonly octets: Buffer;
  readonly time: Buffer;
  readonly timeAt: number;
  readonly digestAt: number;
}

interface DetachedSample {
  readonly attributesBytes: number;
  readonly signatureBytes: number;
  readonly before: Buffer;
  readonly between: Buffer;
}

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
  #attributesSample: AttributesSample | undefined;
  #detachedSample: DetachedSample | undefined;
  #second: { readonly epoch: number; readonly octets: Buffer } = {
    epoch: Number.NaN,
    octets: Buffer.alloc(0),
  };

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

  /** The octets to sign: the DER of the SET of signed attributes (RFC 5652 section 5.4). `contentDigest` is a SHA-256. */
  attributes(contentDigest: Uint8Array, signingTimeMs: number): Buffer {
    const signingTime = this.#timeAt(signingTimeMs);
    let sample = this.#attributesSample;
    if (sample?.time.length !== signingTime.length) sample = this.#sampleAttributes(signingTime);
    const attributes = Buffer.from(sample.octets);
    attributes.set(signingTime, sample.timeAt);
    attributes.set(contentDigest, sample.digestAt);
    return attributes;
  }

  /** The CMS message around a detached content, DER. */
  detached(attributes: Buffer, signature: Uint8Array): Buffer {
    let sample = this.#detachedSample;
    if (sample?.attributesBytes !== attributes.length || sample.signatureBytes !== signature.length) {
      sample = this.#sampleDetached(attributes, signature);
    }
    const message = Buffer.concat([sample.before, attributes, sample.between, signature]);
    // RFC 5652 section 5.4: in the message the SET is [0] IMPLICIT.
    message[sample.before.length] = 0xa0;
    return message;
  }

  /** The CMS message with its content inside, DER: a `.p7m` (DIR-7). */
  encapsulated(
    content: Uint8Array,
    { attributes, signature }: { attributes: Buffer; signature: Uint8Array },
  ): Buffer {
    const encapsulated = sequence(this.#contentType, der(0xa0, octetString(content)));
    return this.#wrap(encapsulated, this.#signerInfo(attributes, signature));
  }

  /** Messages of one second share the encoding of it. */
  #timeAt(epochMs: number): Buffer {
    const second = Math.floor(epochMs / 1000);
    if (this.#second.epoch !== second) this.#second = { epoch: second, octets: time(second * 1000) };
    return this.#second.octets;
  }

  /** The attributes encoded once, and where in them time and digest stand: neither moves the other (DER sorts by head). */
  #sampleAttributes(signingTime: Buffer): AttributesSample {
    const timeAttribute = attribute(OID.signingTime, signingTime);
    const octets = setOf(
      this.#contentTypeAttribute,
      timeAttribute,
      attribute(OID.messageDigest, octetString(DIGEST_MARK)),
      this.#certificateAttribute,
    );
    const digestAt = octets.indexOf(DIGEST_MARK);
    const timeAt = octets.indexOf(timeAttribute) + timeAttribute.length - signingTime.length;
    this.#attributesSample = { octets, time: signingTime, timeAt, digestAt };
    return this.#attributesSample;
  }

  /** What stands before the attributes and between them and the signature, the last of all. */
  #sampleDetached(attributes: Buffer, signature: Uint8Array): DetachedSample {
    const whole = this.#wrap(sequence(this.#contentType), this.#signerInfo(attributes, signature));
    const between = Buffer.concat([this.#signatureAlgorithm, octetString(signature)]);
    const before = whole.subarray(0, whole.length - between.length - attributes.length);
    this.#detachedSample = {
      attributesBytes: attributes.length,
      signatureBytes: signature.length,
      before,
      between: between.subarray(0, between.length - signature.length),
    };
    return this.#detachedSample;
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
