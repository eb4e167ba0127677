// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { type Certificate, readCertificate } from '../../wire/cms/certificate.ts';
import { printName } from '../../wire/cms/distinguished-name.ts';
import { OID } from '../../wire/cms/oids.ts';
import { SignatureCheck } from '../../wire/cms/signature-check.ts';
import { identifies, readSignedData, type SignerInfo } from '../../wire/cms/signed-data.ts';
import type { DirectoryProblem, DirectoryReason } from './directory-problem.ts';

/** What is inside a signed index once its signature holds, or the one reason why it does not. */
export type SignedIndex =
  | { readonly ok: true; readonly ldif: Buffer; readonly signedAt: Instant | undefined }
  | { readonly ok: false; readonly problem: DirectoryProblem };

export interface SignatureTrust {
  /** The Authority's certificates that may sign the index, DER; several while one is renewed (U-22). */
  readonly authorities: readonly Buffer[];
  /**
   * When the signer's certificate must be valid; `undefined` takes the instant of signing, for a copy that was
   * already judged when it came.
   */
  readonly at: Instant | undefined;
}

/**
 * Opens a `.p7m` (DER, content inside; DIR-7, DIR-10) and verifies it against the configured certificates of the
 * Authority, which are trusted as they are: no path is built (U-22). Never throws on any file.
 */
export function openSignedIndex(p7m: Buffer, trust: SignatureTrust): SignedIndex {
  const parsed = readSignedData(p7m);
  if (!parsed.ok) return refuse('not-signed-data', parsed.reason);
  const { content, contentType, signers } = parsed.value;
  if (content === null) return refuse('not-signed-data', 'the signed file is not inside the signature');
  const [signer, ...others] = signers;
  if (signer === undefined || others.length > 0) {
    return refuse('wrong-signer', `${signers.length} signers, where the Authority alone signs`);
  }
  const authority = authorityOf(signer, trust.authorities);
  if (authority === undefined) return refuse('wrong-signer', 'not signed with a configured certificate');
  const verdict = verdictOf({ signer, authority, contentType, content });
  if (verdict !== undefined) return verdict;
  const signedAt = signer.signedAttributes?.signingTime ?? undefined;
  const at = trust.at ?? signedAt;
  if (at !== undefined && (at < authority.notBefore || at > authority.notAfter)) {
    return refuse(
      'signer-not-valid-now',
      `the certificate of ${printName(authority.subject)} is out of date`,
    );
  }
  return { ok: true, ldif: content, signedAt };
}

function authorityOf(signer: SignerInfo, authorities: readonly Buffer[]): Certificate | undefined {
  for (const der of authorities) {
    const certificate = readCertificate(der);
    if (certificate.ok && identifies(signer.identifier, certificate.value)) return certificate.value;
  }
  return undefined;
}

function verdictOf(question: {
  signer: SignerInfo;
  authority: Certificate;
  contentType: string;
  content: Buffer;
}): SignedIndex | undefined {
  const { signer, authority, contentType, content } = question;
  if (signer.digestAlgorithm.oid === OID.md5) return refuse('weak-digest', 'signed over MD5');
  const key = authority.publicKey;
  if (key === null) return refuse('bad-signature', 'a key of a kind that cannot be used');
  const check = new SignatureCheck({ signer, key, contentType });
  check.update(content);
  const verdict = check.conclude();
  return verdict === 'valid' ? undefined : refuse('bad-signature', verdict);
}

function refuse(reason: DirectoryReason, detail: string): SignedIndex {
  return { ok: false, problem: { reason, detail } };
}
