// SPDX-License-Identifier: EUPL-1.2

import type { AddressGroup, AddressList, Mailbox } from './address-list.ts';
import { type AddressToken, addressTokens } from './address-tokens.ts';
import { readAddrSpec, readPhrase } from './mailbox-tokens.ts';

/** What stands between two separators. */
interface Element {
  /** Words, dots and at signs before any angle bracket. */
  readonly words: AddressToken[];
  /** The text of a comment that nothing follows. */
  comment: string;
  /** What stands between angle brackets, if there are any. */
  angle: AddressToken[] | undefined;
  /** The separator that ended it; empty at the end of the text. */
  stop: string;
}

/** Reads an address list (RFC 5322 section 3.4) token by token, never looking back. */
export class AddressListReader {
  readonly #tokens: readonly AddressToken[];
  #at = 0;
  /** Whether everything had its place in an address list so far, obsolete forms included. */
  #sound = true;
  #obsolete = false;

  constructor(text: string) {
    this.#tokens = addressTokens(text);
  }

  read(): AddressList {
    const entries: (Mailbox | AddressGroup)[] = [];
    let afterGroup = false;
    while (this.#at < this.#tokens.length) {
      const element = this.#element();
      if (element.stop === ':') {
        entries.push(this.#group(element));
      } else {
        // Some writers separate addresses by semicolons; it is no syntax.
        if (element.stop === ';') this.#sound = false;
        if (!isEmpty(element)) entries.push(this.#mailbox(element));
        this.#checkPlace(element, afterGroup);
      }
      afterGroup = element.stop === ':';
    }
    const groups = entries.filter((entry) => 'mailboxes' in entry);
    const mailboxes = entries.flatMap((entry) => ('mailboxes' in entry ? entry.mailboxes : [entry]));
    const valid = this.#sound && entries.length > 0 && mailboxes.every((mailbox) => mailbox.valid);
    return { mailboxes, groups, entries, valid, obsolete: this.#obsolete };
  }

  #checkPlace(element: Element, afterGroup: boolean): void {
    const empty = isEmpty(element);
    // Between a group and what follows a comma must stand: an empty element, to this reader.
    if (afterGroup && !empty) this.#sound = false;
    // RFC 5322 section 4.4: null elements are obsolete.
    const trailingComma = element.stop === ',' && this.#at === this.#tokens.length;
    if ((empty && !afterGroup) || trailingComma) this.#obsolete = true;
  }

  #group(head: Element): AddressGroup {
    const phrase = readPhrase(head.words);
    this.#note(phrase);
    if (isEmpty(head) || head.angle !== undefined) this.#sound = false;
    const mailboxes: Mailbox[] = [];
    for (let first = true; ; first = false) {
      const element = this.#element();
      if (!isEmpty(element)) mailboxes.push(this.#mailbox(element));
      else if (!first || element.stop !== ';') this.#obsolete = true;
      if (element.stop === ';') break;
      // Groups do not nest, and end with a semicolon.
      if (element.stop !== ',') this.#sound = false;
      if (element.stop === '') break;
    }
    return { name: phrase.name, rawName: phrase.rawName, mailboxes };
  }

  #mailbox({ words, comment, angle }: Element): Mailbox {
    const spec = readAddrSpec(angle ?? words);
    this.#note(spec);
    const { address, localPart, domain, valid } = spec;
    // RFC 5322 section 3.4: a comment after a bare address once was the display name.
    const phrase = angle === undefined ? readPhrase([], comment) : readPhrase(words);
    this.#note(phrase);
    const { name, rawName } = phrase;
    return { ...(name === '' ? {} : { name, rawName }), address, localPart, domain, valid };
  }

  #note(part: { readonly sound: boolean; readonly obsolete: boolean }): void {
    this.#sound &&= part.sound;
    this.#obsolete ||= part.obsolete;
  }

  /** Takes tokens up to the next separator, and the separator. */
  #element(): Element {
    const element: Element = { words: [], comment: '', angle: undefined, stop: '' };
    for (let token = this.#next(); token !== undefined; token = this.#next()) {
      if (token.kind === 'comment') {
        element.comment = token.text;
        if (token.odd) this.#sound = false;
      } else if (token.kind !== 'special' || token.text === '@' || token.text === '.') {
        element.comment = '';
        // Nothing but comments may follow the closing bracket.
        if (element.angle === undefined) element.words.push(token);
        else this.#sound = false;
      } else if (token.text === '<' && element.angle === undefined) {
        element.angle = this.#angle();
      } else if (token.text === '<' || token.text === '>') {
        this.#sound = false;
      } else {
        element.stop = token.text;
        break;
      }
    }
    return element;
  }

  /** Takes what stands between angle brackets, a source route left out (RFC 5322 section 4.4: obs-route). */
  #angle(): AddressToken[] {
    const content: AddressToken[] = [];
    let token = this.#peek();
    if (token?.text === '@' && token.kind === 'special') this.#skipRoute();
    for (token = this.#peek(); token !== undefined; token = this.#peek()) {
      // A missing closing bracket is taken to stand before the next separator.
      if (token.kind === 'special' && /[,;:<]/.test(token.text)) break;
      this.#at++;
      if (token.kind === 'special' && token.text === '>') return content;
      if (token.kind !== 'comment') content.push(token);
      else if (token.odd) this.#sound = false;
    }
    this.#sound = false;
    return content;
  }

  #skipRoute(): void {
    this.#obsolete = true;
    for (let token = this.#peek(); token !== undefined; token = this.#peek()) {
      if (token.kind === 'special' && /[;<>]/.test(token.text)) break;
      this.#at++;
      if (token.kind === 'special' && token.text === ':') return;
    }
    this.#sound = false;
  }

  #peek(): AddressToken | undefined {
    return this.#tokens[this.#at];
  }

  #next(): AddressToken | undefined {
    return this.#tokens[this.#at++];
  }
}

function isEmpty(element: Element): boolean {
  return element.words.length === 0 && element.angle === undefined;
}
