// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { openEncapsulated } from '../../wire/cms/signed-data.ts';
import type { CertificationPaths, PathResult } from './certification-paths.ts';
import { judgePath } from './path-rules.ts';
import { checkContent, findSigner } from './signer-check.ts';
import { missing, type SignatureFailure, type SoundSignature, unsound } from './verification-result.ts';

/** A signed file whose signature is sound, and what it holds. */
export interface SoundFile extends SoundSignature {
  readonly content: Buffer;
}

/** Whom a signed file may come from: certificates trusted by themselves, or a path to an authority. */
export interface FileTrust {
  /** Signing certificates that are trusted as they are, if they are valid at the instant (U-22). */
  readonly signers?: readonly Certificate[];
  /** Otherwise the signer must lead to an anchor of these. */
  readonly paths?: CertificationPaths;
}

/** DIR-9, DIR-13: opens a `.p7m` (CMS SignedData with its content inside, DER) and verifies its one signature. */
export async function openSignedFile(
  der: Buffer,
  { trust, instant }: { trust: FileTrust; instant: Instant },
): Promise<SoundFile | SignatureFailure> {
  const parsed = openEncapsulated(der);
  if (!parsed.ok) return missing('bad-cms', parsed.reason);
  const { content, contentType, certificates } = parsed.value;
  const one = findSigner(parsed.value);
  if ('authentic' in one) return one;
  const check = checkContent(one, contentType);
  if ('authentic' in check) return check;
  check.update(content);
  const failure = check.conclude();
  if (failure !== null) return failure;
  const { certificate, signer } = one;
  const path = await judgeTrust(certificate, { trust, instant, carried: certificates });
  if (!path.ok) return unsound(path.reason, path.detail);
  return {
    authentic: true,
    content,
    certificate,
    certificateHash: certificate.sha1,
    signedAt: signer.signedAttributes?.signingTime ?? null,
    verifiedAt: instant,
    digestAlgorithm: check.digestAlgorithm,
    chain: path.chain,
    crlNumber: path.crlNumber,
  };
}

async function judgeTrust(
  certificate: Certificate,
  { trust, instant, carried }: { trust: FileTrust; instant: Instant; carried: readonly Buffer[] },
): Promise<PathResult> {
  if (trust.signers?.some(({ der }) => der.equals(certificate.der)) === true) {
    const failure = judgePath([certificate], instant);
    return failure === null ? { ok: true, chain: [certificate], crlNumber: null } : { ok: false, ...failure };
  }
  if (trust.paths !== undefined) return trust.paths.judge(certificate, { instant, carried });
  return {
    ok: false,
    reason: 'chain-broken',
    detail: 'signed by a certificate that is not trusted for this',
  };
}
