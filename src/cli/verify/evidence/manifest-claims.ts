// SPDX-License-Identifier: EUPL-1.2
import { EVIDENCE_FILES } from '../../../evidence/evidence-file/index-model.ts';
import type { Instant } from '../../../platform/clock.ts';
import type { DirectorySnapshot } from '../../../trust/provider-directory/directory-snapshot.ts';
import { printName } from '../../../wire/cms/distinguished-name.ts';
import { sameAddress } from '../../../wire/mime/addresses.ts';
import type { ClaimBook } from './claims.ts';
import type { Chain, EvidenceTrust } from './evidence-trust.ts';
import type { EvidencePackage } from './package-claim.ts';

export interface ManifestFacts {
  /** When the time-stamp authority says that the signed index was there; undefined without a stamp that holds. */
  readonly stampedAt: Instant | undefined;
  /** Of the index's signer; undefined when the signature does not hold. */
  readonly chain: Chain | undefined;
  readonly stampChain: Chain | undefined;
}

/** Claims `manifest` and `manifest-stamp`: the stamp first, since certificates are judged at its time. */
export async function checkManifest(
  evidence: EvidencePackage,
  {
    trust,
    book,
    directory,
  }: {
    readonly trust: EvidenceTrust;
    readonly book: ClaimBook;
    readonly directory: DirectorySnapshot | null;
  },
): Promise<ManifestFacts> {
  const { index, indexOctets, signedIndex, indexStamp } = evidence;
  const stamp = indexStamp === undefined ? undefined : await trust.checkStamp(indexStamp, signedIndex);
  const stampFile = EVIDENCE_FILES.indexStamp;
  if (stamp === undefined) {
    const detail = 'nobody but the provider says when the file was made';
    book.leaveOpen('manifest-stamp', 'stamp-missing', { file: stampFile, detail });
  } else if (!stamp.ok) {
    book.refute('manifest-stamp', 'stamp-broken', { file: stampFile, detail: stamp.reason });
  }
  const stampedAt = stamp?.ok === true ? stamp.instant : undefined;
  const stampChain = stamp?.ok === true ? stamp.chain : undefined;
  const file = EVIDENCE_FILES.signedIndex;
  const opened = await trust.openSigned(signedIndex, () => stampedAt ?? index.createdAt);
  if (!opened.ok) {
    book.refute('manifest', 'signature-broken', { file, detail: opened.reason });
    return { stampedAt, stampChain, chain: undefined };
  }
  const { certificate, content, chain } = opened;
  const { serviceAddress } = index.provider;
  if (!certificate.rfc822Names.some((name) => sameAddress(name, serviceAddress))) {
    const detail = `${printName(certificate.subject)} is not ${serviceAddress}`;
    book.refute('manifest', 'signer-differs', { file, detail });
  }
  if (directory !== null && directory.findByCertificateHash(certificate.sha1).length === 0) {
    const detail = `no provider of the index has the certificate ${certificate.sha1}`;
    book.refute('manifest', 'signer-not-in-index', { file, detail });
  }
  if (!content.equals(indexOctets)) {
    const detail = 'what is signed is another index';
    book.refute('manifest', 'index-differs', { file: EVIDENCE_FILES.index, detail });
  }
  return { stampedAt, stampChain, chain };
}
