// SPDX-License-Identifier: EUPL-1.2
import { parsePath } from '../mime/smtp-paths.ts';

/** The argument of MAIL FROM or RCPT TO, taken apart. */
export interface AddressCommand {
  /** The address in the path; empty for the null path. */
  readonly address: string;
  /** Parameters by keyword in capitals; `true` for one without value. */
  readonly params: Readonly<Record<string, string | true>>;
  /** A keyword that was given twice. */
  readonly duplicate?: string;
}

//   MAIL FROM:<path> [SP esmtp-param ...]        RFC 5321 section 4.1.1.2
//   RCPT TO:<path> [SP esmtp-param ...]          RFC 5321 section 4.1.1.3
//   esmtp-param = keyword ["=" value]            RFC 5321 section 4.1.2
const VERBS = { 'MAIL FROM': /^mail from *: */i, 'RCPT TO': /^rcpt to *: */i };
const NO_PARAMETERS = { params: {} };
const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]*))?$/;

/**
 * Reads the command, without its line end, an octet a character. Undefined for what has another form, or holds an octet
 * outside printable ASCII: SMTPUTF8 is not spoken here. Blanks before the path are forgiven, as many
 * clients write them.
 */
export function parseAddressCommand(verb: 'MAIL FROM' | 'RCPT TO', line: string): AddressCommand | undefined {
  const text = line.trimEnd();
  if (!/^[ -~]*$/.test(text)) return undefined;
  const start = VERBS[verb].exec(text)?.[0].length;
  if (start === undefined) return undefined;
  const end = pathEnd(text, start);
  if (end === undefined) return undefined;
  const address = parsePath(text.slice(start, end));
  // RFC 5321 section 4.1.1.3: only as a recipient does postmaster need no domain.
  if (address === undefined || (address === 'postmaster' && verb !== 'RCPT TO')) return undefined;
  const params = parseParameters(text.slice(end));
  return params === undefined ? undefined : { address, ...params };
}

/** One past the `>` that ends the path starting there; a quoted local part may hold `>` and blanks. */
function pathEnd(text: string, start: number): number | undefined {
  if (text[start] !== '<') return undefined;
  let quoted = false;
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === '\\') at++;
    else if (char === '"') quoted = !quoted;
    else if (char === '>' && !quoted) return at + 1;
  }
  return undefined;
}

function parseParameters(text: string): Omit<AddressCommand, 'address'> | undefined {
  if (text === '') return NO_PARAMETERS;
  if (!text.startsWith(' ')) return undefined;
  const params: Record<string, string | true> = Object.create(null);
  let duplicate: string | undefined;
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const match = PARAMETER.exec(word);
    if (match?.[1] === undefined) return undefined;
    const keyword = match[1].toUpperCase();
    if (keyword in params) duplicate = keyword;
    params[keyword] = match[2] ?? true;
  }
  return duplicate === undefined ? { params } : { params, duplicate };
}
