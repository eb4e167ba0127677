// SPDX-License-Identifier: EUPL-1.2

/** What a client might submit, after From, To, Subject and Date. */
export interface OriginalKind {
  readonly name: string;
  /** Complete lines with their line ends; `Message-ID` where one is wanted. */
  readonly header: string;
  readonly body: Buffer;
  /** Without the empty line between header and body. */
  readonly headerOnly?: true;
}

const ID = 'Message-ID: <abc.1@client.test>\r\n';

function kind(name: string, body: string | Buffer, header: string = ID): OriginalKind {
  return { name, header, body: Buffer.isBuffer(body) ? body : Buffer.from(body) };
}

function mime(name: string, type: string, body: string | Buffer, more = ''): OriginalKind {
  return kind(name, body, `${ID}MIME-Version: 1.0\r\nContent-Type: ${type}\r\n${more}`);
}

/** Lines with their line ends. */
function lines(...text: readonly string[]): string {
  return text.map((line) => `${line}\r\n`).join('');
}

const ATTACHMENT = lines(
  'Content-Type: application/pdf; name="atto.pdf"',
  'Content-Disposition: attachment; filename="atto.pdf"',
  'Content-Transfer-Encoding: base64',
  '',
  'JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0ZpbHRlci9GbGF0ZURl',
  'Y29kZT4+CnN0cmVhbQo=',
);

const MIXED = `--a\r\n\r\nTesto\r\n--a\r\n${ATTACHMENT}--a--\r\n`;

const OUR_BOUNDARIES = ['s', 'm', 'a'].map((end) => `--=_ceralacca-abcdefghijklmnopqrstuvwx-${end}`);

/** Pseudo-random octets, the same in every run. */
function noise(size: number): Buffer {
  const octets = Buffer.alloc(size);
  let state = 1;
  for (let at = 0; at < size; at++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    octets[at] = state >>> 16;
  }
  return octets;
}

function base64Lines(octets: Buffer, width: number): string {
  return lines(...(octets.toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? []));
}

const PLAIN: readonly OriginalKind[] = [
  kind('plain text', 'Si convoca il consiglio.\r\n'),
  kind('an empty body', ''),
  { ...kind('a header alone, without the empty line', ''), headerOnly: true },
  kind('no final line end', 'senza fine riga'),
  kind('only line ends', '\r\n\r\n\r\n'),
  kind('blank lines at the end', 'testo\r\n\r\n\r\n\r\n'),
  kind('dots at the start of lines', '.\r\n..\r\n...punto\r\n.\r\n'),
  kind('a line that looks like mbox', 'From anna Mon Mar  2 10:15:02 2026\r\n>From qui\r\n'),
  kind('blanks at the ends of lines', 'uno \r\ndue\t\r\n   \r\n \t \r\ntre'),
  kind('lines of 998 octets', lines('x'.repeat(998), 'y'.repeat(998))),
  kind('control characters', 'a\x01b\x0bc\x0c\x1b[1md\x7f\r\n'),
  kind('soft and hard words', lines('=?utf-8?q?non_decodificare?=', '&lt;b&gt; "virgolette" \\barra')),
  kind('a signature of text', lines('Saluti', '-- ', 'Anna')),
  kind('an old attachment', lines('begin 644 atto.txt', '#0V%T', '`', 'end')),
];

const EIGHT_BIT: readonly OriginalKind[] = [
  mime(
    'UTF-8, 8-bit',
    'text/plain; charset=utf-8',
    'Perché già, €\r\n',
    'Content-Transfer-Encoding: 8bit\r\n',
  ),
  mime('Latin-1, 8-bit', 'text/plain; charset=iso-8859-1', Buffer.from('Perch\xe9 gi\xe0\r\n', 'latin1')),
  mime('8-bit that is no text', 'text/plain', Buffer.from([0xff, 0xfe, 0x80, 0x0d, 0x0a, 0xc3, 0x28])),
  mime(
    'UTF-16 in base64',
    'text/plain; charset=utf-16',
    lines('//5DAGkAYQBvAA=='),
    'Content-Transfer-Encoding: base64\r\n',
  ),
];

const ENCODED: readonly OriginalKind[] = [
  mime(
    'quoted-printable with all its freedoms',
    'text/plain; charset=utf-8',
    'Perch=C3=A9 =\r\n  continua=20\r\n=3d =3D =\r\n',
    'Content-Transfer-Encoding: Quoted-Printable\r\n',
  ),
  mime(
    'base64 in lines of 60',
    'image/png',
    base64Lines(noise(1000), 60),
    'Content-Transfer-Encoding: base64\r\n',
  ),
  mime(
    'base64 in one long line',
    'image/png',
    base64Lines(noise(700), 998),
    'Content-Transfer-Encoding: base64\r\n',
  ),
  mime(
    'base64 with odd blanks',
    'image/png',
    'aGVs bG8g\r\n  d29y bGQ=\r\n=\r\n\r\n',
    'Content-Transfer-Encoding: base64\r\n',
  ),
  mime('flowed text', 'text/plain; format=flowed; delsp=yes', 'uno \r\n due \r\n>tre \r\n'),
  mime('HTML with everything', 'text/html', '<script src="http://x.test/"></script><img src=cid:1>\r\n'),
  mime('an invitation', 'text/calendar; method=REQUEST', lines('BEGIN:VCALENDAR', 'END:VCALENDAR')),
];

const MULTIPART: readonly OriginalKind[] = [
  mime('a text and an attachment', 'multipart/mixed; boundary=a', MIXED),
  mime(
    'an alternative',
    'multipart/alternative; boundary="b c"',
    lines('--b c', '', 'Testo', '--b c', 'Content-Type: text/html', '', '<p>Testo', '--b c--'),
  ),
  mime('preamble and epilogue', 'multipart/mixed; boundary=a', `Preambolo\r\n${MIXED}Epilogo\r\n--a\r\n`),
  mime('no closing boundary', 'multipart/mixed; boundary=a', '--a\r\n\r\ntroncato'),
  mime('no boundary at all', 'multipart/mixed; boundary=a', 'niente parti\r\n'),
  mime(
    'a boundary with blanks after it',
    'multipart/mixed; boundary=a',
    '--a  \r\n\r\nuno\r\n--a\t\r\n\r\ndue\r\n--a-- \r\n',
  ),
  mime(
    'three deep',
    'multipart/mixed; boundary=a',
    lines(
      '--a',
      'Content-Type: multipart/related; boundary=b',
      '',
      '--b',
      'Content-Type: multipart/alternative; boundary=c',
      '',
      '--c',
      '',
      'x',
      '--c--',
      '--b--',
      '--a--',
    ),
  ),
  mime(
    'a message inside',
    'multipart/mixed; boundary=a',
    lines(
      '--a',
      'Content-Type: message/rfc822',
      '',
      'From: z@posta.test',
      'Message-ID: <dentro@posta.test>',
      '',
      'Ciao',
      '--a--',
    ),
  ),
  mime(
    'a message as the whole',
    'message/rfc822',
    lines('Subject: dentro', 'Message-ID: <dentro@posta.test>', '', ''),
  ),
  mime(
    'names of ours inside',
    'multipart/mixed; boundary=a',
    MIXED.replaceAll('atto.pdf', 'daticert.xml') + MIXED.replaceAll('atto.pdf', 'postacert.eml'),
  ),
  mime(
    'boundaries of ours inside',
    'multipart/mixed; boundary="=_ceralacca-abcdefghijklmnopqrstuvwx-m"',
    lines(...OUR_BOUNDARIES, '', 'x', ...OUR_BOUNDARIES.map((line) => `${line}--`)),
  ),
  mime(
    'a delivery report',
    'multipart/report; report-type=delivery-status; boundary=a',
    lines(
      '--a',
      '',
      'x',
      '--a',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; x',
      '',
      '--a--',
    ),
  ),
  mime(
    'a piece of a message',
    'message/partial; id="1@x"; number=1; total=2',
    'Subject: pezzo\r\n\r\nuno\r\n',
  ),
  mime(
    'signed with a key of one’s own',
    'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=a',
    lines(
      '--a',
      '',
      'Testo ',
      '--a',
      'Content-Type: application/pgp-signature',
      '',
      '-----BEGIN PGP SIGNATURE-----',
      '=abcd',
      '-----END PGP SIGNATURE-----',
      '--a--',
    ),
  ),
  mime(
    'encrypted',
    'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
    base64Lines(noise(500), 64),
    'Content-Transfer-Encoding: base64\r\n',
  ),
];

const HEADERS: readonly OriginalKind[] = [
  kind('no Message-ID', 'x\r\n', ''),
  kind('a Message-ID in small letters, folded', 'x\r\n', 'message-id:\r\n <abc.1@client.test>\r\n'),
  kind('a Message-ID in the middle', 'x\r\n', `X-Prima: 1\r\n${ID}X-Dopo: 2\r\n`),
  kind(
    'a reference of the client’s own',
    'x\r\n',
    `X-Riferimento-Message-ID: <falso@client.test>\r\n${ID}X-Riferimento-Message-ID: <due@client.test>\r\n`,
  ),
  kind(
    'folding of all sorts',
    'x\r\n',
    `${ID}X-Piegato: uno\r\n\tdue\r\n    tre  \r\nX-Vuoto:\r\nX-Blanco:   \r\nx-MINUSCOLO:senza spazio\r\n`,
  ),
  kind(
    'the same field many times',
    'x\r\n',
    `${ID}${'Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0100\r\n'.repeat(40)}`,
  ),
  kind(
    'fields of ours',
    'x\r\n',
    `${ID}X-Ricevuta: accettazione\r\nX-Trasporto: errore\r\nX-VerificaSicurezza: errore\r\nX-Mittente: z@x.test\r\n`,
  ),
  kind(
    'very long fields',
    'x\r\n',
    `${ID}References:${Array.from({ length: 60 }, (_, at) => `\r\n <${at}.${'r'.repeat(50)}@client.test>`).join('')}\r\n`,
  ),
];

const LARGE: readonly OriginalKind[] = [
  mime(
    '300 KB',
    'application/octet-stream',
    base64Lines(noise(230_000), 76),
    'Content-Transfer-Encoding: base64\r\n',
  ),
  mime(
    'a megabyte of 8-bit octets',
    'text/plain',
    Buffer.from(noise(1_000_000).map((octet) => (octet < 32 ? octet + 128 : octet))),
  ),
];

/** Kinds of original, each odd in its own way. */
export const ORIGINALS: readonly OriginalKind[] = [
  ...PLAIN,
  ...EIGHT_BIT,
  ...ENCODED,
  ...MULTIPART,
  ...HEADERS,
  ...LARGE.map(({ body, ...rest }) => ({ ...rest, body: shortLines(body) })),
];

/** Line ends put where lines would be longer than a message may have. */
function shortLines(octets: Buffer): Buffer {
  const copy = Buffer.from(octets);
  for (let at = 900; at + 1 < copy.length; at += 900) copy.write('\r\n', at);
  return copy;
}
