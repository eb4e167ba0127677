// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import type { Certificate } from '../../wire/cms/certificate.ts';

/** Whether `certificate`, issued by `issuer`, was revoked at `instant`. */
export interface RevocationQuestion {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly instant: Instant;
}

/** What the revocation lists say about one certificate. */
export type RevocationStatus =
  | {
      readonly status: 'good';
      /** Decimal; null when the list has no number, or none is published for this certificate. */
      readonly crlNumber: string | null;
      /** Until when this answer may be reused. */
      readonly goodUntil: Instant;
    }
  | {
      readonly status: 'revoked';
      readonly revokedAt: Instant;
      /** RFC 5280's word; null when the list gives none. */
      readonly reason: string | null;
      readonly crlNumber: string | null;
    }
  /** No current list could be had (U-17). */
  | { readonly status: 'unavailable'; readonly detail: string };

/** Where revocation is asked; `CrlCache` is one. */
export interface RevocationSource {
  /** Never rejects. */
  check(question: RevocationQuestion): Promise<RevocationStatus>;
}
