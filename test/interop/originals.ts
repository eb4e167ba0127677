// SPDX-License-Identifier: EUPL-1.2
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Letter, text, type Written, withAttachments, write } from './letter.ts';

/** Who writes to whom, and where openssl finds a certificate to sign and encrypt with. */
export interface Facts {
  readonly from: string;
  readonly to: string;
  /** A provider's `keys` folder of the demo: certificate and key of its TLS server will do. */
  readonly keys: string;
  /** A message with our own boundaries in it. */
  readonly ours: Buffer;
}

export interface Original extends Written {
  readonly name: string;
}

const mime = (type: string, ...further: string[]) => [
  'MIME-Version: 1.0',
  `Content-Type: ${type}`,
  ...further,
];
const lines = (...texts: string[]) => `${texts.join('\r\n')}\r\n`;

/** What users really send, and what they should not: each must arrive as it left. */
export function originals(facts: Facts): Original[] {
  const { from, to } = facts;
  const letters: Record<string, Partial<Letter>> = {
    ...plain(),
    ...headers(facts),
    ...bodies(),
    ...structures(facts),
    ...secured(facts),
  };
  return Object.entries(letters).map(([name, letter]) => ({
    name,
    ...write({ from, to: [to], subject: `Prova ${name}`, ...letter }),
    to: [to],
  }));
}

function plain(): Record<string, Partial<Letter>> {
  return {
    'plain text': { body: text(2000) },
    'no Message-ID': { without: ['Message-ID'] },
    'no subject': { without: ['Subject'] },
    'empty subject': { subject: '' },
    'no date': { without: ['Date'] },
    'empty body': { body: '' },
    'body of empty lines': { body: '\r\n\r\n\r\n' },
    'dots at line starts': { body: lines('.', '..', '.a', 'a.', '', '.', 'end') },
    'lines like From': { body: lines('From here to there', '>From nowhere') },
    'blanks at line ends': { body: lines('two  ', 'a tab\t', '  indented', '-- ', 'me') },
    'lines of 998 octets': { body: lines('x'.repeat(998), 'y'.repeat(997)) },
    'ten thousand short lines': { body: 'a\r\n'.repeat(10_000) },
  };
}

function headers({ from, to }: Facts): Record<string, Partial<Letter>> {
  return {
    'subject in ISO-8859-1': { subject: '=?iso-8859-1?Q?Perch=E9_no?=' },
    'subject beyond ISO-8859-1': { subject: '=?utf-8?B?zqfOsc65z4HOtc+EzrnPg868z4zPgiDwn5OuIOKCrA==?=' },
    'subject with markup': { subject: 'Diffida & <b>messa in mora</b> "]]>' },
    'subject folded many times': { subject: 'Oggetto\r\n molto\r\n\tlungo\r\n  davvero' },
    'subject of 900 octets': { subject: 'o'.repeat(900) },
    'names that are not ASCII': { from: `=?utf-8?Q?Nicol=C3=B2_d'Alb=C3=A0?= <${from}>` },
    'names with commas and comments': { to: [`"Rossi, Mario" (ufficio) <${to}>`], from: `${from} (io)` },
    'a group of recipients': { to: [`Uffici: ${to};`] },
    'answers elsewhere': { fields: [`Reply-To: Segreteria <segreteria@altrove.test>`] },
    'fields of another provider': {
      fields: [
        'X-Ricevuta: accettazione',
        'X-Trasporto: errore',
        'X-Riferimento-Message-ID: <mio@client.test>',
      ],
    },
    'traces and private fields': {
      fields: [
        'Received: from qui by li; Mon, 5 Jan 2026 10:00:00 +0100',
        'Received: from la\r\n by qui; Mon, 5 Jan 2026 09:00:00 +0100',
        'X-Priority: 1',
        'X-Priority: 3',
        'List-Id: <lista.test>',
      ],
    },
    'fields in odd letters': { fields: ['SUBJECT-ALT: x', 'mime-VERSION: 1.0', 'content-type: TEXT/plain'] },
    'two hundred fields': { fields: Array.from({ length: 200 }, (_, at) => `X-Campo-${at}: valore ${at}`) },
    'a field of 900 octets in one line': { fields: [`X-Lungo: ${'v'.repeat(900)}`] },
  };
}

function bodies(): Record<string, Partial<Letter>> {
  return {
    '8-bit UTF-8': {
      fields: mime('text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'),
      body: 'Perché così è più bello: €, Ω, 📮\r\n',
    },
    '8-bit ISO-8859-1': {
      fields: mime('text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding: 8bit'),
      body: Buffer.from('Perché così è più bello\r\n', 'latin1'),
    },
    '8-bit without saying so': { body: 'Perché non lo dico\r\n' },
    'quoted-printable': {
      fields: mime('text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'),
      body: 'Perch=C3=A9 una riga lunga=\r\n continua =3D qui=20\r\n',
    },
    'UTF-16 in base64': {
      fields: mime('text/plain; charset=utf-16', 'Content-Transfer-Encoding: base64'),
      body: '/v8AUABlAHIAYwBoAOkADQAK\r\n',
    },
    'HTML only': {
      fields: mime('text/html'),
      body: '<p>Una <a href="https://altrove.test">pagina</a></p>\r\n',
    },
    uuencoded: { body: lines('begin 644 a.bin', '#86)C', '`', 'end') },
    'a type that is none': { fields: mime(';;;charset'), body: 'mah\r\n' },
  };
}

function structures({ ours }: Facts): Record<string, Partial<Letter>> {
  const pdf = { name: 'delibera.pdf', type: 'application/pdf', content: Buffer.alloc(30_000, 'delibera ') };
  const invoice = {
    name: 'IT01234567890_FPA01.xml.p7m',
    type: 'application/pkcs7-mime',
    content: Buffer.alloc(5000, 1),
  };
  const open = (boundary: string) => mime(`multipart/mixed; boundary="${boundary}"`);
  return {
    'two attachments': withAttachments([pdf, invoice]),
    'an attachment of 1 MB': withAttachments([{ ...pdf, content: Buffer.alloc(1_000_000, 'x1y2') }]),
    'alternatives with an image': {
      fields: mime('multipart/related; boundary=R'),
      body: lines(
        '--R',
        'Content-Type: multipart/alternative; boundary=A',
        '',
        '--A',
        '',
        'testo',
        '--A',
        'Content-Type: text/html',
        '',
        '<img src="cid:i">',
        '--A--',
        '--R',
        'Content-Type: image/gif; name=i.gif',
        'Content-ID: <i>',
        'Content-Transfer-Encoding: base64',
        '',
        'R0lGODlhAQABAAAAACw=',
        '--R--',
      ),
    },
    'names by RFC 2231': {
      fields: open('D'),
      body: lines(
        '--D',
        "Content-Type: text/plain; name*=utf-8''perch%C3%A9.txt",
        "Content-Disposition: attachment; filename*0*=utf-8''per; filename*1*=ch%C3%A9.txt",
        '',
        'x',
        '--D--',
      ),
    },
    'nested three deep': {
      fields: open('1'),
      body: lines(
        '--1',
        'Content-Type: multipart/mixed; boundary=2',
        '',
        '--2',
        'Content-Type: multipart/mixed; boundary=3',
        '',
        '--3',
        'Content-Type: text/plain; name=fondo.txt',
        '',
        'fondo',
        '--3--',
        '--2--',
        '--1--',
      ),
    },
    'a message within': {
      fields: open('M'),
      body: lines('--M', 'Content-Type: message/rfc822', '', 'Subject: dentro', '', 'corpo', '--M--'),
    },
    'one of our messages within': {
      fields: open('O'),
      body: Buffer.concat([
        Buffer.from('--O\r\nContent-Type: message/rfc822; name="postacert.eml"\r\n\r\n'),
        ours,
        Buffer.from('\r\n--O--\r\n'),
      ]),
    },
    'one of our messages as text': { body: ours },
    'preamble and epilogue': {
      fields: open('P'),
      body: lines('preambolo', '--P', '', 'testo', '--P--', 'epilogo', '--P', 'non più'),
    },
    'MIME cut short': {
      fields: open('C'),
      body: lines(
        '--C',
        'Content-Type: application/pdf; name=a.pdf',
        'Content-Transfer-Encoding: base64',
        '',
        'JVBERi0',
      ),
    },
    'a boundary that never comes': { fields: open('MAI'), body: lines('niente', 'di', 'niente') },
    'no boundary at all': { fields: mime('multipart/mixed'), body: lines('--', 'x', '--') },
    'a report': {
      fields: mime('multipart/report; report-type=disposition-notification; boundary=N'),
      body: lines(
        '--N',
        '',
        'letto',
        '--N',
        'Content-Type: message/disposition-notification',
        '',
        'Disposition: x',
        '--N--',
      ),
    },
  };
}

/** Signed and encrypted by openssl, as users' programs do. */
function secured({ keys }: Facts): Record<string, Partial<Letter>> {
  const certificate = join(keys, 'tls.pem');
  const key = join(keys, 'tls.key');
  const entity = 'Content-Type: text/plain; name="atto.txt"\r\n\r\nfirmato\r\n';
  const cms = (...words: string[]) => {
    const made = execFileSync('openssl', ['cms', '-crlfeol', '-binary', ...words], { input: entity });
    const message = made.toString('latin1').replace(/\r?\n/g, '\r\n');
    const at = message.indexOf('\r\n\r\n');
    return { fields: message.slice(0, at).split('\r\n'), body: Buffer.from(message.slice(at + 4), 'latin1') };
  };
  return {
    'signed apart': cms('-sign', '-signer', certificate, '-inkey', key),
    'signed as a whole': cms('-sign', '-nodetach', '-signer', certificate, '-inkey', key),
    encrypted: cms('-encrypt', '-aes256', certificate),
  };
}
