// SPDX-License-Identifier: EUPL-1.2

/**
 * Where a peer is, for counting what comes from one place: the whole address for IPv4, for IPv6 its /64,
 * which one customer has whole.
 */
export function placeOf(peerAddress: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(peerAddress);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!peerAddress.includes(':')) return peerAddress;
  const [head = '', tail] = peerAddress.toLowerCase().split('::', 2);
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(8 - first.length - last.length, 0);
  return [...first, ...Array<string>(zeros).fill('0'), ...last]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
