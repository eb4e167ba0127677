// SPDX-License-Identifier: EUPL-1.2

/** Letters that the index takes together. */
const TOGETHER = 3;
/** Trigrams asked for at most: more of them narrow the answer little, and each costs a look. */
const ASKED_FOR = 12;

/**
 * What the index is given of a text: each word once, which is much less to take apart and finds the same texts,
 * since what is found is compared with the text itself.
 */
export function indexedWords(text: string): string {
  return [...new Set(text.split(/\s+/))].join(' ');
}

/**
 * What to ask the index for to find texts that may hold this one; undefined when no word of it is long enough
 * for that. Each text found has to be looked at, since the index does not know where in it the letters stand.
 */
export function trigramQuery(text: string): string | undefined {
  const all = text.split(/\s+/).flatMap(trigramsOf);
  // A NUL would end the question.
  const asked = [...new Set(all)].filter((trigram) => !trigram.includes('\0'));
  if (asked.length === 0) return undefined;
  const step = Math.ceil(asked.length / ASKED_FOR);
  const some = asked.filter((_, at) => at % step === 0);
  return some.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}

function trigramsOf(word: string): readonly string[] {
  const letters = [...word];
  return letters.slice(TOGETHER - 1).map((_, at) => letters.slice(at, at + TOGETHER).join(''));
}
