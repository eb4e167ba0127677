// SPDX-License-Identifier: EUPL-1.2
import { randomUUID } from 'node:crypto';

/** A message as a mail client would write it. */
export interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject?: string;
  readonly date?: string;
  /** X-TipoRicevuta. */
  readonly receipt?: string;
  /** Further lines of the header, without line ends. */
  readonly fields?: readonly string[];
  /** What follows the empty line. */
  readonly body?: string | Buffer;
  /** Names of fields that are left out. */
  readonly without?: readonly string[];
}

export interface Written {
  readonly message: Buffer;
  readonly to: readonly string[];
  /** Message-ID with brackets. */
  readonly reference: string;
}

/** Writes a letter with a Message-ID that nobody else has. */
export function write(letter: Letter): Written {
  const { from, to, cc = [], subject = 'Convocazione', receipt, fields = [], without = [] } = letter;
  const reference = `<${randomUUID()}@client.test>`;
  const lines = [
    `From: ${from}`,
    `To: ${to.join(',\r\n ')}`,
    ...(cc.length > 0 ? [`Cc: ${cc.join(',\r\n ')}`] : []),
    `Subject: ${subject}`,
    `Date: ${letter.date ?? new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${reference}`,
    ...(receipt === undefined ? [] : [`X-TipoRicevuta: ${receipt}`]),
    ...fields,
  ].filter((line) => !without.some((name) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)));
  const header = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  const body = Buffer.from(letter.body ?? 'Si convoca il consiglio per lunedì.\r\n');
  return { message: Buffer.concat([header, body]), to: [...to, ...cc], reference };
}

/** Text of about so many octets, in lines as people write them. */
export function text(sizeBytes: number): string {
  const line = 'Il sottoscritto chiede di accedere agli atti del procedimento in oggetto.\r\n';
  return line
    .repeat(Math.ceil(sizeBytes / line.length))
    .slice(0, sizeBytes - 2)
    .concat('\r\n');
}

/** A MIME message body of a text and attachments, with its fields. */
export function withAttachments(
  attachments: readonly { readonly name: string; readonly type: string; readonly content: Buffer }[],
  boundary = 'confine-1',
): { readonly fields: string[]; readonly body: string } {
  const parts = attachments.map(({ name, type, content }) =>
    [
      `--${boundary}`,
      `Content-Type: ${type}; name="${name}"`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      content.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n'),
    ].join('\r\n'),
  );
  return {
    fields: ['MIME-Version: 1.0', `Content-Type: multipart/mixed; boundary="${boundary}"`],
    body: [
      `--${boundary}`,
      'Content-Type: text/plain; charset=us-ascii',
      '',
      'In allegato quanto richiesto.',
      '',
      ...parts,
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  };
}
