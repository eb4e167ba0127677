// SPDX-License-Identifier: EUPL-1.2
import type { Instant } from '../../src/platform/clock.ts';
import { formatDate } from '../../src/wire/mime/dates.ts';

/** A message as a mail client would write it. */
export interface Letter {
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly subject?: string;
  readonly text?: string;
  /** X-TipoRicevuta. */
  readonly receipt?: string;
  /** With angle brackets; none when null. */
  readonly messageId?: string | null;
  /** From; the sender's address unless told, none when null. */
  readonly from?: string | null;
  /** Further header lines, without line ends. */
  readonly fields?: readonly string[];
  /** RCPT TO; To and Cc unless told. */
  readonly forwardPaths?: readonly string[];
  /** MAIL FROM; the sender's address unless told. */
  readonly reversePath?: string;
  /** The whole message, in place of all that. */
  readonly octets?: Buffer;
}

let written = 0;

export function writeLetter(letter: Letter, author: { address: string; instant: Instant }): Buffer {
  if (letter.octets !== undefined) return letter.octets;
  const { to = [], cc = [], subject = 'Convocazione', text = 'Si convoca il consiglio.\r\n' } = letter;
  const from = letter.from === undefined ? author.address : letter.from;
  const messageId = letter.messageId === undefined ? `<${++written}@client.test>` : letter.messageId;
  const lines = [
    ...(from === null ? [] : [`From: ${from}`]),
    ...(to.length > 0 ? [`To: ${to.join(',\r\n ')}`] : []),
    ...(cc.length > 0 ? [`Cc: ${cc.join(',\r\n ')}`] : []),
    `Subject: ${subject}`,
    `Date: ${formatDate(author.instant, 60)}`,
    ...(messageId === null ? [] : [`Message-ID: ${messageId}`]),
    ...(letter.receipt === undefined ? [] : [`X-TipoRicevuta: ${letter.receipt}`]),
    ...(letter.fields ?? []),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

export function forwardPathsOf(letter: Letter): readonly string[] {
  return letter.forwardPaths ?? [...(letter.to ?? []), ...(letter.cc ?? [])];
}
