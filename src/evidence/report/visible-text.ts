// SPDX-License-Identifier: EUPL-1.2

/**
 * Code points above U+007E that Windows-1252 has, less those that cannot be seen: soft hyphen and no-break space.
 * The angle quotation marks U+2039 and U+203A are left out because they mark what is escaped.
 */
const SEEN: ReadonlySet<number> = new Set([
  ...range(0x20, 0x7e),
  ...range(0xa1, 0xac),
  ...range(0xae, 0xff),
  ...[0x20ac, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x0152, 0x017d],
  ...[0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x0153, 0x017e, 0x0178],
]);

/**
 * The text in characters that the standard fonts of PDF have. Each other one is named by its code point, as
 * `‹U+4E2D U+6587›`: nothing is dropped, and what looks like a letter or cannot be seen is told from it. Composed
 * forms are taken first (Unicode NFC). Of more than `limit` code points the rest is not looked at.
 */
export function visibleText(text: string, limit = 4000): string {
  let out = '';
  let named: string[] = [];
  let seen = 0;
  const close = () => {
    if (named.length > 0) out += `‹${named.join(' ')}›`;
    named = [];
  };
  for (const character of text.slice(0, 2 * limit).normalize('NFC')) {
    seen += 1;
    if (seen > limit) break;
    const point = character.codePointAt(0) ?? 0;
    if (SEEN.has(point)) {
      close();
      out += character;
    } else {
      named.push(`U+${point.toString(16).toUpperCase().padStart(4, '0')}`);
    }
  }
  close();
  return out;
}

/** For the midst of a sentence, which must go on after it: what is longer ends with `…`. */
export function shortText(text: string, limit = 90): string {
  const visible = visibleText(text, limit + 1);
  return visible.length <= limit ? visible : `${visible.slice(0, limit)}…`;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
