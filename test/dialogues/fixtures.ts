// SPDX-License-Identifier: EUPL-1.2

/** A message a dialogue starts with. */
export interface DialogueMessage {
  readonly mailbox: string;
  readonly flags: string;
  /** RFC 9051 date-time. */
  readonly date: string;
  readonly text: string;
}

function message(given: {
  readonly lines: readonly string[];
  readonly flags?: string;
  readonly date?: string;
}): DialogueMessage {
  const { lines, flags = '', date = ' 1-Mar-2025 08:00:00 +0000' } = given;
  return { mailbox: 'INBOX', flags, date, text: lines.map((line) => `${line}\r\n`).join('') };
}

const THREE: readonly DialogueMessage[] = [
  message({
    flags: '\\Seen',
    lines: [
      'From: Ufficio Protocollo <protocollo@comune.test>',
      'To: ditta@rossi.test',
      'Subject: Avviso di gara',
      'Date: Mon, 3 Feb 2025 09:00:00 +0100',
      'Message-ID: <one@comune.test>',
      '',
      'Si comunica che la gara è aperta.',
    ],
    date: ' 3-Feb-2025 08:00:05 +0000',
  }),
  message({
    flags: '\\Flagged lavoro',
    lines: [
      'From: "Rossi, Anna" <anna@rossi.test>',
      'To: protocollo@comune.test',
      'Cc: sindaco@comune.test',
      'Subject: Re: Avviso di gara',
      'Date: Tue, 4 Feb 2025 10:30:00 +0100',
      'Message-ID: <two@rossi.test>',
      'In-Reply-To: <one@comune.test>',
      'References: <one@comune.test>',
      '',
      'Partecipiamo volentieri.',
      'Cordiali saluti',
    ],
    date: ' 4-Feb-2025 09:30:07 +0000',
  }),
  message({
    lines: [
      'From: segretario@comune.test',
      'To: protocollo@comune.test',
      'Subject: =?utf-8?q?Citt=C3=A0_in_festa?=',
      'Date: Wed, 5 Feb 2025 23:30:00 -0500',
      'Message-ID: <three@comune.test>',
      '',
      'Programma della festa.',
    ],
    date: ' 6-Feb-2025 04:30:09 +0000',
  }),
];

const MIME: readonly DialogueMessage[] = [
  message({
    lines: [
      'From: posta@mittente.test',
      'To: posta@destinatario.test',
      'Subject: allegati',
      'Date: Mon, 3 Feb 2025 09:00:00 +0100',
      'Message-ID: <mime@mittente.test>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="outer"',
      '',
      'Preamble',
      '--outer',
      'Content-Type: multipart/alternative; boundary="inner"',
      '',
      '--inner',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Citt=C3=A0',
      '--inner',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>ciao</p>',
      '--inner--',
      '--outer',
      'Content-Type: application/xml; name="daticert.xml"',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment; filename="daticert.xml"',
      '',
      'PHBvc3RhY2VydC8+',
      '--outer',
      'Content-Type: message/rfc822; name="postacert.eml"',
      '',
      'From: a@x.test',
      'Subject: dentro',
      'Content-Type: multipart/mixed; boundary="deep"',
      '',
      '--deep',
      'Content-Type: text/plain',
      '',
      'profondo',
      '--deep--',
      '--outer--',
    ],
  }),
];

const FIXTURES: Readonly<Record<string, readonly DialogueMessage[]>> = { three: THREE, mime: MIME };

export function findFixture(name: string): readonly DialogueMessage[] {
  const found = FIXTURES[name];
  if (found === undefined) throw new Error(`no such fixture: ${name}`);
  return found;
}
