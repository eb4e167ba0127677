// SPDX-License-Identifier: EUPL-1.2
import { createPublicKey, hash } from 'node:crypto';
import type { Clock, Instant } from '../../platform/clock.ts';
import { readWhole, TAG } from '../../wire/cms/der-reader.ts';
import { wholeBits } from '../../wire/cms/der-values.ts';
import {
  MAX_OCSP_REQUEST_BYTES,
  type OcspCertId,
  type OcspStatus,
  ocspCertificates,
  readOcspRequest,
  writeOcspFailure,
  writeOcspResponse,
  writeOcspResponseData,
} from '../../wire/cms/ocsp.ts';
import { type Authority, ISSUER_NAMES, type IssuerName } from './authority.ts';
import type { Service } from './authority-server.ts';
import { VALIDITY_DAYS } from './certificate-profiles.ts';
import { keyIdentifier, keyInfo, signStructure } from './certificate-writer.ts';
import { type Issuer, REVOCATION_REASONS } from './issuer.ts';
import type { Identity } from './key-pair.ts';

export const OCSP_PATH = '/ocsp';

/** For how long an answer is good. */
const VALIDITY_MS = 3_600_000;

/** How long before its end the certificate that answers are signed with is replaced. */
const RENEWAL_MS = 7 * 24 * 3_600_000;

/** Who signs the answers for a CA. */
interface AnswerSigner {
  readonly identity: Identity;
  /** The CA's certificate, DER. */
  readonly issuer: Buffer;
  readonly renewAt: Instant;
}

/**
 * Says of certificates whether they were revoked (RFC 6960, by POST and GET), signed with a certificate that the CA
 * issued for that alone (section 4.2.2.2). `good` means not revoked, no more (section 2.2): what was issued is not kept
 * by number.
 */
export class OcspResponder {
  readonly #authority: () => Authority | Promise<Authority>;
  readonly #clock: Clock;
  readonly #signers = new Map<IssuerName, Promise<AnswerSigner>>();

  /** `authority` is asked anew for each request: its revocations may have been read again. */
  constructor(authority: () => Authority | Promise<Authority>, clock: Clock) {
    this.#authority = authority;
    this.#clock = clock;
  }

  /** The service of RFC 6960 appendix A, for an `AuthorityServer`. */
  service(): Service {
    return {
      path: OCSP_PATH,
      requestType: 'application/ocsp-request',
      replyType: 'application/ocsp-response',
      limitBytes: MAX_OCSP_REQUEST_BYTES,
      inPath: true,
      reply: (request) => this.answer(request),
    };
  }

  /** The answer to a request, both DER. */
  async answer(source: Buffer): Promise<Buffer> {
    const request = readOcspRequest(source);
    if (!request.ok) return writeOcspFailure('malformedRequest');
    const { certificates, nonce } = request.value;
    const authority = await this.#authority();
    const name = ISSUER_NAMES.find((each) => certificates.some((id) => isOf(id, authority.issuers[each])));
    if (name === undefined) return writeOcspFailure('unauthorized');
    const issuer = authority.issuers[name];
    const { privateKey, certificate } = await this.#signerOf(name, authority);
    const now = this.#clock.now();
    const data = writeOcspResponseData({
      responderKeyHash: keyIdentifier(createPublicKey(privateKey)),
      producedAt: now,
      nextUpdate: now + VALIDITY_MS,
      // One answer has one signer: of certificates of another CA it knows nothing.
      answers: certificates.map((id) => ({ id, ...statusOf(id, issuer) })),
      nonce,
    });
    const more = ocspCertificates([certificate]);
    return writeOcspResponse(await signStructure(data, privateKey, { more }));
  }

  /** The same for all until it is to be renewed, or the CA has another certificate. */
  async #signerOf(name: IssuerName, authority: Authority): Promise<Identity> {
    const now = this.#clock.now();
    const known = await this.#signers.get(name)?.catch(() => undefined);
    const issuer = authority.issuers[name].certificate;
    if (known?.issuer.equals(issuer) && now < known.renewAt) return known.identity;
    const renewAt = now + VALIDITY_DAYS.ocsp * 24 * 3_600_000 - RENEWAL_MS;
    const fresh = authority
      .issueOcspResponder(name)
      .then((identity): AnswerSigner => ({ identity, issuer, renewAt }));
    this.#signers.set(name, fresh);
    return (await fresh).identity;
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
