// SPDX-License-Identifier: EUPL-1.2
import { quotePrintable } from '../../wire/mime/transfer-encoding.ts';
import type { ReadableText } from '../wording/texts.ts';

const PLAIN_HEADER =
  'Content-Type: text/plain; charset=iso-8859-1\r\n' +
  'Content-Disposition: inline\r\n' +
  'Content-Transfer-Encoding: quoted-printable\r\n\r\n';
const HTML_HEADER =
  'Content-Type: text/html; charset=iso-8859-1\r\n' +
  'Content-Disposition: inline\r\n' +
  'Content-Transfer-Encoding: quoted-printable\r\n\r\n';

/** GEN-3: the text/plain part, header and body, in ASCII, for people who read no HTML. */
export function plainPart(text: ReadableText): string {
  const body = `${text.title}\r\n${text.lines.map(oneLine).join('\r\n')}\r\n`;
  return PLAIN_HEADER + quotePrintable(latin1(body));
}

/**
 * GEN-4: the same lines as HTML, with nothing else in it: no style, no image, no link, no script.
 * Characters that ISO-8859-1 lacks are written as references, so that they are seen here at least.
 */
export function htmlPart(text: ReadableText): string {
  const title = escapeHtml(text.title);
  const lines = text.lines.map((line) => `${escapeHtml(oneLine(line))}<br>\r\n`).join('');
  const body =
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h3>${title}</h3>\r\n<hr>\r\n` +
    `${lines}</body>\r\n</html>\r\n`;
  return HTML_HEADER + quotePrintable(latin1(body));
}

/** GEN-15, SEC-14: what comes from a message can neither end a line nor turn the direction of the text. */
function oneLine(line: string): string {
  if (!/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/.test(line)) return line;
  return line.replace(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+/g, ' ');
}

/** GEN-18: `?` for each character that ISO-8859-1 lacks. */
function latin1(text: string): string {
  return /[^\x00-\xff]/.test(text) ? text.replace(/[^\x00-\xff]/gu, '?') : text;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** SEC-14 */
function escapeHtml(text: string): string {
  if (!/[&<>"]|[^\x00-\xff]/.test(text)) return text;
  return text
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[^\x00-\xff]/gu, (character) => `&#${character.codePointAt(0)};`);
}
