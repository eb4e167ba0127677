// SPDX-License-Identifier: EUPL-1.2
import { isUtf8 } from 'node:buffer';
import type { CertificationDocument } from './certification-document.ts';

const PROLOGUE = /<\?xml version="1\.0" encoding="[Uu][Tt][Ff]-8"\?>[ \t\n]*/y;
const ROOT =
  /<postacert tipo="(accettazione|non-accettazione|presa-in-carico|avvenuta-consegna|posta-certificata|errore-consegna|preavviso-errore-consegna|rilevazione-virus)"(?: errore="(nessuno|no-dest|no-dominio|virus|altro)")?>[ \t\n]*/y;
const RECIPIENT = /<destinatari(?: tipo="(certificato|esterno)")?>([^<]*)<\/destinatari>[ \t\n]*/y;
const DATE =
  /<data zona="([ -%'-;=?-~]*)">[ \t\n]*<giorno>([^<]*)<\/giorno>[ \t\n]*<ora>([^<]*)<\/ora>[ \t\n]*<\/data>[ \t\n]*/y;
const RECEIPT = /<ricevuta tipo="(completa|breve|sintetica)" ?\/>[ \t\n]*/y;
/** What XML 1.0 (section 2.2) has no place for, what ends no CDATA, and line ends that a reader must change. */
const NOT_PLAIN = /[\x00-\x08\x0b-\x1f\ufffe\uffff]/;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Elements that hold text and nothing else, between blanks. */
const TEXTS = new Map<string, RegExp>();
for (const name of [
  'mittente',
  'risposte',
  'oggetto',
  'gestore-emittente',
  'identificativo',
  'msgid',
  'consegna',
  'ricezione',
  'errore-esteso',
])
  TEXTS.set(name, new RegExp(`<${name}>([^<]*)</${name}>[ \\t\\n]*`, 'y'));
const BETWEEN = ['<intestazione>', '</intestazione>', '<dati>', '</dati>', '</postacert>'] as const;
const TAGS = new Map(BETWEEN.map((tag) => [tag, new RegExp(`${tag}[ \\t\\n]*`, 'y')]));

/**
 * Reads a `daticert.xml` written as all providers write it: UTF-8, elements in the order of the DTD, texts with the five
 * entities of XML at most. Undefined for anything else, valid or not, which is for `readXml`; what it does read, `readXml`
 * reads alike, at several times the cost.
 */
export function readPlainly(octets: Buffer): CertificationDocument | undefined {
  if (!isUtf8(octets)) return undefined;
  const text = octets.toString('utf8');
  return NOT_PLAIN.test(text) || text.includes(']]>') ? undefined : new PlainReader(text).read();
}

/** Thrown where the document is not plain. */
const STOP = Symbol('not plain');

class PlainReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): CertificationDocument | undefined {
    try {
      return this.#document();
    } catch (reason) {
      if (reason === STOP) return undefined;
      throw reason;
    }
  }

  #document(): CertificationDocument {
    this.#match(PROLOGUE);
    const [, kind = '', error] = this.#match(ROOT);
    this.#tag('<intestazione>');
    const sender = this.#text1('mittente');
    const recipients = this.#recipients();
    const replyTo = this.#text1('risposte');
    const subject = this.#textOrNone('oggetto');
    this.#tag('</intestazione>');
    this.#tag('<dati>');
    const provider = this.#text1('gestore-emittente');
    const [, zone = '', date = '', time = ''] = this.#match(DATE);
    const document = {
      kind,
      error,
      sender,
      recipients,
      replyTo,
      subject,
      provider,
      zone,
      date: unescaped(date),
      time: unescaped(time),
      identifier: this.#text1('identificativo'),
      messageId: this.#textOrNone('msgid'),
      receiptType: this.#find(RECEIPT)?.[1],
      deliveredTo: this.#textOrNone('consegna'),
      takenInCharge: this.#texts('ricezione'),
      extendedError: this.#textOrNone('errore-esteso'),
    };
    this.#tag('</dati>');
    this.#tag('</postacert>');
    if (this.#at < this.#text.length) throw STOP;
    return document;
  }

  #recipients(): CertificationDocument['recipients'] {
    const recipients = [];
    for (let found = this.#find(RECIPIENT); found !== null; found = this.#find(RECIPIENT))
      recipients.push({ address: unescaped(found[2] ?? ''), type: found[1] ?? 'certificato' });
    if (recipients.length === 0) throw STOP;
    return recipients;
  }

  #texts(name: string): string[] {
    const texts: string[] = [];
    for (let text = this.#textOrNone(name); text !== undefined; text = this.#textOrNone(name))
      texts.push(text);
    return texts;
  }

  #text1(name: string): string {
    const text = this.#textOrNone(name);
    if (text === undefined) throw STOP;
    return text;
  }

  #textOrNone(name: string): string | undefined {
    const expression = TEXTS.get(name);
    const found = expression === undefined ? null : this.#find(expression);
    return found === null ? undefined : unescaped(found[1] ?? '');
  }

  #tag(tag: (typeof BETWEEN)[number]): void {
    const expression = TAGS.get(tag);
    if (expression !== undefined) this.#match(expression);
  }

  #match(expression: RegExp): RegExpExecArray {
    const found = this.#find(expression);
    if (found === null) throw STOP;
    return found;
  }

  #find(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text);
    if (found !== null) this.#at = expression.lastIndex;
    return found;
  }
}

function unescaped(text: string): string {
  if (!text.includes('&')) return text.trim();
  return text
    .replace(/&(?:(\w+);)?/g, (_, name: string | undefined) => {
      const character = name === undefined || !Object.hasOwn(ENTITIES, name) ? undefined : ENTITIES[name];
      if (character === undefined) throw STOP;
      return character;
    })
    .trim();
}
