// SPDX-License-Identifier: EUPL-1.2
import { sameAddress } from '../wire/mime/addresses.ts';
import { isAutomatic } from '../wire/mime/automatic-mail.ts';
import type { Header } from '../wire/mime/header.ts';
import { parseMessageId } from '../wire/mime/message-ids.ts';
import type { MimeIndex, MimePart } from '../wire/mime/mime-index.ts';
import {
  CERTIFICATION_KINDS,
  type CertificationData,
  type CertificationKind,
} from './certification-data/certification-data.ts';
import type { CertificationDataReading } from './certification-data/reader.ts';
import { findNamedPart, findNamedParts, holdsHashes } from './certified-parts.ts';
import type { MessageKind } from './draft.ts';
import { type SoftDefect, softDefects } from './soft-defects.ts';
import { isSecondTimeout } from './wording/errors.ts';
import {
  ANOMALY_VALUE,
  CERTIFICATION_DATA_FILE,
  ORIGINAL_FILE,
  RECEIPT_FIELD,
  SECURITY_FIELD,
  TRANSPORT_FIELD,
  TRANSPORT_VALUE,
} from './wording/literals.ts';

export { findNamedPart, findNamedParts };

export type ReceiptKind = Exclude<CertificationKind, 'posta-certificata'>;

/** What a message says it is (appendix A); nothing is verified. */
export type MessageClaim =
  /** `receipt` is X-Ricevuta as written, trimmed and in lower case. */
  | { readonly kind: 'notification'; readonly receipt: string }
  | { readonly kind: 'transport-envelope' }
  | { readonly kind: 'anomaly-envelope' }
  | { readonly kind: 'ordinary' };

/** Makes a message neither a transport envelope nor a notification (IP-9, IP-10). */
export type HardDefect =
  /** Neither X-Ricevuta nor `X-Trasporto: posta-certificata`. */
  | 'not-certified-mail'
  /** Both, or one of them twice with different values. */
  | 'contradictory-headers'
  | 'unknown-receipt'
  | 'message-id-missing'
  | 'certification-data-missing'
  | 'certification-data-repeated'
  | 'certification-data-unreadable'
  /** `tipo` is not what the header says. */
  | 'kind-mismatch'
  | 'original-missing'
  | 'original-repeated'
  /** `identificativo` is not the envelope's Message-ID. */
  | 'identifier-mismatch'
  /** None of the forward paths is among `destinatari`. */
  | 'no-recipient-listed'
  /** No `consegna` where there must be one. */
  | 'delivery-recipient-missing'
  /** No `ricezione` in a take-charge receipt. */
  | 'taken-in-charge-missing';

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

export interface RecognisedEnvelope {
  readonly kind: 'transport-envelope';
  readonly data: CertificationData;
  /** The `postacert.eml` part. */
  readonly original: MimePart;
  /** Forward paths that the certification data do not list (IP-27, U-11). */
  readonly strangers: readonly string[];
  /** Whether the original comes from a program or a list, so that no program may answer it (RFC 3834). */
  readonly automatic: boolean;
  readonly soft: readonly SoftDefect[];
}

export interface RecognisedNotification {
  readonly kind: 'notification';
  readonly data: CertificationData;
  readonly receipt: ReceiptKind;
}

export type Recognition =
  | RecognisedEnvelope
  | RecognisedNotification
  | { readonly kind: 'neither'; readonly hard: readonly HardDefect[]; readonly detail: string };

/** What the message says it is. */
export function claimOf(header: Header): MessageClaim {
  const receipt = fieldValue(header, RECEIPT_FIELD);
  if (receipt !== undefined) return { kind: 'notification', receipt };
  const transport = fieldValue(header, TRANSPORT_FIELD);
  if (transport === TRANSPORT_VALUE) return { kind: 'transport-envelope' };
  return { kind: transport === ANOMALY_VALUE ? 'anomaly-envelope' : 'ordinary' };
}

/** The formal checks of the incoming point (IP-9). Facts come from daticert.xml alone (GEN-11); tolerant where section 6.5 of the specification says so. */
export function recognise(input: RecognitionInput): Recognition {
  const claim = claimOf(input.header);
  switch (claim.kind) {
    case 'transport-envelope':
      return recogniseEnvelope(input);
    case 'notification':
      return recogniseNotification(input, claim.receipt);
    default:
      return neither(['not-certified-mail'], 'no header of certified mail');
  }
}

function recogniseEnvelope(input: RecognitionInput): Recognition {
  const { header, index, forwardPaths } = input;
  const { data, hard, detail } = checkData(input, 'posta-certificata');
  if (isContradictory(header)) hard.push('contradictory-headers');
  const messageId = parseMessageId(header.first('Message-ID')?.value ?? '');
  if (messageId === undefined) hard.push('message-id-missing');
  else if (data !== undefined && data.identifier !== messageId) hard.push('identifier-mismatch');
  const [original, ...others] = findNamedParts(index, ORIGINAL_FILE);
  if (original === undefined) hard.push('original-missing');
  if (others.length > 0) hard.push('original-repeated');
  const strangers = data === undefined ? [] : unlisted(data, forwardPaths ?? []);
  // IP-27: a stranger among listed recipients is the business of that stranger only.
  if (strangers.length > 0 && strangers.length === forwardPaths?.length) hard.push('no-recipient-listed');
  if (hard.length > 0 || data === undefined || original === undefined) return neither(hard, detail);
  const soft = softDefects({ ...input, data });
  const automatic = input.innerHeader !== undefined && isAutomatic(input.innerHeader, data.sender);
  return { kind: 'transport-envelope', data, original, strangers, automatic, soft };
}

function recogniseNotification(input: RecognitionInput, claimed: string): Recognition {
  const receipt = CERTIFICATION_KINDS.find((kind) => kind === claimed);
  if (receipt === undefined || receipt === TRANSPORT_VALUE) return neither(['unknown-receipt'], claimed);
  const { data, hard, detail } = checkData(input, receipt);
  if (isContradictory(input.header)) hard.push('contradictory-headers');
  if (data !== undefined && NAMES_RECIPIENT.has(receipt) && data.deliveredTo === undefined) {
    hard.push('delivery-recipient-missing');
  }
  if (data !== undefined && receipt === 'presa-in-carico' && data.takenInCharge === undefined) {
    hard.push('taken-in-charge-missing');
  }
  if (hard.length > 0 || data === undefined) return neither(hard, detail);
  return { kind: 'notification', data, receipt };
}

const NAMES_RECIPIENT: ReadonlySet<CertificationKind> = new Set([
  'avvenuta-consegna',
  'errore-consegna',
  'preavviso-errore-consegna',
  'rilevazione-virus',
]);

interface DataCheck {
  readonly data?: CertificationData;
  readonly hard: HardDefect[];
  readonly detail: string;
}

function checkData(input: RecognitionInput, expected: CertificationKind): DataCheck {
  const parts = findNamedParts(input.index, CERTIFICATION_DATA_FILE);
  const reading = input.certificationData;
  if (parts.length === 0 || reading === undefined) {
    return { hard: ['certification-data-missing'], detail: `no ${CERTIFICATION_DATA_FILE}` };
  }
  if (parts.length > 1) return { hard: ['certification-data-repeated'], detail: `${parts.length} parts` };
  if (!reading.ok) {
    return { hard: ['certification-data-unreadable'], detail: `${reading.reason}: ${reading.detail}` };
  }
  const { data } = reading;
  return data.kind === expected
    ? { data, hard: [], detail: '' }
    : { data, hard: ['kind-mismatch'], detail: `${data.kind} in an ${expected}` };
}

function neither(hard: readonly HardDefect[], detail: string): Recognition {
  const text = hard.join(', ');
  return { kind: 'neither', hard, detail: detail === '' ? text : `${text} (${detail.slice(0, 200)})` };
}

function unlisted(data: CertificationData, forwardPaths: readonly string[]): string[] {
  return forwardPaths.filter((path) => !data.recipients.some(({ address }) => sameAddress(address, path)));
}

/** A notification has no X-Trasporto, an envelope no X-Ricevuta, and neither says two things. */
function isContradictory(header: Header): boolean {
  const values = [RECEIPT_FIELD, TRANSPORT_FIELD].map(
    (name) => new Set(header.all(name).map(({ value }) => value.trim().toLowerCase())).size,
  );
  return values.reduce((sum, count) => sum + count, 0) > 1;
}

function fieldValue(header: Header, name: string): string | undefined {
  return header.first(name)?.value.trim().toLowerCase();
}

/** Which of the kinds M1 to M13 a recognised message is (appendix A). */
export function messageKind(
  recognised: RecognisedEnvelope | RecognisedNotification,
  { header, index }: Pick<RecognitionInput, 'header' | 'index'>,
): MessageKind {
  if (recognised.kind === 'transport-envelope') return 'transport-envelope';
  const { data, receipt } = recognised;
  const security = header.first(SECURITY_FIELD) !== undefined || data.error === 'virus';
  switch (receipt) {
    case 'accettazione':
      return 'acceptance';
    case 'non-accettazione':
      return security ? 'non-acceptance-virus' : 'non-acceptance';
    case 'presa-in-carico':
      return 'take-charge';
    case 'rilevazione-virus':
      return 'virus-detection';
    case 'errore-consegna':
      return security ? 'virus-non-delivery' : 'non-delivery';
    case 'preavviso-errore-consegna':
      return isSecondTimeout(data.extendedError ?? '') ? 'timeout-24h' : 'timeout-12h';
    case 'avvenuta-consegna':
      return deliveryKind(data, findNamedPart(index, ORIGINAL_FILE));
  }
}

/** The three have the same header: only what came back tells them apart. */
function deliveryKind(data: CertificationData, original: MimePart | undefined): MessageKind {
  if (original === undefined) return 'delivery-concise';
  const brief = data.receiptType === undefined ? holdsHashes(original) : data.receiptType === 'breve';
  return brief ? 'delivery-brief' : 'delivery-complete';
}
