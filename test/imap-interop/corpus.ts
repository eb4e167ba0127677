// SPDX-License-Identifier: EUPL-1.2

/** What programs that keep mail with LF line ends still bring back whole: every line ends in CRLF. */
const ODD: readonly string[] = [
  'Subject: semplice\r\n\r\ntesto\r\n',
  'Subject: punti\r\n\r\n.\r\n..\r\n.testo\r\n',
  'Subject: nessuna riga\r\n\r\n',
  `Subject: righe lunghe\r\n\r\n${'x'.repeat(998)}\r\n${'y'.repeat(5000)}\r\n`,
  'From: <a@x.test>\r\nSubject: From\r\n\r\nFrom qui in poi\r\n>From l\u00ec\r\n',
  'Subject: =?utf-8?q?perch=C3=A9?=\r\n\r\n\r\n\r\ntesto\r\n\r\n\r\n',
  `Subject: ottetti\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${'\u00e0\u00e8\u00ff\u0080 {3}\r\n'.repeat(50)}`,
  'Subject: parti\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_a"\r\n\r\n' +
    '--=_a\r\nContent-Type: text/plain\r\n\r\ntesto\r\n--=_a\r\nContent-Type: message/rfc822\r\n\r\n' +
    'Subject: dentro\r\n\r\nal sicuro\r\n--=_a--\r\n',
  'Subject:  piegato\r\n  su due righe\r\nX-Vuoto:\r\n\r\n)\r\n* 1 FETCH (FLAGS ())\r\nA1 OK falso\r\n',
  `Subject: grande\r\n\r\n${'riga di prova che riempie\r\n'.repeat(12_000)}`,
];

/** The message whose header OfflineIMAP and getmail write anew: Python's `email` sets the spaces after a colon itself. */
export const ODD_SPACES = 8;

/** So many different messages, some of them odd, the same ones each time. */
export function makeMessages(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => makeMessage(index));
}

export function makeMessage(index: number): Buffer {
  const opening = `From: <ufficio@comune.alfa.test>\r\nDate: ${dateOf(index)}\r\nMessage-ID: <m${index}@alfa.test>\r\n`;
  const odd = index < ODD.length ? ODD[index] : undefined;
  const text = odd ?? `Subject: messaggio ${index}\r\n\r\n${`riga ${index}\r\n`.repeat(1 + (index % 97))}`;
  return Buffer.from(opening + text, 'latin1');
}

function dateOf(index: number): string {
  return new Date(Date.UTC(2024, 0, 1) + index * 60_000).toUTCString().replace('GMT', '+0000');
}
