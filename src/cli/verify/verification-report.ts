// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import type { MessageKind } from '../../evidence/draft.ts';
import type { Instant } from '../../platform/clock.ts';
import type { Restoration } from './message-file.ts';

/** What is checked, in this order. */
export const CHECKS = [
  /** There is one signature, with its certificate. */
  'signature',
  /** Nothing was changed after signing. */
  'content',
  /** The certificate leads to an authority that is trusted, and was in force. */
  'certificate',
  /** The certificate was not revoked. */
  'revocation',
  /** The signer is a provider of the index. */
  'index',
  /** From is an address of the signer. */
  'sender',
  /** The message is what certified mail must be. */
  'form',
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Check {
  readonly check: CheckName;
  readonly result: 'passed' | 'failed' | 'not-checked';
  /** A stable word: why it failed, or why nobody looked. */
  readonly reason?: string;
  /** A few English words more. */
  readonly detail?: string;
}

/**
 * `good`: everything that was checked holds. `bad`: something does not. `undecided`: what is there holds,
 * but whom to trust is not known. `not-certified`: it does not even say that it is certified mail.
 */
export type Verdict = 'good' | 'bad' | 'undecided' | 'not-certified';

/** What holds and is weak all the same; it is said, and refuses nothing. */
export const WARNINGS = [
  /** The signature digests with SHA-1. */
  'sha1-signature',
  /** A certificate of the chain below the authority that is trusted was signed over SHA-1. */
  'sha1-certificate',
  /** The signer's key is an RSA key below 2048 bits. */
  'short-key',
  /** Attachments are known by their SHA-1 only, as RFC 6109 has it. */
  'sha1-hashes',
] as const;
export type Warning = (typeof WARNINGS)[number];

/** Who the certificate in the signature names; to be believed only when the checks passed. */
export interface SignerFacts {
  readonly subject: string;
  readonly issuer: string;
  /** organizationName, else commonName. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Hexadecimal digits. */
  readonly serial: string;
  readonly sha1: string;
  readonly validFrom: Instant;
  readonly validTo: Instant;
  /** The signer's own claim. */
  readonly signedAt: Instant | null;
  /** The instant the certificate was judged at; null when it was not. */
  readonly judgedAt: Instant | null;
  readonly digest: string | null;
  /** Name in the index; null when no index was asked. */
  readonly provider: string | null;
}

export interface AttachmentFacts {
  readonly name: string;
  readonly mediaType: string;
  /** Decoded. */
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The SHA-1 of an attachment, which a brief receipt carries in its place. */
export interface HashFile {
  /** Name of the attachment, without `.hash`. */
  readonly name: string;
  readonly sha1: string;
}

/** The original within an envelope or a receipt. */
export interface OriginalFacts {
  readonly subject: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly cc: string | null;
  readonly date: string | null;
  readonly messageId: string | null;
  /** Of `postacert.eml` as it lies in the message. */
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly attachments: readonly AttachmentFacts[];
  readonly hashFiles: readonly HashFile[];
}

/** Everything `verify` finds out about one file. */
export interface VerificationReport {
  readonly verdict: Verdict;
  /** What the message says it is; null when it is no certified mail or of an unknown kind. */
  readonly kind: MessageKind | null;
  readonly checks: readonly Check[];
  /** Of a message that is certified mail and not `bad`. */
  readonly warnings: readonly Warning[];
  readonly signer: SignerFacts | null;
  /** What `daticert.xml` says; null when there is none. */
  readonly certifies: CertificationData | null;
  readonly original: OriginalFacts | null;
  /** Subject and From of the message itself. */
  readonly subject: string | null;
  readonly from: string | null;
  /** For what is no certified mail: a signature of somebody, or the inside of an envelope. */
  readonly looksLike: 'signed-mail' | 'enclosed-original' | 'ordinary-mail' | 'no-mail' | null;
  readonly restorations: readonly Restoration[];
}
