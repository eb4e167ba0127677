// SPDX-License-Identifier: EUPL-1.2

/** Messages that have caught mail programs out: dots, long lines, octets above 127, odd ends. */
export const MESSAGES: readonly Buffer[] = [
  'Subject: semplice\r\n\r\ntesto\r\n',
  'Subject: punti\r\n\r\n.\r\n..\r\n.testo\r\n...\r\n.\r\n',
  'Subject: nessuna riga\r\n\r\n',
  `Subject: righe lunghe\r\n\r\n${'x'.repeat(998)}\r\n.${'y'.repeat(997)}\r\n`,
  'From: <a@x.test>\r\nSubject: From\r\n\r\nFrom qui in poi\r\n>From l\u00ec\r\n',
  `Subject: grande\r\n\r\n${'.riga di prova\r\n'.repeat(60_000)}`,
  'Subject: righe vuote alla fine\r\n\r\ntesto\r\n\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'));

/** The same, and one that only a client counting octets gets right: it does not end with a line end. */
export const ALL_MESSAGES: readonly Buffer[] = [
  ...MESSAGES,
  Buffer.from('Subject: tronco\r\n\r\n.testo senza fine'),
];

/** A message as a client holds it: the protocol completes a last line that has no end. */
export function completed(message: Buffer): Buffer {
  return message.subarray(-2).equals(Buffer.from('\r\n'))
    ? message
    : Buffer.concat([message, Buffer.from('\r\n')]);
}
