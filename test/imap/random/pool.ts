// SPDX-License-Identifier: EUPL-1.2

const lines = (...all: readonly string[]): string => Buffer.from(all.join('\r\n'), 'utf8').toString('latin1');

/** Messages that random sessions append; some a client would never send. */
export const MESSAGES: readonly string[] = [
  'x:y',
  lines(
    'Subject: Avviso',
    'From: Anna <a@x.test>',
    'Date: Mon, 3 Feb 2025 09:00:00 +0100',
    'Message-ID: <1@x>',
    '',
    'ciao',
  ),
  lines(
    'Subject: Re: Avviso',
    'From: b@x.test',
    'Date: Tue, 4 Feb 2025 09:00:00 +0100',
    'Message-ID: <2@x>',
    'References: <1@x>',
    '',
    'gare e bandi',
  ),
  lines(
    'Subject: =?utf-8?q?Citt=C3=A0?=',
    'From: "C, D" <c@x.test>, e@x.test',
    'To: undisclosed-recipients:;',
    'Message-ID: <3@x>',
    'In-Reply-To: <2@x>',
    '',
    'città in festa',
  ),
  lines('Subject: =?utf-8?q?a=0Ab?=', 'Cc: f@x.test', '', 'riga'),
  lines(
    'Subject: allegati',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'perch=E9 bandi',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'Subject: dentro',
    'From: g@x.test',
    '',
    'testo interno',
    '--b',
    'Content-Type: application/pdf; name="atto.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    'JVBERi0=',
    '--b--',
  ),
  lines('Subject: lungo', '', `${'parola '.repeat(300)}fine`),
  lines('', 'senza intestazione'),
  'solo corpo senza fine',
];

/** What they search for. */
export const WORDS = [
  'ciao',
  'BANDI',
  'a',
  'tt',
  'città',
  'avviso',
  'interno',
  'atto.pdf',
  'parola parola',
  'niente',
];

export const FOLDERS = ['INBOX', 'A', 'A/B', 'A/B/C', 'x y', 'Citt&AOA-', 'Posta &- co', 'D', 'D/E'];

export const FLAGS = ['\\Seen', '\\Deleted', '\\Flagged', '\\Answered', '\\Draft', 'lavoro', '$Forwarded'];
