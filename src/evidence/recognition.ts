// SPDX-License-Identifier: EUPL-1.2
import type { Header } from '../wire/mime/header.ts';
import type { MimeIndex, MimePart } from '../wire/mime/mime-index.ts';
import type { CertificationData, CertificationKind } from './certification-data/certification-data.ts';
import type { CertificationDataReading } from './certification-data/reader.ts';
import type { MessageKind } from './draft.ts';

/** What a message says it is (appendix A); nothing is verified. */
export type MessageClaim =
  | { readonly kind: 'notification'; readonly receipt: string }
  | { readonly kind: 'transport-envelope' }
  | { readonly kind: 'anomaly-envelope' }
  | { readonly kind: 'ordinary' };

/** Makes a message neither a transport envelope nor a notification (spec 6.5, hard). */
export type HardDefect =
  | 'not-certified-mail'
  | 'contradictory-headers'
  | 'unknown-receipt'
  | 'message-id-missing'
  | 'certification-data-missing'
  | 'certification-data-repeated'
  | 'certification-data-unreadable'
  | 'kind-mismatch'
  | 'original-missing'
  | 'original-repeated'
  | 'identifier-mismatch'
  | 'no-recipient-listed'
  | 'delivery-recipient-missing'
  | 'taken-in-charge-missing';

/** Odd, to be noted, but no reason to treat a message otherwise (spec 6.5, soft). */
export type SoftDefect =
  | 'subject-prefix'
  | 'display-name'
  | 'inner-message-id'
  | 'inner-recipients'
  | 'message-id-reference'
  | 'sender-mismatch'
  | 'text-not-first'
  | 'text-charset';

/** What the formal checks look at; the caller reads the octets. */
export interface RecognitionInput {
  readonly header: Header;
  readonly index: MimeIndex;
  /** The reading of the part `findNamedPart(index, 'daticert.xml')`; absent when there is no such part. */
  readonly certificationData?: CertificationDataReading;
  /** Header of the original within `postacert.eml`, for the soft checks. */
  readonly innerHeader?: Header;
  /** MAIL FROM, for the soft checks. */
  readonly reversePath?: string;
  /** RCPT TO; absent when there was no SMTP dialogue (a file that is being verified). */
  readonly forwardPaths?: readonly string[];
}

export type Recognition =
  | {
      readonly kind: 'transport-envelope';
      readonly data: CertificationData;
      /** The `postacert.eml` part. */
      readonly original: MimePart;
      /** Forward paths that the certification data do not list (IP-27, U-11). */
      readonly strangers: readonly string[];
      readonly soft: readonly SoftDefect[];
    }
  | {
      readonly kind: 'notification';
      readonly data: CertificationData;
      readonly receipt: Exclude<CertificationKind, 'posta-certificata'>;
      readonly soft: readonly SoftDefect[];
    }
  | { readonly kind: 'neither'; readonly hard: readonly HardDefect[]; readonly detail: string };

/** What the message says it is. */
export function claimOf(_header: Header): MessageClaim {
  throw new Error('not written yet');
}

/** The formal checks of the incoming point (IP-9). */
export function recognise(_input: RecognitionInput): Recognition {
  throw new Error('not written yet');
}

/** Which of the kinds M1 to M13 a recognised message is; M10 to M12 are told by their parts. */
export function messageKind(
  _recognition: Exclude<Recognition, { kind: 'neither' }>,
  _input: Pick<RecognitionInput, 'header' | 'index'>,
): MessageKind {
  throw new Error('not written yet');
}

/** Every leaf or embedded message of the outermost message with that name, letter case aside. */
export function findNamedParts(_index: MimeIndex, _name: string): readonly MimePart[] {
  throw new Error('not written yet');
}

/** The first of them. */
export function findNamedPart(index: MimeIndex, name: string): MimePart | undefined {
  return findNamedParts(index, name)[0];
}
