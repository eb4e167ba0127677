// SPDX-License-Identifier: EUPL-1.2
import { formatDate } from '../../wire/mime/dates.ts';
import { encodeText } from '../../wire/mime/encoded-words.ts';
import type { Header, HeaderField } from '../../wire/mime/header.ts';
import { isPathOf } from '../../wire/mime/smtp-paths.ts';
import type { EmittingProvider } from '../draft.ts';
import type { LocalTime } from '../local-time.ts';
import { ON_BEHALF_OF, REFERENCE_FIELD } from '../wording/literals.ts';

const MAX_COLUMNS = 78;

/** A field of ours whose value is ASCII by construction, or made so (SEC-14). */
export function fieldLine(name: string, value: string): string {
  return `${name}: ${printable(value)}\r\n`;
}

/** TIME-7: the same instant as in the texts, with the offset of legal time. */
export function dateLine(instant: number, time: LocalTime): string {
  return `Date: ${formatDate(instant, time.offsetMinutes)}\r\n`;
}

/** GEN-15: the prefix, one blank, the subject of the original; RFC 2047 where it is not ASCII. */
export function subjectLine(prefix: string, subject: string | undefined): string {
  const text = subject === undefined || subject === '' ? prefix : `${prefix} ${subject}`;
  return `Subject: ${encodeText(text, { firstColumn: 'Subject: '.length })}\r\n`;
}

/** GEN-7: the From of envelopes, folded after the display name where it is long, as the field does. */
export function onBehalfLine(sender: string, serviceAddress: string): string {
  return behalf('From', sender, serviceAddress);
}

/** GEN-8, U-1: a Sender equal to From, where it is asked for. */
export function senderLine(sender: string, provider: EmittingProvider): string {
  return provider.variants?.senderField === true ? behalf('Sender', sender, provider.serviceAddress) : '';
}

function behalf(field: string, sender: string, serviceAddress: string): string {
  const name = `${field}: "${ON_BEHALF_OF}${printable(sender).replace(/["\\]/g, '\\$&')}"`;
  const address = `<${printable(serviceAddress)}>`;
  const fold = name.length + 1 + address.length > MAX_COLUMNS;
  return `${name}${fold ? '\r\n' : ''} ${address}\r\n`;
}

/** GEN-12: the client's Message-ID, verbatim; no line when there was none. */
export function referenceLine(messageId: string | undefined): string {
  return messageId === undefined ? '' : identifierLine(REFERENCE_FIELD, messageId);
}

/** A field with a msg-id, angle brackets included; on a line of its own when it is very long. */
export function identifierLine(name: string, messageId: string): string {
  // RFC 5322 section 2.1.1: 998 octets a line.
  return messageId.length + name.length + 2 > 998
    ? `${name}:\r\n ${printable(messageId)}\r\n`
    : fieldLine(name, messageId);
}

/** The fields of those names, in the order they stand in, octet by octet (AP-26, IP-23); never Bcc (GEN-20). */
export function copyFields(header: Header, block: Buffer, ...names: readonly string[]): Buffer {
  const keys = new Set(names.map((name) => name.toLowerCase()));
  const fields = header.fields.filter((field) => keys.has(field.key));
  return Buffer.concat(fields.map((field) => copyField(field, block)));
}

/**
 * The trace fields of the original. A Return-Path that names another path than the dialogue did is a lie that
 * answers would go to (RFC 5321 section 4.4): it stays inside, in the original.
 */
export function copyTrace(header: Header, block: Buffer, reversePath: string): Buffer {
  const fields = header.fields.filter(
    ({ key, value }) => key === 'received' || (key === 'return-path' && isPathOf(value, reversePath)),
  );
  return Buffer.concat(fields.map((field) => copyField(field, block)));
}

/** One field, octet by octet. */
export function copyField(field: HeaderField, block: Buffer): Buffer {
  const octets = block.subarray(field.start, field.end);
  if (!field.defects.includes('bare-line-end') && octets.at(-1) === 0x0a) return octets;
  // Half line ends could end our own header or begin a field in it; the embedded original keeps them.
  const text = octets.toString('latin1').replace(/(?:\r\n|\r|\n)$/, '');
  const folded = text.replace(/(?:\r\n|\r|\n)(?=[ \t])/g, '\r\n').replace(/\r(?!\n)|(?<!\r)\n/g, ' ');
  return Buffer.from(`${folded}\r\n`, 'latin1');
}

/** Without control characters, and `?` for what is not ASCII. */
function printable(value: string): string {
  if (/^[ -~]*$/.test(value)) return value;
  return value.replace(/[\x00-\x1f\x7f]+/g, '').replace(/[^ -~]/gu, '?');
}
