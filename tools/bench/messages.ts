// SPDX-License-Identifier: EUPL-1.2

const WORDS = `comune ufficio protocollo determina allegato delibera verbale richiesta istanza avviso fattura
  pagamento scadenza seduta consiglio giunta bando appalto contratto perizia relazione edilizia catasto
  anagrafe certificato residenza tributi ricorso sentenza notifica deposito firma copia originale`.split(
  /\s+/,
);

/** Stands in the text of one message in so many, to be searched for. */
export const RARE_WORD = 'quarantaquattro';
export const RARE_EVERY = 1000;

export interface MessageTerms {
  /** Makes its words, subject and Message-ID. */
  readonly number: number;
  /** Octets that the message has, but for a line. */
  readonly sizeBytes: number;
  readonly from: string;
  readonly to: string | readonly string[];
  /** Distinguishes the Message-IDs of different runs. */
  readonly run?: string;
}

/**
 * A message as offices send them: text up to 8 KB, and for the rest an attachment in base64. The same
 * terms give the same octets.
 */
export function benchMessage(terms: MessageTerms): Buffer {
  const { number, sizeBytes } = terms;
  const next = numbersFrom(number);
  const word = () => WORDS[next() % WORDS.length] ?? '';
  const subject = [word(), word(), word(), 'n.', number].join(' ');
  const header = headerOf(terms, subject);
  const rare = number % RARE_EVERY === 0 ? `${RARE_WORD}\r\n` : '';
  if (sizeBytes <= 8192) {
    const start = `${header}Content-Type: text/plain; charset=utf-8\r\n\r\n${rare}`;
    return Buffer.from(start + lines(sizeBytes - start.length, word));
  }
  const start = [
    `${header}Content-Type: multipart/mixed; boundary="=_parte"\r\n`,
    `--=_parte\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${rare}${lines(2048, word)}`,
    '--=_parte\r\nContent-Type: application/pdf; name="atto.pdf"\r\nContent-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="atto.pdf"\r\n\r\n',
  ].join('\r\n');
  const most = sizeBytes - start.length - 15;
  const end = '--=_parte--\r\n';
  if (most < LARGE_BYTES) return Buffer.from(`${start}${base64(most, next)}${end}`);
  return Buffer.concat([Buffer.from(start), largeAttachment(number, most), Buffer.from(end)]);
}

function headerOf({ number, from, to, run = 'bench' }: MessageTerms, subject: string): string {
  const date = new Date(Date.UTC(2026, 0, 1) + (number % 30_000_000) * 1000).toUTCString();
  return [
    `From: Mittente di prova <${from}>`,
    `To: ${[to].flat().map(named).join(',\r\n ')}`,
    `Subject: ${subject}`,
    `Date: ${date.replace('GMT', '+0000')}`,
    `Message-ID: <${number}.${run}@${from.slice(from.indexOf('@') + 1)}>`,
    'MIME-Version: 1.0\r\n',
  ].join('\r\n');
}

function named(address: string): string {
  return `Destinatario di prova <${address}>`;
}

function lines(sizeBytes: number, word: () => string): string {
  let text = '';
  let line = '';
  while (text.length + line.length + 2 < sizeBytes) {
    line += `${word()} `;
    if (line.length > 66) {
      text += `${line}\r\n`;
      line = '';
    }
  }
  return `${text}${line}\r\n`;
}

function base64(sizeBytes: number, next: () => number): string {
  const octets = Buffer.from(Array.from({ length: 57 }, () => next() & 0xff));
  const rows: string[] = [];
  for (let at = 0; at < sizeBytes; at += ROW_BYTES) {
    octets.writeUInt32BE(next(), 0);
    octets.writeUInt32BE(next(), 20);
    rows.push(`${octets.toString('base64')}\r\n`);
  }
  return rows.join('');
}

const ROW_BYTES = 78;
/** Attachments from here on are of a few kinds only, which are made once: the generator has little time of its own. */
const LARGE_BYTES = 256 * 1024;
const LARGE_KINDS = 4;
const large = new Map<number, Buffer>();

function largeAttachment(number: number, sizeBytes: number): Buffer {
  const kind = number % LARGE_KINDS;
  const bytes = Math.ceil(sizeBytes / ROW_BYTES) * ROW_BYTES;
  let made = large.get(kind);
  if (made === undefined || made.length < bytes) {
    made = Buffer.from(base64(bytes, numbersFrom(kind)));
    large.set(kind, made);
  }
  return made.subarray(0, bytes);
}

/** A linear congruential generator with the constants of Numerical Recipes; its high bits are good enough. */
function numbersFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
