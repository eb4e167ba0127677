// SPDX-License-Identifier: EUPL-1.2
import { DtdValidator, ParseOption, XmlDocument, XmlDtd, XmlElement } from 'libxml2-wasm';
import type { CertificationDocument } from './certification-document.ts';
import { CERTIFICATION_DATA_DTD } from './dtd.ts';

// SEC-13: no external entity or DTD is loaded; the parser's own limits (depth 256) stay in force.
const OPTIONS =
  ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_SYS_CATALOG;

// Lives as long as the process.
const validator = new DtdValidator(XmlDtd.fromString(CERTIFICATION_DATA_DTD));

export type XmlReading =
  | { readonly ok: true; readonly document: CertificationDocument }
  | { readonly ok: false; readonly reason: 'not-well-formed' | 'not-valid'; readonly cause: unknown };

/** Reads any XML by libxml2, and checks it against the DTD. Never throws. */
export function readXml(octets: Buffer): XmlReading {
  let document: XmlDocument;
  try {
    document = XmlDocument.fromBuffer(octets, { option: OPTIONS });
  } catch (cause) {
    return { ok: false, reason: 'not-well-formed', cause };
  }
  try {
    validator.validate(document);
    return { ok: true, document: readDocument(document.root) };
  } catch (cause) {
    return { ok: false, reason: 'not-valid', cause };
  } finally {
    document.dispose();
  }
}

/** The document is valid: elements, their order and the values of attributes are as the DTD says. */
function readDocument(root: XmlElement): CertificationDocument {
  const [heading = [], body = []] = elementsIn(root).map(elementsIn);
  const date = body.find((child) => child.name === 'data');
  const [day, time] = date === undefined ? [] : elementsIn(date);
  return {
    kind: root.attr('tipo')?.value ?? '',
    error: root.attr('errore')?.value,
    sender: textOf(heading, 'mittente') ?? '',
    recipients: heading
      .filter((child) => child.name === 'destinatari')
      .map((child) => ({ address: trimmed(child), type: child.attr('tipo')?.value })),
    replyTo: textOf(heading, 'risposte') ?? '',
    subject: textOf(heading, 'oggetto'),
    provider: textOf(body, 'gestore-emittente') ?? '',
    zone: date?.attr('zona')?.value ?? '',
    date: trimmed(day),
    time: trimmed(time),
    identifier: textOf(body, 'identificativo') ?? '',
    messageId: textOf(body, 'msgid'),
    receiptType: body.find((child) => child.name === 'ricevuta')?.attr('tipo')?.value,
    deliveredTo: textOf(body, 'consegna'),
    takenInCharge: body.filter((child) => child.name === 'ricezione').map(trimmed),
    extendedError: textOf(body, 'errore-esteso'),
  };
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
