// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../../platform/clock.ts';
import {
  type IssuedCertificate,
  objectionToList,
  objectionToSignature,
} from '../../../trust/signing/list-rules.ts';
import type { Certificate } from '../../../wire/cms/certificate.ts';
import { printName } from '../../../wire/cms/distinguished-name.ts';
import { findRevoked, type RevocationList } from '../../../wire/cms/revocation-list.ts';

export interface RevocationTimes {
  /** When the signature says that it was made. */
  readonly signedAt: Instant;
  /** When it is proved to have been there; undefined when it is not. */
  readonly provedAt: Instant | undefined;
}

/** What lists say of a certificate, or of a chain. */
export type RevocationFinding =
  | { readonly found: 'good' }
  | { readonly found: 'revoked' | 'revoked-later' | 'unknown'; readonly detail: string };

/**
 * The revocation lists of an evidence file. All that their issuer signed are asked: one that came later may know of a
 * revocation that one of the same day did not.
 */
export class FileLists {
  readonly #lists: readonly RevocationList[];
  /** Of each list, the issuers whose signature on it was checked. */
  readonly #signed = new Map<RevocationList, Map<Certificate['sha1'], boolean>>();

  constructor(lists: readonly RevocationList[]) {
    this.#lists = lists;
  }

  ask(asked: IssuedCertificate, { signedAt, provedAt }: RevocationTimes): RevocationFinding {
    const { certificate, issuer } = asked;
    const about = this.#lists.filter(
      (list) => objectionToList(list, asked) === null && this.#isOf(list, issuer),
    );
    const entries = about.flatMap((list) => findRevoked(list, certificate) ?? []);
    const revokedAt = Math.min(...entries.map((entry) => entry.revokedAt));
    const name = printName(certificate.subject);
    const detail = Number.isFinite(revokedAt) ? `${name}, on ${new Date(revokedAt).toISOString()}` : name;
    if (revokedAt <= signedAt) return { found: 'revoked', detail };
    if (!about.some((list) => speaksOf(signedAt, { list, certificate })))
      return { found: 'unknown', detail: name };
    return provedAt !== undefined && revokedAt <= provedAt
      ? { found: 'revoked-later', detail }
      : { found: 'good' };
  }

  #isOf(list: RevocationList, issuer: Certificate): boolean {
    const known = this.#signed.get(list) ?? new Map<string, boolean>();
    this.#signed.set(list, known);
    const holds = known.get(issuer.sha1) ?? objectionToSignature(list, issuer) === null;
    known.set(issuer.sha1, holds);
    return holds;
  }
}

/**
 * Whether a list that does not name a certificate says that it was good at an instant: one that was in force then, or
 * issued later, while the certificate had not ended (RFC 5280 section 3.3: it may be taken off afterwards).
 */
function speaksOf(
  instant: Instant,
  { list, certificate }: { readonly list: RevocationList; readonly certificate: Certificate },
): boolean {
  const { thisUpdate, nextUpdate } = list;
  if (thisUpdate >= instant) return thisUpdate <= certificate.notAfter;
  return nextUpdate !== null && nextUpdate > instant;
}
