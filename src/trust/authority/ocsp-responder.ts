// SPDX-License-Identifier: EUPL-1.2
import { hash } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { readWhole, TAG } from '../../wire/cms/der-reader.ts';
import { wholeBits } from '../../wire/cms/der-values.ts';
import {
  MAX_OCSP_REQUEST_BYTES,
  type OcspCertId,
  type OcspStatus,
  readOcspRequest,
  writeOcspFailure,
  writeOcspResponse,
  writeOcspResponseData,
} from '../../wire/cms/ocsp.ts';
import { type Authority, ISSUER_NAMES } from './authority.ts';
import type { Service } from './authority-server.ts';
import { keyIdentifier, keyInfo, signStructure } from './certificate-writer.ts';
import { type Issuer, REVOCATION_REASONS } from './issuer.ts';

export const OCSP_PATH = '/ocsp';

/** For how long an answer is good. */
const VALIDITY_MS = 3_600_000;

/**
 * Says of certificates whether they were revoked (RFC 6960, by POST), signed by the CA that issued them (section
 * 4.2.2.2). `good` means not revoked, no more (section 2.2): what was issued is not kept by number.
 */
export class OcspResponder {
  readonly #authority: () => Authority | Promise<Authority>;
  readonly #clock: Clock;

  /** `authority` is asked anew for each request: its revocations may have been read again. */
  constructor(authority: () => Authority | Promise<Authority>, clock: Clock) {
    this.#authority = authority;
    this.#clock = clock;
  }

  /** The service of RFC 6960 appendix A.1, for an `AuthorityServer`. */
  service(): Service {
    return {
      path: OCSP_PATH,
      requestType: 'application/ocsp-request',
      replyType: 'application/ocsp-response',
      limitBytes: MAX_OCSP_REQUEST_BYTES,
      reply: (request) => this.answer(request),
    };
  }

  /** The answer to a request, both DER. */
  async answer(source: Buffer): Promise<Buffer> {
    const request = readOcspRequest(source);
    if (!request.ok) return writeOcspFailure('malformedRequest');
    const { certificates, nonce } = request.value;
    const authority = await this.#authority();
    const issuers = ISSUER_NAMES.map((name) => authority.issuers[name]);
    const issuer = issuers.find((candidate) => certificates.some((id) => isOf(id, candidate)));
    if (issuer === undefined) return writeOcspFailure('unauthorized');
    const now = this.#clock.now();
    const data = writeOcspResponseData({
      responderKeyHash: keyIdentifier(issuer.keyPair.publicKey),
      producedAt: now,
      nextUpdate: now + VALIDITY_MS,
      // One answer has one signer: of certificates of another CA it knows nothing.
      answers: certificates.map((id) => ({ id, ...statusOf(id, issuer) })),
      nonce,
    });
    return writeOcspResponse(await signStructure(data, issuer.keyPair.privateKey));
  }
}

function statusOf(id: OcspCertId, issuer: Issuer): OcspStatus {
  if (!isOf(id, issuer)) return { status: 'unknown' };
  const serial = id.serial.toString('hex');
  const revocation = issuer.revocations.find((one) => one.serial === serial);
  if (revocation === undefined) return { status: 'good' };
  const { revokedAt, reason } = revocation;
  return { status: 'revoked', revokedAt, reasonCode: REVOCATION_REASONS[reason] };
}

function isOf({ digest, issuerNameHash, issuerKeyHash }: OcspCertId, issuer: Issuer): boolean {
  if (digest === null) return false;
  const fields = readWhole(keyInfo(issuer.keyPair.publicKey), 'der').fields();
  fields.next();
  const key = wholeBits(fields.take(TAG.bitString));
  return (
    hash(digest, issuer.name, 'buffer').equals(issuerNameHash) &&
    hash(digest, key, 'buffer').equals(issuerKeyHash)
  );
}
