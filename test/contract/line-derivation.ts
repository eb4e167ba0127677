// SPDX-License-Identifier: EUPL-1.2
import type { CardDerivation } from '../../src/mailroom/search/search-store.ts';

/** Cards of messages that are header lines, an empty line and a body, for tests of what keeps them. */
export const deriveCard: CardDerivation = async ({ octets }) => {
  const text = (await octets.read(0, octets.size)).toString();
  if (text.startsWith('broken')) throw new Error('cannot be read');
  if (text.startsWith('long')) return { facts: { envelope: 'E-long' } };
  const [header = '', body = ''] = text.split('\n\n', 2);
  const facts = { envelope: `E-${octets.size}`, ...(body === '' ? {} : { preview: body.slice(0, 5) }) };
  return { text: { header, body }, facts };
};
