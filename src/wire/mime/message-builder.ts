// SPDX-License-Identifier: EUPL-1.2
import { formatAddressList } from './addresses.ts';
import { formatDate } from './dates.ts';
import { encodeText } from './encoded-words.ts';
import { asBuffer } from './octets.ts';
import { formatParameters } from './parameters.ts';
import { encodeBase64, encodeQuotedPrintable } from './transfer-encoding.ts';

export interface NamedAddress {
  readonly name?: string;
  readonly address: string;
}

export interface Attachment {
  /** File name in any characters. */
  readonly name: string;
  /** `type/subtype` of a leaf: what is a message or a multipart travels as application/octet-stream. */
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** A message to be written (RFC 5322): a text and files. */
export interface NewMessage {
  readonly from: NamedAddress;
  readonly to: readonly NamedAddress[];
  readonly cc?: readonly NamedAddress[];
  readonly subject?: string;
  /** Without angle brackets. */
  readonly messageId: string;
  /** Milliseconds since the Unix epoch, and how far the sender's clock is ahead of UTC. */
  readonly date: { readonly instantMs: number; readonly offsetMinutes: number };
  /** Further fields: ASCII names and values, in order. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** With line ends of any kind. */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** At most 60 letters and digits that occur nowhere in the message, because they are random. */
  readonly boundary: string;
}

/** A multiple of 57: whole lines of base64, and no string of the size of the file. */
const ENCODED_AT_ONCE = 57 * 16_384;

/**
 * The message as octets, in order, all of them 7-bit with lines of at most 76 columns where these can be
 * kept: what no host on the way has a reason to change.
 */
export function buildMessage(message: NewMessage): Buffer[] {
  const { attachments, boundary, text } = message;
  const top = [...addressFields(message), 'MIME-Version: 1.0'];
  if (attachments.length === 0) return [headerOf([...top, ...TEXT_FIELDS]), encodedText(text)];
  const chunks = [headerOf([...top, `Content-Type: multipart/mixed; boundary="${boundary}"`])];
  chunks.push(lines(`--${boundary}`), headerOf(TEXT_FIELDS), encodedText(text));
  for (const attachment of attachments) {
    chunks.push(lines(`--${boundary}`), headerOf(attachmentFields(attachment)));
    for (let at = 0; at < attachment.content.length; at += ENCODED_AT_ONCE) {
      chunks.push(encodeBase64(asBuffer(attachment.content).subarray(at, at + ENCODED_AT_ONCE)));
    }
  }
  chunks.push(lines(`--${boundary}--`));
  return chunks;
}

const TEXT_FIELDS = [
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
];

function addressFields(message: NewMessage): string[] {
  const { from, to, cc = [], subject, messageId, date, fields = [] } = message;
  return [
    `Date: ${formatDate(date.instantMs, date.offsetMinutes)}`,
    `From: ${formatAddressList([from], 6)}`,
    ...(to.length === 0 ? [] : [`To: ${formatAddressList(to, 4)}`]),
    ...(cc.length === 0 ? [] : [`Cc: ${formatAddressList(cc, 4)}`]),
    ...(subject === undefined ? [] : [`Subject: ${encodeText(subject, { firstColumn: 9 })}`]),
    `Message-ID: <${messageId}>`,
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ];
}

function attachmentFields({ name, mediaType }: Attachment): string[] {
  // RFC 2046 sections 5.1 and 5.2.1: multipart and message may not be encoded, and files must be.
  const leaf = /^[a-z]+\/[a-z0-9.+-]+$/.test(mediaType) && !/^(?:multipart|message)\//.test(mediaType);
  const type = leaf ? mediaType : 'application/octet-stream';
  const parameters = (params: Record<string, string>, before: string) =>
    `${before}${formatParameters(params, before.length)}`;
  return [
    parameters({ name }, `Content-Type: ${type}`),
    parameters({ filename: name }, 'Content-Disposition: attachment'),
    'Content-Transfer-Encoding: base64',
  ];
}

function encodedText(text: string): Buffer {
  const whole = text === '' || /[\r\n]$/.test(text) ? text : `${text}\r\n`;
  return encodeQuotedPrintable(Buffer.from(whole.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n')));
}

/** A header with its empty line. */
function headerOf(fields: readonly string[]): Buffer {
  return lines(...fields, '');
}

function lines(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\r\n`).join(''), 'latin1');
}
