// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';

/** Values of `postacert/@tipo`; `X-Ricevuta` has the same ones but for `posta-certificata` (appendix A). */
export const CERTIFICATION_KINDS = [
  'accettazione',
  'non-accettazione',
  'presa-in-carico',
  'avvenuta-consegna',
  'posta-certificata',
  'errore-consegna',
  'preavviso-errore-consegna',
  'rilevazione-virus',
] as const;
export type CertificationKind = (typeof CERTIFICATION_KINDS)[number];

/** Values of `postacert/@errore`. */
export const CERTIFICATION_ERRORS = ['nessuno', 'no-dest', 'no-dominio', 'virus', 'altro'] as const;
export type CertificationError = (typeof CERTIFICATION_ERRORS)[number];

/** Values of `ricevuta/@tipo` and of X-TipoRicevuta: what the sender asked for. */
export const RECEIPT_TYPES = ['completa', 'breve', 'sintetica'] as const;
export type ReceiptType = (typeof RECEIPT_TYPES)[number];

export interface CertifiedRecipient {
  /** Bare address, from the forward path (GEN-10). */
  readonly address: string;
  /** A mailbox of a certified domain (`certificato`), or an ordinary one (`esterno`) (AP-22). */
  readonly certified: boolean;
}

/** The message everything else is about: what stays the same in each document on it. */
export interface CertifiedMessage {
  /** PEC msgid, without angle brackets. */
  readonly identifier: string;
  /** Reverse path of the submission, without angle brackets. */
  readonly sender: string;
  /** All recipients, in the order of the SMTP dialogue. */
  readonly recipients: readonly CertifiedRecipient[];
  /** Reply-To of the original; the sender's address when it had none. */
  readonly replyTo: string;
  /** Decoded subject of the original, when it had one. */
  readonly subject?: string;
  /** Message-ID the client gave, with its angle brackets, when there was one. */
  readonly messageId?: string;
}

/** What one `daticert.xml` says (RFC 6109 section 4.4). */
export interface CertificationData extends CertifiedMessage {
  readonly kind: CertificationKind;
  readonly error: CertificationError;
  /** Descriptive name of the provider that certifies this document. */
  readonly provider: string;
  /** The instant certified; the document holds it to the second. */
  readonly instant: Instant;
  /** Receipt the sender asked for (`ricevuta`). */
  readonly receiptType?: ReceiptType;
  /** The recipient delivered to, or tried (`consegna`). */
  readonly deliveredTo?: string;
  /** Recipients a take-charge receipt covers (`ricezione`). */
  readonly takenInCharge?: readonly string[];
  /** Short description of the error (`errore-esteso`). */
  readonly extendedError?: string;
}
