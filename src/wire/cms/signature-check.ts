// SPDX-License-Identifier: EUPL-1.2
import { createHash, createVerify, type Hash, type KeyObject, type Verify } from 'node:crypto';
import { digestOf, keyFits, keyInput, type SignatureScheme, schemeOf, signatureHolds } from './algorithms.ts';
import { attempt } from './malformed.ts';
import { OID } from './oids.ts';
import type { SignerInfo } from './signed-data.ts';

/** What checking one signature over one content found. */
export type SignatureVerdict = 'valid' | 'digest-mismatch' | 'signature-invalid' | 'unsupported-algorithm';

interface Question {
  readonly signer: SignerInfo;
  /** Public key of the signer's certificate. */
  readonly key: KeyObject;
  /** The eContentType of the SignedData. */
  readonly contentType: string;
}

/**
 * Checks one signature while the content passes by: `update` with each chunk, then `conclude`.
 * Whose key it is, whether to trust it and whether the digest is good enough is the caller's affair.
 */
export class SignatureCheck {
  readonly #question: Question;
  readonly #scheme: SignatureScheme | null;
  readonly #content: Hash | Verify | null;

  constructor(question: Question) {
    this.#question = question;
    const { signer } = question;
    const digest = digestOf(signer.digestAlgorithm);
    // Broken PSS parameters are just another scheme that is not known here.
    const scheme = attempt(() => schemeOf(signer.signatureAlgorithm, signatureDigest(signer)));
    this.#scheme = scheme.ok ? scheme.value : null;
    if (digest === null || this.#scheme === null) this.#content = null;
    else if (signer.signedAttributes !== null) this.#content = createHash(digest);
    // RFC 5652 section 5.4: without attributes the signature is over the content itself.
    else this.#content = this.#scheme.digest === null ? null : createVerify(this.#scheme.digest);
  }

  update(chunk: Uint8Array): void {
    this.#content?.update(chunk);
  }

  conclude(): SignatureVerdict {
    const { signer, key, contentType } = this.#question;
    const content = this.#content;
    if (content === null || this.#scheme === null || !keyFits(this.#scheme, key))
      return 'unsupported-algorithm';
    if (!('digest' in content)) return this.#concludeDirect(content);
    const attributes = signer.signedAttributes;
    if (attributes === null || attributes.contentType !== contentType) return 'signature-invalid';
    if (!content.digest().equals(attributes.messageDigest)) return 'digest-mismatch';
    const { encoded: data } = attributes;
    const holds = signatureHolds(this.#scheme, { key, data, signature: signer.signature });
    return holds ? 'valid' : 'signature-invalid';
  }

  #concludeDirect(content: Verify): SignatureVerdict {
    const { signer, key, contentType } = this.#question;
    // RFC 5652 section 5.3: attributes may be missing only when the content is plain data.
    if (this.#scheme === null || contentType !== OID.data) return 'signature-invalid';
    try {
      const holds = content.verify(keyInput(this.#scheme, key), signer.signature);
      return holds ? 'valid' : 'signature-invalid';
    } catch {
      return 'signature-invalid';
    }
  }
}

/**
 * The digest the signature algorithm must agree with: that of the content, but for Ed25519, which has
 * its own (RFC 8419 section 3).
 */
function signatureDigest(signer: SignerInfo): ReturnType<typeof digestOf> {
  return signer.signatureAlgorithm.oid === OID.ed25519 ? null : digestOf(signer.digestAlgorithm);
}
