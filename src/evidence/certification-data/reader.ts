// SPDX-License-Identifier: EUPL-1.2
import { DtdValidator, ParseOption, XmlDocument, XmlDtd, XmlElement } from 'libxml2-wasm';
import { asBuffer } from '../../wire/mime/octets.ts';
import { parseLocalTime } from '../local-time.ts';
import type {
  CertificationData,
  CertificationError,
  CertificationKind,
  CertifiedRecipient,
  ReceiptType,
} from './certification-data.ts';
import { CERTIFICATION_DATA_DTD } from './dtd.ts';

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

// SEC-13: no external entity or DTD is loaded; the parser's own limits (depth 256) stay in force.
const OPTIONS =
  ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_SYS_CATALOG;

// Lives as long as the process.
const validator = new DtdValidator(XmlDtd.fromString(CERTIFICATION_DATA_DTD));

/**
 * Reads a `daticert.xml`, checking it against the DTD. Tolerates a missing `errore`, white space around
 * texts and a DOCTYPE that only names the type. Never throws, never fetches anything.
 */
export function readCertificationData(xml: Uint8Array): CertificationDataReading {
  if (xml.length > MAX_CERTIFICATION_DATA_BYTES) return problem('too-large', `${xml.length} octets`);
  const octets = asBuffer(xml);
  if (!isPlainlyEncoded(octets)) return problem('not-well-formed', 'an encoding that is not read');
  if (!declaresNothing(octets)) return problem('document-type', 'the document type declares something');
  let document: XmlDocument;
  try {
    document = XmlDocument.fromBuffer(octets, { option: OPTIONS });
  } catch (error) {
    return problem('not-well-formed', error);
  }
  try {
    validator.validate(document);
    return readDocument(document.root);
  } catch (error) {
    return problem('not-valid', error);
  } finally {
    document.dispose();
  }
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

/** The document is valid: elements, their order and the values of attributes are as the DTD says. */
function readDocument(root: XmlElement): CertificationDataReading {
  const heading = childrenOf(root, 'intestazione');
  const body = childrenOf(root, 'dati');
  const date = body.find((child) => child.name === 'data');
  const [day, time] = date === undefined ? [] : elementsIn(date);
  const zone = date?.attr('zona')?.value ?? '';
  const text = (name: string): string => textOf(body, name) ?? '';

  const instant = parseLocalTime({ date: trimmed(day), time: trimmed(time), zone: zone.trim() });
  if (instant === undefined) return problem('bad-time', `${trimmed(day)} ${trimmed(time)} ${zone}`);
  const sender = textOf(heading, 'mittente') ?? '';
  const identifier = text('identificativo');
  if (sender === '' || identifier === '') return problem('empty-element', 'mittente or identificativo');
  return {
    ok: true,
    data: {
      kind: root.attr('tipo')?.value as CertificationKind,
      error: (root.attr('errore')?.value ?? 'nessuno') as CertificationError,
      sender,
      recipients: readRecipients(heading),
      replyTo: textOf(heading, 'risposte') ?? '',
      provider: text('gestore-emittente'),
      instant,
      identifier,
      ...readOptional(heading, body),
    },
  };
}

function readRecipients(heading: readonly XmlElement[]): CertifiedRecipient[] {
  return heading
    .filter((child) => child.name === 'destinatari')
    .map((child) => ({ address: trimmed(child), certified: child.attr('tipo')?.value !== 'esterno' }));
}

// An empty element says as much as one that is not there.
function readOptional(heading: readonly XmlElement[], body: readonly XmlElement[]) {
  const subject = textOf(heading, 'oggetto');
  const messageId = textOf(body, 'msgid');
  const receipt = body.find((child) => child.name === 'ricevuta')?.attr('tipo')?.value;
  const deliveredTo = textOf(body, 'consegna');
  const takenInCharge = body.filter((child) => child.name === 'ricezione').map(trimmed);
  const extendedError = textOf(body, 'errore-esteso');
  return {
    ...(!subject ? {} : { subject }),
    ...(!messageId ? {} : { messageId }),
    ...(receipt === undefined ? {} : { receiptType: receipt as ReceiptType }),
    ...(!deliveredTo ? {} : { deliveredTo }),
    ...(takenInCharge.length === 0 ? {} : { takenInCharge }),
    ...(!extendedError ? {} : { extendedError }),
  };
}

function childrenOf(parent: XmlElement, name: string): XmlElement[] {
  const child = elementsIn(parent).find((element) => element.name === name);
  return child === undefined ? [] : elementsIn(child);
}

function elementsIn(parent: XmlElement): XmlElement[] {
  const elements: XmlElement[] = [];
  for (let node = parent.firstChild; node !== null; node = node.next) {
    if (node instanceof XmlElement) elements.push(node);
  }
  return elements;
}

function textOf(elements: readonly XmlElement[], name: string): string | undefined {
  const element = elements.find((child) => child.name === name);
  return element === undefined ? undefined : trimmed(element);
}

function trimmed(element: XmlElement | undefined): string {
  return element === undefined ? '' : element.content.trim();
}
