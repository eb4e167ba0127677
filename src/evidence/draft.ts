// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Piece } from '../wire/mime/octets.ts';
import type { CertifiedMessage } from './certification-data/certification-data.ts';

/** The kinds of message a provider generates, M1 to M13. */
export type MessageKind =
  | 'acceptance'
  | 'non-acceptance'
  | 'non-acceptance-virus'
  | 'transport-envelope'
  | 'timeout-12h'
  | 'timeout-24h'
  | 'take-charge'
  | 'anomaly-envelope'
  | 'virus-detection'
  | 'virus-non-delivery'
  | 'delivery-complete'
  | 'delivery-brief'
  | 'delivery-concise'
  | 'non-delivery';

/** A message as the law wants it, before the signature. */
export interface Draft {
  readonly kind: MessageKind;
  /** Without angle brackets. */
  readonly messageId: string;
  /** Addresses it is meant for. */
  readonly to: readonly string[];
  /** Outer header fields, each line ended by CRLF, without MIME-Version and Content-Type. */
  readonly header: Buffer;
  /**
   * The multipart/mixed entity to sign: its header, the empty line and its body up to and including the
   * closing boundary and the end of its line; the CRLF before the next boundary is not of it (SIG-4).
   */
  readonly entity: readonly Piece[];
  /** For the outer multipart/signed; occurs nowhere in `entity`. Needs quotes as a parameter value. */
  readonly boundary: string;
  /** The entity holds octets above 127 (those of an original). */
  readonly eightBit: boolean;
  /** All of the original that the entity holds ranges of, as `postacert.eml` carries it; absent when it holds none. */
  readonly original?: readonly Piece[];
  /** Instant of the transaction: Date, text and certification data say it, signingTime should. */
  readonly instant: Instant;
}

/** Who signs. */
export interface EmittingProvider {
  /** Descriptive name, as in the index (`providerName`). */
  readonly name: string;
  /** Mail domain of identifiers (AP-5), the service address's. */
  readonly domain: string;
  /** From of everything generated, as in the signing certificate (GEN-6). */
  readonly serviceAddress: string;
  readonly variants?: DraftVariants;
}

/** Readings of the law other than the default ones (appendix D of the specification). */
export interface DraftVariants {
  /** U-1: envelopes also carry a Sender equal to From. */
  readonly senderField?: boolean;
  /** U-6: brief receipts hash the decoded content rather than the encoded one. */
  readonly hashDecoded?: boolean;
  /** U-13: texts print the offset as `(+01:00)`. */
  readonly zoneWithColon?: boolean;
}

/** What every draft needs to know. */
export interface DraftFacts {
  readonly provider: EmittingProvider;
  readonly ids: Ids;
  /** The one instant of the transaction (TIME-1). */
  readonly instant: Instant;
  /** The certified message the draft is about, or is; a CertificationData fits. */
  readonly about: CertifiedMessage;
}
