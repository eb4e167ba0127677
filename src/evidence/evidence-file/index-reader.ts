// SPDX-License-Identifier: EUPL-1.2
import { asBuffer } from '../../wire/mime/octets.ts';
import { EVIDENCE_FORMAT } from './index-dtd.ts';
import { type IndexElement, IndexLines, NotAnIndex } from './index-lines.ts';
import {
  EVIDENCE_KINDS,
  EVIDENCE_LIMITS,
  type EvidenceEntry,
  type EvidenceGap,
  type EvidenceIndex,
  type EvidenceMessage,
  type EvidenceRecipient,
  type EvidenceRecord,
  type EvidenceSeal,
  FILE_ROLES,
  MISSING_REASONS,
  MISSING_THINGS,
  OUTCOMES,
  VIEWS,
} from './index-model.ts';
import { writeEvidenceIndex } from './index-writer.ts';

export type EvidenceIndexReading =
  | { readonly ok: true; readonly index: EvidenceIndex }
  /** `line` counts from 1; 0 when it is none of them. */
  | { readonly ok: false; readonly line: number; readonly detail: string };

/**
 * Reads an `index.xml` in the form that `writeEvidenceIndex` gives it and in no other: what is read is exactly what any
 * reader of XML finds in these octets. Never throws; nothing is believed, only read.
 */
export function readEvidenceIndex(xml: Uint8Array): EvidenceIndexReading {
  if (xml.length > EVIDENCE_LIMITS.indexBytes)
    return { ok: false, line: 0, detail: `${xml.length} octets are too many` };
  const octets = asBuffer(xml);
  try {
    const index = readIndex(new IndexLines(octets.toString('utf8')));
    if (writeEvidenceIndex(index).equals(octets)) return { ok: true, index };
    return { ok: false, line: 0, detail: 'not in the form that an index has' };
  } catch (error) {
    if (error instanceof NotAnIndex) return { ok: false, line: error.line, detail: error.message };
    throw error;
  }
}

function readIndex(lines: IndexLines): EvidenceIndex {
  lines.expectOpening(EVIDENCE_FORMAT);
  const maker = lines.one('gestore');
  const createdAt = lines.one('creato').textInstant();
  const view = lines.one('vista');
  const identifier = lines.one('identificativo').text;
  const messageId = lines.optional('riferimento')?.text;
  const sender = lines.one('mittente').text;
  const subject = lines.optional('oggetto')?.text;
  const index = {
    provider: { name: maker.text, serviceAddress: maker.attribute('casella') },
    createdAt,
    view: { of: view.oneOf('di', VIEWS), holder: view.text },
    identifier,
    ...(messageId !== undefined && { messageId }),
    sender,
    ...(subject !== undefined && { subject }),
    recipients: lines.many('destinatario').map(readRecipient),
    files: lines.many('file').map(readEntry),
    messages: lines.many('messaggio').map(readMessage),
    records: lines.many('registrazione').map(readRecord),
    seals: lines.many('sigillo').map(readSeal),
    missing: lines.many('mancante').map(readGap),
  };
  lines.expectEnd();
  if (index.recipients.length === 0 || index.files.length === 0)
    throw new NotAnIndex(0, 'no recipients, or no files');
  return index;
}

function readRecipient(element: IndexElement): EvidenceRecipient {
  const type = element.optional('tipo');
  const instant = element.optionalInstant('istante');
  const source = element.optional('fonte');
  return {
    address: element.text,
    ...(type !== undefined && { certified: type === 'certificato' }),
    outcome: element.oneOf('esito', OUTCOMES),
    ...(instant !== undefined && { instant }),
    ...(source !== undefined && { source }),
  };
}

function readEntry(element: IndexElement): EvidenceEntry {
  return {
    name: element.attribute('nome'),
    role: element.oneOf('ruolo', FILE_ROLES),
    sizeBytes: element.number('ottetti'),
    sha256: element.hash('sha256'),
  };
}

function readMessage(element: IndexElement): EvidenceMessage {
  const record = element.optionalNumber('registrazione');
  return {
    file: element.attribute('file'),
    kind: element.oneOf('genere', EVIDENCE_KINDS),
    messageId: element.attribute('id'),
    provider: element.attribute('gestore'),
    signer: element.attribute('firmatario'),
    instant: element.instant('istante'),
    digest: element.hash('impronta'),
    ...(record !== undefined && { record }),
    about: element.childrenCalled('riguarda').map(({ text }) => text),
  };
}

function readRecord(element: IndexElement): EvidenceRecord {
  const seal = element.optionalNumber('sigillo');
  return {
    sequence: element.number('numero'),
    leaf: element.hash('foglia'),
    ...(seal !== undefined && { seal }),
    inclusion: element.childrenCalled('impronta').map((child) => child.textHash()),
  };
}

function readSeal(element: IndexElement): EvidenceSeal {
  return {
    number: element.number('numero'),
    consistency: element.childrenCalled('impronta').map((child) => child.textHash()),
  };
}

function readGap(element: IndexElement): EvidenceGap {
  const kind = element.optional('genere');
  const recipient = element.optional('destinatario');
  const record = element.optionalNumber('registrazione');
  return {
    what: element.oneOf('cosa', MISSING_THINGS),
    why: element.oneOf('motivo', MISSING_REASONS),
    ...(kind !== undefined && { kind }),
    ...(recipient !== undefined && { recipient }),
    ...(record !== undefined && { record }),
    text: element.text,
  };
}
