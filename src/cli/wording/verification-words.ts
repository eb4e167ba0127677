// SPDX-License-Identifier: EUPL-1.2
import type { CertificationData } from '../../evidence/certification-data/certification-data.ts';
import type { MessageKind } from '../../evidence/draft.ts';
import type { LocalTime } from '../../evidence/local-time.ts';
import type { Restoration } from '../verify/message-file.ts';
import type { CheckName, Verdict, VerificationReport, Warning } from '../verify/verification-report.ts';

/** Every sentence that `verify` says, in one language. */
export interface VerificationWords {
  readonly headlines: Readonly<Record<Verdict, string>>;
  readonly kinds: Readonly<Record<MessageKind, string>>;
  readonly unknownKind: string;
  /** One sentence: what a good message proves. */
  proves(kind: MessageKind, facts: CertificationData, when: LocalTime): string;
  readonly provesNothing: string;
  /** Above what a message that does not hold says of itself. */
  readonly unproven: string;
  readonly looksLike: Readonly<Record<NonNullable<VerificationReport['looksLike']>, string>>;
  readonly checks: Readonly<Record<CheckName, string>>;
  readonly marks: Readonly<Record<'passed' | 'failed' | 'not-checked', string>>;
  /** By the stable word; a word that is missing here is shown with its English detail. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly warnings: Readonly<Record<Warning, string>>;
  readonly restorations: Readonly<Record<Restoration, string>>;
  readonly sections: Readonly<Record<'certified' | 'checks' | 'signer' | 'original' | 'hashes', string>>;
  readonly labels: Readonly<Record<LabelName, string>>;
  readonly certified: string;
  readonly ordinary: string;
  readonly adviseAuthority: string;
  readonly adviseHashes: string;
  /** For sizes. */
  readonly decimalMark: string;
}

export type LabelName =
  | 'kind'
  | 'provider'
  | 'when'
  | 'subject'
  | 'sender'
  | 'replyTo'
  | 'recipients'
  | 'deliveredTo'
  | 'takenInCharge'
  | 'receiptType'
  | 'error'
  | 'identifier'
  | 'messageId'
  | 'name'
  | 'addresses'
  | 'certificate'
  | 'issuer'
  | 'validity'
  | 'serial'
  | 'fingerprint'
  | 'signedAt'
  | 'judgedAt'
  | 'from'
  | 'to'
  | 'cc'
  | 'date'
  | 'size'
  | 'sha256'
  | 'attachments';
