// SPDX-License-Identifier: EUPL-1.2
import type { CertifiedMessage, ReceiptType } from '../../evidence/certification-data/certification-data.ts';
import { readReceiptType } from '../../evidence/receipts/receipt-choice.ts';
import type { ScanVerdict } from '../../trust/antivirus/scanner.ts';
import type { AttachmentFinding } from '../../trust/attachments/attachment-inspector.ts';
import { parseAddressList } from '../../wire/mime/addresses.ts';
import { decodeWords } from '../../wire/mime/encoded-words.ts';
import type { Header } from '../../wire/mime/header.ts';
import { parseMessageId } from '../../wire/mime/message-ids.ts';
import {
  checkFormally,
  type FormalFailure,
  type FormalInput,
  type FormalLimits,
  unservedRecipients,
} from './formal-checks.ts';

/** What the access point knows when it decides. */
export interface AccessFacts {
  /** PEC msgid allocated for the submission, without angle brackets (AP-4, GEN-14). */
  readonly identifier: string;
  readonly limits: FormalLimits;
  /** Whether a domain is managed by a provider of the index (AP-22). */
  isCertifiedDomain(domain: string): boolean;
  /** An attachment that this provider does not take. */
  readonly attachment?: AttachmentFinding;
  /** What the antivirus says. */
  readonly scan: ScanVerdict;
}

export type AccessDecision =
  | {
      readonly decided: 'accept';
      readonly about: CertifiedMessage;
      readonly receiptType: ReceiptType;
      /** Addresses of To and Cc that get nothing (U-7). */
      readonly unserved: readonly string[];
    }
  | {
      readonly decided: 'refuse';
      readonly about: CertifiedMessage;
      readonly failures: readonly FormalFailure[];
      /** There is one besides: the message is kept for it (LOG-9), the notice does not speak of it (AP-18). */
      readonly virus?: string;
    }
  | { readonly decided: 'infected'; readonly about: CertifiedMessage; readonly virus: string };

/** Accepts or refuses a submission (AP-14, AP-19): one outcome, and one notification, for all (AP-18). */
export function decideAccess(input: FormalInput, facts: AccessFacts): AccessDecision {
  const about = describe(input, facts);
  const { attachment } = facts;
  const failures = [
    ...checkFormally(input, facts.limits),
    ...(attachment === undefined ? [] : [{ problem: attachment.problem, about: attachment.name }]),
  ];
  const virus = facts.scan.verdict === 'infected' ? facts.scan.virus : undefined;
  if (failures.length > 0)
    return { decided: 'refuse', about, failures, ...(virus !== undefined && { virus }) };
  // AP-17, AP-18: the virus check comes after the formal ones.
  if (virus !== undefined) return { decided: 'infected', about, virus };
  // AP-28: the receipt type asked for by the original.
  const receiptType = readReceiptType(input.header.first('x-tiporicevuta')?.value);
  return { decided: 'accept', about, receiptType, unserved: unservedRecipients(input) };
}

/** GEN-10: sender and recipients come from the SMTP dialogue, the rest from the header. */
function describe(input: FormalInput, facts: AccessFacts): CertifiedMessage {
  const { header } = input;
  const subject = header.first('subject');
  const messageId = parseMessageId(header.first('message-id')?.value ?? '');
  return {
    identifier: facts.identifier,
    sender: input.reversePath,
    recipients: input.forwardPaths.map((address) => ({
      address,
      // AP-22: looked up by domain, in any letter case.
      certified: facts.isCertifiedDomain(address.slice(address.lastIndexOf('@') + 1)),
    })),
    replyTo: replyToOf(header) ?? input.reversePath,
    ...(subject !== undefined && { subject: decodeWords(subject.value) }),
    // GEN-12: X-Riferimento-Message-ID is there whenever the original had a Message-ID.
    ...(messageId !== undefined && { messageId: `<${messageId}>` }),
  };
}

function replyToOf(header: Header): string | undefined {
  const field = header.first('reply-to');
  if (field === undefined) return undefined;
  const addresses = parseAddressList(field.value).mailboxes.map((mailbox) => mailbox.address);
  return addresses.length === 0 ? undefined : addresses.join(', ');
}
