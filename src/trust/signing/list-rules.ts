// SPDX-License-Identifier: EUPL-1.2
import { schemeOf } from '../../wire/cms/algorithms.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';
import { sameName } from '../../wire/cms/distinguished-name.ts';
import { isListSignedBy, type RevocationList } from '../../wire/cms/revocation-list.ts';

/** A certificate, and who issued it. */
export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

/** Why a list says nothing about a certificate, at whatever time; null when it does. RFC 5280 section 6.3.3. */
export function objectionToList(
  list: RevocationList,
  { certificate, issuer }: IssuedCertificate,
): string | null {
  if (!sameName(list.issuer, issuer.subject)) return 'the list of another authority';
  const { scope } = list;
  if (scope === null) return null;
  const isAuthority = certificate.basicConstraints?.ca === true;
  const covered = isAuthority ? !scope.onlyUserCertificates : !scope.onlyCaCertificates;
  const published = scope.urls.length === 0 || scope.urls.some((url) => certificate.crlUrls.includes(url));
  return covered && published ? null : 'a list for other certificates';
}

/** Why a list is not the issuer's; null when it is. */
export function objectionToSignature(list: RevocationList, issuer: Certificate): string | null {
  if (issuer.keyUsage !== null && !issuer.keyUsage.has('cRLSign')) return 'its authority may not sign lists';
  // IP-6: a list anybody could forge proves nothing.
  if (schemeOf(list.signed.algorithm, null)?.digest === 'md5') return 'the list is signed with MD5';
  return isListSignedBy(list, issuer) ? null : 'the list is not signed by the authority';
}
