// SPDX-License-Identifier: EUPL-1.2

/** Letters and digits that tell trigrams apart in the index, three for each. */
const SYMBOLS = '0123456789abcdefghijklmnopqrstuvwxyz';
/** Trigrams that are told apart; others share their words in the index, and what is found is looked at anyway. */
const BUCKETS = SYMBOLS.length ** 3;
const WORD_BYTES = 4;
/** Trigrams asked for at most: more of them narrow the answer little, and each costs a look. */
const ASKED_FOR = 12;
const BLANK = 0x20;

/** For each trigram's number its word and a blank. */
const WORDS = new Uint32Array(BUCKETS);
/** The text in which a trigram was last seen. */
const seenIn = new Uint32Array(BUCKETS);
const found = new Uint32Array(BUCKETS);
let texts = 0;

const octetsOfWords = Buffer.from(WORDS.buffer);
for (let number = 0; number < BUCKETS; number++) {
  let rest = number;
  for (let at = number * WORD_BYTES; at < (number + 1) * WORD_BYTES - 1; at++) {
    octetsOfWords[at] = SYMBOLS.charCodeAt(rest % SYMBOLS.length);
    rest = Math.floor(rest / SYMBOLS.length);
  }
  octetsOfWords[(number + 1) * WORD_BYTES - 1] = BLANK;
}

/**
 * What the index is given of a text: a word for each run of three characters that are no blanks, each once. IMAP looks
 * for parts of words, so words themselves would not do.
 */
export function trigramWords(text: string): string {
  const count = findTrigrams(text);
  return Buffer.from(found.buffer).toString('latin1', 0, count * WORD_BYTES);
}

/**
 * What to ask the index for to find texts that may hold this one; undefined when no word of it is long enough
 * for that. Each text found has to be looked at, since the index does not know where in it the letters stand.
 */
export function trigramQuery(text: string): string | undefined {
  const words = trigramWords(text).split(' ').slice(0, -1);
  if (words.length === 0) return undefined;
  const step = Math.ceil(words.length / ASKED_FOR);
  const some = words.filter((_, at) => at % step === 0);
  return some.map((word) => `"${word}"`).join(' AND ');
}

/** Puts the words of the trigrams of a text into `found`; returns how many there are. */
function findTrigrams(text: string): number {
  // Once in four thousand million texts a mark could be that of one long ago.
  texts = (texts + 1) >>> 0;
  if (texts === 0) {
    seenIn.fill(0);
    texts = 1;
  }
  let count = 0;
  let [first, second] = [BLANK, BLANK];
  for (let at = 0; at < text.length; at++) {
    const third = text.charCodeAt(at);
    if (third > BLANK && second > BLANK && first > BLANK) {
      const number = numberOf(first, second, third);
      if (seenIn[number] !== texts) {
        seenIn[number] = texts;
        found[count++] = WORDS[number] ?? 0;
      }
    }
    first = second;
    second = third;
  }
  return count;
}

/** Spreads trigrams evenly: the factors are those of other people's hash functions. */
function numberOf(first: number, second: number, third: number): number {
  const mixed = Math.imul(Math.imul(first, 0x9e3779b1) + second, 0x85ebca6b) + Math.imul(third, 0xc2b2ae35);
  return (mixed >>> 8) % BUCKETS;
}
