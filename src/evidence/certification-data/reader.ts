// SPDX-License-Identifier: EUPL-1.2
import { DtdValidator, ParseOption, XmlDocument, XmlDtd, XmlElement } from 'libxml2-wasm';
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
  // UTF-16 would hide a DOCTYPE from us; the law asks for UTF-8.
  if (xml.includes(0)) return problem('not-well-formed', 'a NUL octet');
  let document: XmlDocument;
  try {
    document = XmlDocument.fromBuffer(xml, { option: OPTIONS });
  } catch (error) {
    return problem('not-well-formed', error);
  }
  try {
    if (document.dtd !== null && !isBareDoctype(xml))
      return problem('document-type', 'it declares something');
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

/** `<!DOCTYPE postacert>`, with or without the name of an external subset, which stays unread. */
function isBareDoctype(xml: Uint8Array): boolean {
  const start = Buffer.from(xml.buffer, xml.byteOffset, Math.min(xml.length, 2000)).toString('latin1');
  const external = /(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))\s+(?:"[^"]*"|'[^']*')/.source;
  return new RegExp(`<!DOCTYPE\\s+postacert(?:\\s+${external})?\\s*>`).test(start);
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
