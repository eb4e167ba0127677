// SPDX-License-Identifier: EUPL-1.2

/** A mailbox as it stands in most address lists. */
export interface PlainAddress {
  readonly name: string;
  readonly localPart: string;
  readonly domain: string;
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
/** A name (quoted without escapes, or atoms a blank apart) and `<address>`, or the address alone. */
const MAILBOX = new RegExp(
  `(?:(?:"([^"\\\\\\x00-\\x1f\\x7f-\\uffff]*)"|(${ATOM}(?: ${ATOM})*)) <|(<?))` +
    `(${ATOM}(?:\\.${ATOM})*)@([A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*)(>?)(?:, ?|$)`,
  'y',
);

/**
 * Reads an address list that is written in the plainest way, as nearly all are; undefined for any other,
 * which the whole grammar is for. ENVELOPE is asked for by the ten thousand, hence this short cut.
 */
export function plainAddresses(text: string): readonly PlainAddress[] | undefined {
  const found: PlainAddress[] = [];
  let at = 0;
  while (at < text.length) {
    MAILBOX.lastIndex = at;
    const match = MAILBOX.exec(text);
    if (match === null) return undefined;
    const [all, quoted, atoms, open, localPart = '', domain = '', close] = match;
    if ((open === '') !== (close === '')) return undefined;
    found.push({ name: quoted ?? atoms ?? '', localPart, domain });
    at += all.length;
  }
  // A comma at the end is not plain.
  return text.endsWith(',') || text.endsWith(', ') ? undefined : found;
}
