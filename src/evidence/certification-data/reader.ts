// SPDX-License-Identifier: EUPL-1.2
import { asBuffer } from '../../wire/mime/octets.ts';
import { parseLocalTime } from '../local-time.ts';
import type {
  CertificationData,
  CertificationError,
  CertificationKind,
  ReceiptType,
} from './certification-data.ts';
import type { CertificationDocument } from './certification-document.ts';
import { readPlainly } from './plain-reader.ts';
import { readXml } from './xml-reader.ts';

/** Why a `daticert.xml` is not accepted. */
export type CertificationDataProblem =
  /** More than MAX_CERTIFICATION_DATA_BYTES. */
  | 'too-large'
  /** A document type that declares something, entities above all. */
  | 'document-type'
  | 'not-well-formed'
  /** Against the DTD. */
  | 'not-valid'
  /** A mandatory element without text. */
  | 'empty-element'
  /** `zona`, `giorno` or `ora` name no instant. */
  | 'bad-time';

export type CertificationDataReading =
  | { readonly ok: true; readonly data: CertificationData }
  | { readonly ok: false; readonly reason: CertificationDataProblem; readonly detail: string };

/** Octets a `daticert.xml` may have: room for some thousands of recipients. */
export const MAX_CERTIFICATION_DATA_BYTES = 1024 * 1024;

const MAX_DETAIL = 200;

/**
 * Reads a `daticert.xml`, checking it against the DTD. Tolerates a missing `errore`, white space around
 * texts and a DOCTYPE that only names the type. Never throws, never fetches anything.
 */
export function readCertificationData(xml: Uint8Array): CertificationDataReading {
  if (xml.length > MAX_CERTIFICATION_DATA_BYTES) return problem('too-large', `${xml.length} octets`);
  const octets = asBuffer(xml);
  if (!isPlainlyEncoded(octets)) return problem('not-well-formed', 'an encoding that is not read');
  if (!declaresNothing(octets)) return problem('document-type', 'the document type declares something');
  const plain = readPlainly(octets);
  if (plain !== undefined) return judge(plain);
  const reading = readXml(octets);
  return reading.ok ? judge(reading.document) : problem(reading.reason, reading.cause);
}

function problem(reason: CertificationDataProblem, cause: unknown): CertificationDataReading {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return { ok: false, reason, detail: detail.replace(/\s+/g, ' ').trim().slice(0, MAX_DETAIL) };
}

const DECLARATION = /^(?:\xef\xbb\xbf)?\s*<\?xml(\s[^?]{0,200})\?>/;
const ENCODING = /\sencoding\s*=\s*["']([^"']*)["']/;
const PLAIN_ENCODING = /^(?:utf-?8|us-ascii|ascii|iso-8859-1|iso-8859-15|windows-1252)$/i;

/**
 * The law asks for UTF-8. In it, and in its kin, a document type cannot hide from a search for its ASCII
 * letters; in UTF-16 or EBCDIC it could.
 */
function isPlainlyEncoded(xml: Buffer): boolean {
  if (xml.includes(0)) return false;
  const start = xml.toString('latin1', 0, 300);
  const declaration = DECLARATION.exec(start)?.[1];
  if (declaration === undefined) return !/<\?xml\s/.test(start);
  const encoding = ENCODING.exec(declaration)?.[1];
  return encoding === undefined || PLAIN_ENCODING.test(encoding);
}

const EXTERNAL = /(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+(?:"[^"]*"|'[^']*')/;
const BARE_DOCTYPE = new RegExp(`^<!DOCTYPE\\s+postacert(?:\\s+${EXTERNAL.source})?\\s*>`);

/** No document type, or one that only names the type; an external subset it may name stays unread. */
function declaresNothing(xml: Buffer): boolean {
  const at = xml.indexOf('<!DOCTYPE');
  return at < 0 || BARE_DOCTYPE.test(xml.toString('latin1', at, at + 1000));
}

/** The document is valid by the DTD; what that cannot say is looked at here. */
function judge(document: CertificationDocument): CertificationDataReading {
  const { kind, error, sender, replyTo, provider, identifier, date, time, zone } = document;
  const instant = parseLocalTime({ date, time, zone: zone.trim() });
  if (instant === undefined) return problem('bad-time', `${date} ${time} ${zone}`);
  if (sender === '' || identifier === '') return problem('empty-element', 'mittente or identificativo');
  return {
    ok: true,
    data: {
      kind: kind as CertificationKind,
      error: (error ?? 'nessuno') as CertificationError,
      sender,
      recipients: document.recipients.map(({ address, type }) => ({
        address,
        certified: type !== 'esterno',
      })),
      replyTo,
      provider,
      instant,
      identifier,
      ...givenOf(document),
    },
  };
}

// An empty element says as much as one that is not there.
function givenOf(document: CertificationDocument) {
  const { subject, messageId, receiptType, deliveredTo, takenInCharge, extendedError } = document;
  return {
    ...(!subject ? {} : { subject }),
    ...(!messageId ? {} : { messageId }),
    ...(receiptType === undefined ? {} : { receiptType: receiptType as ReceiptType }),
    ...(!deliveredTo ? {} : { deliveredTo }),
    ...(takenInCharge.length === 0 ? {} : { takenInCharge }),
    ...(!extendedError ? {} : { extendedError }),
  };
}
