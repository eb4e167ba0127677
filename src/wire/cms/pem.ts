// SPDX-License-Identifier: EUPL-1.2

/** The contents of all blocks with this label, RFC 7468; the text around them is passed over. */
export function pemBlocks(text: string, label: string): Buffer[] {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Buffer[] = [];
  for (let start = text.indexOf(begin); start >= 0; start = text.indexOf(begin, start)) {
    const stop = text.indexOf(end, start);
    if (stop < 0) break;
    blocks.push(Buffer.from(text.slice(start + begin.length, stop), 'base64'));
    start = stop + end.length;
  }
  return blocks;
}

/** Octets that are either DER already or one PEM block with this label. */
export function derOf(octets: Buffer, label: string): Buffer {
  if (octets[0] === 0x30) return octets;
  return pemBlocks(octets.toString('latin1'), label)[0] ?? octets;
}

/** One block with this label, RFC 7468. */
export function pemBlock(der: Buffer, label: string): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
