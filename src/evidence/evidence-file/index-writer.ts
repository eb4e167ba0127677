// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../platform/clock.ts';
import { escapeXml } from '../certification-data/writer.ts';
import { EVIDENCE_FORMAT } from './index-dtd.ts';
import {
  EVIDENCE_FILES,
  type EvidenceEntry,
  type EvidenceGap,
  type EvidenceIndex,
  type EvidenceMessage,
  type EvidenceRecipient,
} from './index-model.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * The `index.xml` that says this, in the one form it has: UTF-8, LF, one element a line, valid against the DTD. What XML
 * has no place for in a text goes, as in `daticert.xml`.
 */
export function writeEvidenceIndex(index: EvidenceIndex): Buffer {
  const { provider, view, messageId, subject } = index;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!DOCTYPE fascicolo SYSTEM "${EVIDENCE_FILES.dtd}">`,
    `<fascicolo formato="${EVIDENCE_FORMAT}">`,
    text('gestore', provider.name, { casella: provider.serviceAddress }),
    text('creato', writeInstant(index.createdAt)),
    text('vista', view.holder, { di: view.of }),
    text('identificativo', index.identifier),
    ...(messageId === undefined ? [] : [text('riferimento', messageId)]),
    text('mittente', index.sender),
    ...(subject === undefined ? [] : [text('oggetto', subject)]),
    ...index.recipients.map(recipient),
    ...index.files.map(entry),
    ...index.messages.flatMap(message),
    ...index.records.flatMap(({ sequence, leaf, seal, inclusion }) =>
      group('registrazione', { numero: sequence, foglia: leaf, sigillo: seal }, hashes(inclusion)),
    ),
    ...index.seals.flatMap(({ number, consistency }) =>
      group('sigillo', { numero: number }, hashes(consistency)),
    ),
    ...index.missing.map(gap),
    '</fascicolo>',
  ];
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** To the second, UTC. */
export function writeInstant(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

function recipient({ address, certified, outcome, instant, source }: EvidenceRecipient): string {
  return text('destinatario', address, {
    tipo: certified === undefined ? undefined : certified ? 'certificato' : 'esterno',
    esito: outcome,
    istante: instant === undefined ? undefined : writeInstant(instant),
    fonte: source,
  });
}

function entry({ name, role, sizeBytes, sha256 }: EvidenceEntry): string {
  return `  <file${attributes({ nome: name, ruolo: role, ottetti: sizeBytes, sha256 })}/>`;
}

function message({ file, kind, messageId, about, ...rest }: EvidenceMessage): string[] {
  const said = {
    file,
    genere: kind,
    id: messageId,
    gestore: rest.provider,
    firmatario: rest.signer,
    istante: writeInstant(rest.instant),
    impronta: rest.digest,
    registrazione: rest.record,
  };
  return group(
    'messaggio',
    said,
    about.map((address) => `  ${text('riguarda', address)}`),
  );
}

function gap({ what, why, kind, recipient: about, record, text: sentence }: EvidenceGap): string {
  return text('mancante', sentence, {
    cosa: what,
    motivo: why,
    genere: kind,
    destinatario: about,
    registrazione: record,
  });
}

function hashes(path: readonly string[]): string[] {
  return path.map((hash) => `  ${text('impronta', hash)}`);
}

function text(name: string, content: string, said: Attributes = {}): string {
  return `  <${name}${attributes(said)}>${escapeXml(content)}</${name}>`;
}

function group(name: string, said: Attributes, children: readonly string[]): string[] {
  if (children.length === 0) return [`  <${name}${attributes(said)}/>`];
  return [`  <${name}${attributes(said)}>`, ...children, `  </${name}>`];
}

function attributes(said: Attributes): string {
  return Object.entries(said)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');
}
