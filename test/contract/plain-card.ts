// SPDX-License-Identifier: EUPL-1.2
import type { CardDerivation } from '../../src/mailroom/search/search-store.ts';

/** Text that stands for one that cannot be kept. */
export const NOT_KEPT = 'NOT KEPT';

/** A card as plain as can be: the octets up to the empty line are the header, the rest is the body. */
export const deriveCard: CardDerivation = async ({ octets }) => {
  const text = (await octets.read(0, octets.size)).toString();
  const end = text.indexOf('\n\n');
  const [header, body] = end < 0 ? ['', text] : [text.slice(0, end), text.slice(end + 2)];
  const facts = { envelope: `(${header.length})`, preview: body.slice(0, 10) };
  return body.includes(NOT_KEPT) ? { facts } : { facts, text: { header, body } };
};
