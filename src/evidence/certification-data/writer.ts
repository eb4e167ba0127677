// SPDX-License-Identifier: EUPL-1.2
import { localTime } from '../local-time.ts';
import type { CertificationData } from './certification-data.ts';

/**
 * The `daticert.xml` that says this: UTF-8, LF, four blanks of indentation, no DOCTYPE, valid against the
 * DTD. `errore` and `destinatari/@tipo` are always written, since some readers know no defaults.
 */
export function writeCertificationData(data: CertificationData): Buffer {
  const { date, time, zone } = localTime(data.instant);
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<postacert tipo="${data.kind}" errore="${data.error}">
    <intestazione>
        <mittente>${escapeXml(data.sender)}</mittente>
${recipients(data)}        <risposte>${escapeXml(data.replyTo)}</risposte>
${optional('oggetto', data.subject)}    </intestazione>
    <dati>
        <gestore-emittente>${escapeXml(data.provider)}</gestore-emittente>
        <data zona="${zone}">
            <giorno>${date}</giorno>
            <ora>${time}</ora>
        </data>
        <identificativo>${escapeXml(data.identifier)}</identificativo>
${details(data)}    </dati>
</postacert>
`);
}

function recipients(data: CertificationData): string {
  let lines = '';
  for (const { address, certified } of data.recipients) {
    const type = certified ? 'certificato' : 'esterno';
    lines += `        <destinatari tipo="${type}">${escapeXml(address)}</destinatari>\n`;
  }
  return lines;
}

function details(data: CertificationData): string {
  let lines = optional('msgid', data.messageId);
  if (data.receiptType !== undefined) lines += `        <ricevuta tipo="${data.receiptType}"/>\n`;
  lines += optional('consegna', data.deliveredTo);
  for (const address of data.takenInCharge ?? []) lines += optional('ricezione', address);
  return lines + optional('errore-esteso', data.extendedError);
}

function optional(element: string, text: string | undefined): string {
  return text === undefined ? '' : `        <${element}>${escapeXml(text)}</${element}>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * Text for an element or an attribute (SEC-14). Line ends and tabs become blanks, what XML 1.0 has no place
 * for (section 2.2) and the other control characters go.
 */
export function escapeXml(text: string): string {
  // One look at the text spares the five replacements nearly always.
  if (!/[&<>"\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]/.test(text)) return text;
  return text
    .replace(/[\t\r\n]+/g, ' ')
    .replace(/[\x00-\x1f\x7f-\x9f\ufffe\uffff]/g, '')
    .replace(/\p{Surrogate}/gu, '')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}
